"""The base's directory of promo codes: read strictly, loaded as Bitrix does it, and both ways through the hub."""

from collections.abc import Iterator
from dataclasses import replace

import httpx2
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.emulators.onec_base.test_against_hub import hub, read_waiting
from tests.exchange.talk import PASSWORD, make_node
from tests.flows.portal_town import Hub, in_a_hurry, open_hub
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import item_values
from uzel.bitrix24.entities.smart_process import PROMO_CODES
from uzel.emulators.onec_base import Base, ExchangeError
from uzel.emulators.onec_base.directory import SiteDirectory, load, read_directory
from uzel.emulators.onec_base.records import DirectoryElement
from uzel.flows.portal.portal_line import open_line
from uzel.hub.models import Node, PromoCodeRow
from uzel.hub.passwords import hash_password
from uzel.hub.queries import known_process
from uzel.model.promo import PromoCode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
__all__ = ["hub"]
SPRING = PromoCode("ВЕСНА10", "Весна", "10 %", nodes=("shop",), active=True)
ONE = DirectoryElement("a", {"Промокод": "ВЕСНА10"}, site_version="1")
ANSWER = (
    '<?xml version="1.0"?><КоммерческаяИнформация><ПользовательскиеСправочники СодержитТолькоИзменения="true"><Справочник>'
    "<Ид>Промокоды</Ид><Наименование>Промокоды</Наименование><Реквизиты><Реквизит><Ид>п</Ид><Наименование>Промокод</Наименование>"
    "</Реквизит></Реквизиты><ЭлементыСправочника><ЭлементСправочника><Ид>a</Ид><НомерВерсии>1</НомерВерсии><ЗначенияРеквизитов>"
    "<ЗначениеРеквизита><Наименование>Промокод</Наименование><Значение>ВЕСНА10</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
    "</ЭлементСправочника></ЭлементыСправочника></Справочник></ПользовательскиеСправочники></КоммерческаяИнформация>"
)


def test_a_directory_is_read() -> None:
    assert read_directory(ANSWER) == SiteDirectory(whole=False, elements=[ONE])
    assert read_directory("<КоммерческаяИнформация/>") is None


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("КоммерческаяИнформация", "Справочники"),
        ('"true"', '"1"'),
        ("<Ид>a</Ид>", "<Ид></Ид>"),
        ("<НомерВерсии>1</НомерВерсии>", ""),
        ("<Значение>ВЕСНА10</Значение>", "<Значение></Значение>"),
        ("<Наименование>Промокод</Наименование><Значение>", "<Наименование>Другой</Наименование><Значение>"),
        ("<Ид>Промокоды</Ид><Наименование>Промокоды", "<Ид>Бренды</Ид><Наименование>Бренды"),
        ("</КоммерческаяИнформация>", ""),
    ],
)
def test_one_bad_value_ends_the_load(good: str, bad: str) -> None:
    assert good in ANSWER
    with pytest.raises(ExchangeError):
        read_directory(ANSWER.replace(good, bad))


def test_a_whole_directory_deletes_what_the_site_had_told_before() -> None:
    own = DirectoryElement("own", {"Промокод": "Лето"})
    held = {"a": ONE, "own": own}
    load(held, SiteDirectory(whole=False))
    assert held == {"a": ONE, "own": own}
    load(held, SiteDirectory(whole=True))
    assert held == {"own": own}


def test_only_another_version_is_loaded_and_only_news_is_a_write() -> None:
    held = {"a": ONE}
    load(held, SiteDirectory(whole=False, elements=[replace(ONE, values={"Промокод": "другой"})]))
    assert held == {"a": ONE}
    load(held, SiteDirectory(whole=False, elements=[replace(ONE, site_version="2")]))
    assert held["a"].version == 1
    load(held, SiteDirectory(whole=False, elements=[replace(ONE, site_version="3", deletion_mark=True)]))
    assert (held["a"].version, held["a"].deletion_mark) == (2, True)


# --- through the hub --------------------------------------------------------------------------------------------------


@pytest.fixture
def town(transactional_db: None) -> Iterator[Hub]:
    with open_hub(lists_only=False) as found:
        yield found


