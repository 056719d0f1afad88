"""The exchange page over HTTP, byte for byte as its clients expect it (onec-exchange 1)."""

import re

import pytest

from tests.exchange.talk import Talk, basic, make_node, order, package
from uzel.hub.models import Call, DocumentVerdict

pytestmark = pytest.mark.django_db


def test_smoke() -> None:
    make_node()
    base = Talk().open()
    print(base.answer.content, base.answer.headers)
    print(base.ask("init"))
    print(base.send(package(order("a", "1"))))
    print(list(DocumentVerdict.objects.values_list("verdict", "reason")))
    print(base.ask("query"))
    print(base.ask("success"))
    print(base.ask("info"))
    for call in Call.objects.order_by("pk"):
        print(call.mode, call.status, call.duration_ms, call.query, repr(call.reply_line), call.problem_code)
    assert 0
