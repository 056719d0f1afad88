import time, pytest
from tests.emulators.onec_base.test_against_hub import *  # noqa
from tests.emulators.onec_base.test_against_hub import hub, make_client, fill
from uzel.hub.models import Call
@pytest.mark.django_db(transaction=True)
def test_probe(make_client):
    base = make_client("unf with subordinate documents")
    fill(base, 4)
    t=time.time(); base.exchange(); print("exchange", time.time()-t)
    t=time.time(); base.shop.post(base.orders()[0]["document_id"]); base.exchange(); print("exchange", time.time()-t)
    for c in Call.objects.order_by("pk"): print(c.mode, c.duration_ms)
