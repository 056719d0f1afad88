"""The life of promo codes: cards of the portal, bases that ask for them, orders that bear them, what they have brought."""

import json
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.flows import promo_cards
from tests.stories.town import BITRIX, UNF, UT, Town
from uzel.cli import main
from uzel.demo.compare import UF
from uzel.emulators.onec_base.extension import PromoExtension
from uzel.emulators.onec_base.records import Order

pytestmark = pytest.mark.django_db(transaction=True)
SHOW_PAUSE_S = 1.0  # the town's portal lives a thousand times faster than its «Применён раз» rests


class Story:
    """Two bases with the extension, and managers who keep the cards."""

    def __init__(self, town: Town, client: httpx2.Client) -> None:
        self.town, self.client = town, client
        self.unf, self.ut = self._extension(UNF), self._extension(UT)

    def _extension(self, code: str) -> PromoExtension:
        shop = self.town.shops[code]
        return PromoExtension(f"{self.town.web.url}/1c/{code}/", shop.login, shop.password, self.client)

    def hear(self) -> None:
        """The portal tells of changed cards, the worker comes: the time for a look of its own has not passed."""
        assert self.town.deliver_events() > 0
        self.town.drain()
        self.unf.poll()
        self.ut.poll()

    def order(self, promo_code: str, code: str = UNF, **changes: Any) -> Order:
        fields = {"posted": False, "paid_by_bonus": Decimal(0), **changes}
        return self.town.bases[code].shop.new_order(promo_code=promo_code, **fields)

    def notes(self, code: str = UNF) -> dict[str, str]:
        """What the deals of a base say of their codes."""
        return {deal[f"{UF}PROMO"]: deal[f"{UF}PRM_NOTE"] or "" for deal in self.town.deals_of(code)}

    def used(self) -> dict[str, int]:
        """«Применён раз» of the cards."""
        code, used = (promo_cards.process().code(suffix) for suffix in ("UZEL_CODE", "UZEL_USED"))
        return {card[code]: int(card[used] or 0) for card in promo_cards.cards(self.town.portal)}


@pytest.fixture
def story(town: Town, client: httpx2.Client) -> Story:
    town.visit_portal()
    return Story(town, client)


def test_a_code_goes_from_a_card_to_the_bases_and_back_with_an_order(story: Story) -> None:
    spring = promo_cards.add(story.town.portal, "ВЕСНА10", UZEL_DISCOUNT="10 %", UZEL_SHOPS=[UNF], UZEL_UNTIL="2026-03-31")
    story.hear()
    assert {key: code["discount"] for key, code in story.unf.codes.items()} == {"весна10": "10 %"}
    assert story.ut.codes == {}, "not for that shop"
    story.order("ВЕСНА10")
    story.order("весна10 ")
    story.town.settle()
    assert set(story.notes().values()) == {""}
    story.town.clock.advance(SHOW_PAUSE_S)
    story.town.drain()
    assert story.used() == {"ВЕСНА10": 2}
    promo_cards.change(story.town.portal, spring, UZEL_ACTIVE="N")
    story.hear()
    assert story.unf.codes == {}
    story.town.visit_portal()
    assert set(story.notes().values()) == {"выключен"}


def test_a_code_that_does_not_count_is_told_of_in_the_deal_until_the_directory_moves(story: Story) -> None:
    portal = story.town.portal
    winter = promo_cards.add(portal, "ЗИМА", UZEL_UNTIL="2026-02-28")
    module = promo_cards.add(portal, "СОКОЛ", UZEL_SHOPS=[UT])
    story.hear()
    for code in ("ЗИМА", "СОКОЛ", "ЛЕТО"):
        story.order(code)
    story.order("СОКОЛ", BITRIX)
    story.town.settle()
    assert story.notes() == {"ЗИМА": "истёк", "СОКОЛ": "не для этого магазина", "ЛЕТО": "неизвестен"}
    assert story.notes(BITRIX) == {"СОКОЛ": "не для этого магазина"}
    promo_cards.change(portal, winter, UZEL_UNTIL="2026-03-31")
    promo_cards.change(portal, module, UZEL_SHOPS=[UT, UNF])
    promo_cards.add(portal, "лето")
    story.hear()
    assert set(story.unf.codes) == {"зима", "сокол", "лето"}
    story.town.visit_portal()
    assert story.notes() == {"ЗИМА": "", "СОКОЛ": "", "ЛЕТО": ""}
    assert story.notes(BITRIX) == {"СОКОЛ": "не для этого магазина"}
    promo_cards.delete(portal, winter)
    story.hear()
    story.town.visit_portal()
    assert (story.notes()["ЗИМА"], "зима" in story.unf.codes) == ("неизвестен", False)


def test_the_report_says_what_the_bases_sold(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    promo_cards.add(story.town.portal, "ВЕСНА10", UZEL_SOURCE="рассылка")
    story.hear()
    sold = [story.order("ВЕСНА10", paid_by_bonus=Decimal("12.50")), story.order("ВЕСНА10"), story.order("ЛЕТО")]
    sold += [story.order("ВЕСНА10", BITRIX)]
    off = story.order("ВЕСНА10", BITRIX)
    story.town.settle()
    story.town.bases[BITRIX].shop.cancel(off.document_id)
    story.town.settle()
    capsys.readouterr()
    assert main(("promo", "report", "--json")) == 0
    lines = {(one["code"], one["node"]): one for one in json.loads(capsys.readouterr().out)["codes"]}
    assert {key: Decimal(one["revenue"]) for key, one in lines.items()} == {
        ("ВЕСНА10", UNF): sold[0].total + sold[1].total, ("лето", UNF): sold[2].total, ("ВЕСНА10", BITRIX): sold[3].total
    }  # fmt: skip
    counted = {key: (one["orders"], one["canceled"], one["deals"], one["source"], one["known"]) for key, one in lines.items()}
    assert counted == {
        ("ВЕСНА10", UNF): (2, 0, 2, "рассылка", True),
        ("ВЕСНА10", BITRIX): (2, 1, 2, "рассылка", True),
        ("лето", UNF): (1, 0, 1, "", False),
    }
    assert lines["ВЕСНА10", UNF]["paid_by_bonus"] == "12.50"