@pytest.fixture(params=["bitrix_209", "bitrix_31"])
def base(request: pytest.FixtureRequest, town: Hub, hub: LiveServer, client: httpx2.Client) -> Base:
    Node.objects.filter(pk=town.node.pk).update(
        login="shop-login", password_hash=hash_password(PASSWORD), encoding="windows-1251", profile="bitrix"
    )
    return Base(request.param, f"{hub.url}/1c/shop", "shop-login", PASSWORD, client=client, sleep=read_waiting)


def cards(town: Hub) -> dict[str, tuple[str, str]]:
    """Code of each card → discount, whether it counts."""
    process = known_process(town.portal, PROMO_CODES)
    assert process
    listed = smart_process.list_items("all", process)
    with in_a_hurry(town.portal), open_line(town.portal) as client:
        found = client.call(listed.method, listed.params).result["items"]
    code, discount, active = (process.code(suffix) for suffix in ("UZEL_CODE", "UZEL_DISCOUNT", "UZEL_ACTIVE"))
    return {one[code]: (one[discount], one[active]) for one in found}


def look(town: Hub) -> None:
    town.drain()
    town.pass_time(601)
    town.sweep()


def test_the_directory_goes_both_ways_until_nothing_moves(town: Hub, base: Base) -> None:
    process = known_process(town.portal, PROMO_CODES)
    assert process
    make = smart_process.add_item("a", process, "", "Весна", item_values(SPRING))
    with in_a_hurry(town.portal), open_line(town.portal) as client:
        card = smart_process.read_item_id(client.call(make.method, make.params).result)
    look(town)
    held = base.shop.books.promo_codes
    assert base.take_promo_codes().ok
    assert [one.values["Скидка"] for one in held.values()] == ["10 %"]

    held["own"] = DirectoryElement("own", {"Промокод": "СВОЙ", "Скидка": "5 %", "Действует": "true"})
    assert base.give_promo_codes().ok
    look(town)
    assert cards(town) == {"ВЕСНА10": ("10 %", "Y"), "СВОЙ": ("5 %", "Y")}
    held["own"] = replace(held["own"], values=held["own"].values | {"Скидка": "7 %"}, version=2)
    assert base.give_promo_codes([held["own"]], only_changes=True).ok
    look(town)
    assert cards(town)["СВОЙ"] == ("7 %", "Y")

    assert base.take_promo_codes().loaded == ("own",), "the base's own code under its own id"
    assert base.give_promo_codes().ok
    look(town)
    assert base.take_promo_codes().loaded == ()
    revisions = list(PromoCodeRow.objects.order_by("key").values_list("revision", flat=True))
    assert base.give_promo_codes().ok
    assert list(PromoCodeRow.objects.order_by("key").values_list("revision", flat=True)) == revisions

    del held["own"]
    assert base.give_promo_codes().ok
    look(town)
    assert cards(town) == {"ВЕСНА10": ("10 %", "Y"), "СВОЙ": ("7 %", "N")}
    gone = smart_process.delete_item("d", process.entity_type_id, card)
    with in_a_hurry(town.portal), open_line(town.portal) as client:
        client.call(gone.method, gone.params)
    look(town)
    assert base.take_promo_codes().ok
    assert {one.values["Промокод"]: one.deletion_mark for one in held.values()} == {"ВЕСНА10": True, "СВОЙ": True}


def test_an_answer_that_is_lost_comes_again(base: Base) -> None:
    make_node("arbat")
    assert base.give_promo_codes([DirectoryElement("own", {"Промокод": "СВОЙ"})]).ok
    for step in ("query", "success"):
        base.faults.arm("lose_answer", step)
        assert not base.take_promo_codes().ok
    assert base.take_promo_codes().ok
    assert set(base.shop.books.promo_codes) == {"own"}
    assert Node.objects.get(code="shop").promo_version == 1


def test_a_stranger_is_told_so(base: Base, hub: LiveServer, client: httpx2.Client) -> None:
    stranger = Base("bitrix", f"{hub.url}/1c/shop", "shop-login", "нет", client=client)
    assert "Ошибка авторизации" in stranger.take_promo_codes().error
