"""Promo codes of the demo: what it wants deals to say is what its cards mean, and the comparison notices them."""

import datetime as dt
from dataclasses import replace

import pytest

from tests.flows.portal_town import ORDER, in_a_hurry, open_hub
from uzel.bitrix24.entities.smart_process import PROMO_CODES, add_item
from uzel.demo.compare import PortalState
from uzel.demo.promo import CARDS, ONLY_SHOP, wanted_note
from uzel.flows.portal.portal_line import open_line
from uzel.hub.queries import known_process


@pytest.mark.django_db
def test_deals_say_what_the_demo_wants() -> None:
    codes = ["", "НЕТ ТАКОГО", *CARDS]
    with open_hub(lists_only=False) as hub:
        process = known_process(hub.portal, PROMO_CODES)
        assert process
        assert not PortalState.of(hub.emulator.state()).promo
        with in_a_hurry(hub.portal), open_line(hub.portal) as client:
            for code, values in CARDS.items():
                command = add_item("card", process, "", code, {"UZEL_CODE": code, **values})
                client.call(command.method, command.params)
        hub.sweep()
        for code in codes:
            hub.receive(replace(ORDER, document_id=code or "-", number=code or "-", promo_code=code, date=dt.date(2026, 3, 1)))
        assert PortalState.of(hub.emulator.state()).promo
        notes = {code: hub.row(code or "-").promo_note for code in codes}
        assert notes == {code: wanted_note(code, hub.node.code) for code in codes}
    assert wanted_note("НОВОСЕЛ", ONLY_SHOP) == ""
