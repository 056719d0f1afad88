"""Directories of a base, sent as the module of 1С-Битрикс sends them: promo codes come in, the others are named."""

import datetime as dt
import json
from typing import Any

import pytest

from tests.exchange.talk import CLOSING, HEAD, ROOT, Talk, make_node
from tests.flows.due_orders import NOW
from uzel.flows.files import receive_references as receiving
from uzel.flows.files.read_in_turn import Stopped, read_in_turn
from uzel.hub.catalog_ledger import catalog_files
from uzel.hub.models import Node, Package, PromoCodeRow
from uzel.hub.promo_book import Entry, keep_all, living, promo_of
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def element(element_id: str, version: str = "AAA=", /, **values: str) -> str:
    requisites = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in values.items()
    )
    return (
        f"<ЭлементСправочника><Ид>{element_id}</Ид><НомерВерсии>{version}</НомерВерсии>"
        f"<ЗначенияРеквизитов>{requisites}</ЗначенияРеквизитов></ЭлементСправочника>"
    )


def marked(one: str) -> str:
    return one.replace("<НомерВерсии>", "<ПометкаУдаления>true</ПометкаУдаления><НомерВерсии>")


def directory(*elements: str, name: str = "Промокоды") -> str:
    return (
        f"<Справочник><Ид>{name}</Ид><Наименование>{name}</Наименование><Реквизиты/>"
        f"<ЭлементыСправочника>{''.join(elements)}</ЭлементыСправочника></Справочник>"
    )


def references(*directories: str, only_changes: bool = False) -> bytes:
    inside, said = "".join(directories), ' СодержитТолькоИзменения="true"' if only_changes else ""
    return f"{HEAD}{ROOT}<ПользовательскиеСправочники{said}>{inside}</ПользовательскиеСправочники>{CLOSING}".encode()


def send(body: bytes, code: str = "shop") -> str:
    """A whole conversation of the module; the last answer."""
    base = Talk(code, kind="reference").open()
    assert base.ask("init", "&version=2.09") == "zip=no\nfile_limit=209715200"
    assert base.send(body, "references___1.xml") == "success"
    assert base.ask("import", "&filename=references___1.xml").startswith("progress\n")
    read_in_turn(Package.objects.latest("pk").pk, NOW)
    return base.ask("import", "&filename=references___1.xml")


def kept(node: Node) -> dict[str, PromoCode]:
    assert node.portal
    return {row.key: promo_of(row) for row in living(node.portal)}


def counts() -> Any:
    (file,) = catalog_files([Package.objects.latest("pk")])
    assert file.balanced
    return file.kinds


def test_codes_of_a_base_come_in_and_count_in_its_shop(shop: Node) -> None:
    spring = {
        "Код": "000001",
        "Промокод": "ВЕСНА10",
        "Скидка": "10 %",
        "Действует с": "2026-03-01T00:00:00",
        "ДействуетПо": "31.03.2026",
    }
    assert send(references(directory(element("1", **spring), element("2", Наименование="Лето", Действует="Нет")))) == "success"
    assert kept(shop) == {
        "весна10": PromoCode(
            "ВЕСНА10", "ВЕСНА10", "10 %", dt.date(2026, 3, 1), dt.date(2026, 3, 31),
            ("shop",), active=True,
        ),
        "лето": PromoCode("Лето", "Лето", nodes=("shop",)),
    }  # fmt: skip
    assert counts() == {"promo_code": {"created": 2}}
    told = json.loads(Talk(kind="promocodes").ask("query"))
    assert [item["code"] for item in told["items"]] == ["ВЕСНА10"]
    make_node("arbat")
    assert json.loads(Talk("arbat", kind="promocodes").ask("query"))["items"] == []


def test_what_the_portal_has_or_has_withdrawn_is_its_own(shop: Node) -> None:
    assert shop.portal
    keep_all(shop.portal, {"весна": Entry(PromoCode("Весна", "Наша"), 1), "лето": Entry(PromoCode("Лето"), 2)})
    keep_all(shop.portal, {"весна": Entry(PromoCode("Весна", "Наша"), 1)})
    off = element("3", Промокод="лето", Действует="Нет")
    answer = send(references(directory(element("1", Промокод="ВЕСНА"), element("2", Промокод="Лето"), off)))
    assert answer.split("\n")[1:] == [
        "Промокоды, элемент 1: «ВЕСНА»: этот промокод ведёт портал, изменения базы не взяты",
        "Промокоды, элемент 2: «Лето»: этот промокод удалён в портале и базой не возвращается",
    ]
    assert kept(shop) == {"весна": PromoCode("Весна", "Наша")}
    assert counts() == {"promo_code": {"unchanged": 1, "refused": 2}}
    assert send(references(directory())) == "success", "nothing of it is this base's"
    assert kept(shop) == {"весна": PromoCode("Весна", "Наша")}


def test_other_directories_are_named_and_hold_nothing_up(shop: Node) -> None:
    brands = directory(element("b", Наименование="ELEAF"), element("c", Наименование="JOYETECH"), name="Бренды")
    answer = send(references(brands, directory(element("1", Промокод="Лето"))))
    assert answer == "success\nСправочник «Бренды»: не используется, элементов: 2; файл сохранён"
    assert set(kept(shop)) == {"лето"}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Код": "000001"}, "нет кода"),
        ({"Промокод": "а" * 256}, "код длиннее 255 знаков"),
        ({"Промокод": "Лето", "ДействуетПо": "скоро"}, "«скоро» не похоже на дату"),
    ],
)
def test_a_bad_element_is_refused_and_the_others_come_in(shop: Node, values: dict[str, str], reason: str) -> None:
    answer = send(references(directory(element("bad", **values), element("2", Промокод="Зима"))))
    assert answer.startswith(f"success\nПромокоды, элемент bad: {reason}")
    assert set(kept(shop)) == {"зима"}
    assert counts() == {"promo_code": {"created": 1, "refused": 1}}


def test_a_deleted_element_counts_no_more_than_one_that_is_off(shop: Node) -> None:
    send(references(directory(marked(element("1", Промокод="Лето")))))
    assert not kept(shop)["лето"].active


def test_the_same_file_again_changes_nothing(shop: Node) -> None:
    file = references(directory(element("1", Промокод="Лето")))
    send(file)
    send(file)
    assert counts() == {"promo_code": {"unchanged": 1}}
    assert PromoCodeRow.objects.get().revision == 1


def test_a_file_that_breaks_off_keeps_what_was_read(shop: Node) -> None:
    whole = references(directory(*(element(f"{n}", Промокод=f"код {n}") for n in range(3))))
    assert send(whole[:-120]).startswith("failure\n")
    assert len(kept(shop)) == 3


def test_killed_in_the_middle_it_goes_on_behind_the_last_element(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "CHUNK_ELEMENTS", 2)
    base = Talk(kind="reference").open()
    base.ask("init")
    base.send(references(directory(*(element(f"{n}", Промокод=f"код {n}") for n in range(5)))), "references___1.xml")
    base.ask("import", "&filename=references___1.xml")
    made = Package.objects.get()

    def killed(_: int) -> None:
        raise Stopped

    for _ in range(3):
        with pytest.raises(Stopped):
            read_in_turn(made.pk, NOW, advance=killed)
        made.refresh_from_db()
        if made.entries_done == 5:
            break
    read_in_turn(made.pk, NOW)
    assert counts() == {"promo_code": {"created": 5}}
    assert len(kept(shop)) == 5


def test_a_base_without_a_portal_is_told_so(shop: Node) -> None:
    Node.objects.update(portal=None)
    assert send(references(directory(element("1", Промокод="Лето")))) == f"failure\n{receiving.NO_PORTAL.text}"


def test_a_long_directory_that_nobody_uses_may_be_stopped(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "BREATH_ELEMENTS", 2)
    brands = directory(*(element(f"{n}", Наименование=f"бренд {n}") for n in range(5)), name="Бренды")
    base = Talk(kind="reference").open()
    base.ask("init")
    base.send(references(brands), "references___1.xml")
    base.ask("import", "&filename=references___1.xml")
    told: list[int] = []
    read_in_turn(Package.objects.get().pk, NOW, advance=told.append)
    assert told == [0, 0]


def test_a_flood_of_directories_is_named_in_part(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "OTHERS_LIMIT", 2)
    answer = send(references(*(directory(element("b", Наименование="x"), name=f"Д{n}") for n in range(4))))
    assert [line.partition(":")[0] for line in answer.split("\n")] == ["success", "Справочник «Д0»", "Справочник «Д1»"]


def changes(*elements: str) -> bytes:
    return references(directory(*elements), only_changes=True)


def test_a_newer_version_changes_what_the_base_has_brought(shop: Node) -> None:
    send(changes(element("1", "v1", Промокод="Лето", Скидка="5 %", Источник="блогер")))
    assert send(changes(element("1", "v2", Промокод="Лето", Скидка="7 %", ДействуетПо="2026-08-31"))) == "success"
    summer = PromoCode("Лето", "Лето", "7 %", valid_until=dt.date(2026, 8, 31), nodes=("shop",), active=True)
    assert kept(shop) == {"лето": summer}
    assert counts() == {"promo_code": {"changed": 1}}
    send(changes(element("1", "v2", Промокод="Лето", Скидка="другая")))
    assert (kept(shop), counts()) == ({"лето": summer}, {"promo_code": {"unchanged": 1}})
    assert PromoCodeRow.objects.get().revision == 2


def test_without_versions_the_content_decides(shop: Node) -> None:
    for discount in ("5 %", "5 %", "7 %"):
        send(changes(element("1", "", Промокод="Лето", Скидка=discount)))
    assert (kept(shop)["лето"].discount, PromoCodeRow.objects.get().revision) == ("7 %", 2)


def test_a_deletion_mark_withdraws_and_taking_it_off_gives_back(shop: Node) -> None:
    summer = element("1", Промокод="Лето")
    for body, active in ((summer, True), (marked(summer), False), (summer, True)):
        send(changes(body))
        assert kept(shop)["лето"].active == active


def test_a_whole_directory_withdraws_what_it_does_not_name(shop: Node) -> None:
    assert shop.portal
    make_node("arbat")
    send(changes(element("1", Промокод="Арбат")), "arbat")
    send(changes(element("1", Промокод="Лето"), element("2", Промокод="Зима")))
    send(changes())
    assert all(promo.active for promo in kept(shop).values()), "changes name only changes"
    whole = references(directory(element("2", Промокод="Зима")))
    assert send(whole) == (
        "success\nСправочник «Промокоды»: полная выгрузка не назвала промокоды этой базы, больше не действуют 1: «Лето»"
    )
    assert {key: promo.active for key, promo in kept(shop).items()} == {"арбат": True, "лето": False, "зима": True}
    revisions = set(PromoCodeRow.objects.values_list("revision", flat=True))
    assert send(whole) == "success"
    assert set(PromoCodeRow.objects.values_list("revision", flat=True)) == revisions
    told = json.loads(Talk(kind="promocodes").ask("query", "&since=3"))
    assert [(item["code"], item["withdrawn"]) for item in told["items"]] == [("Лето", True)]
    send(changes(element("1", Промокод="Лето")))
    assert kept(shop)["лето"].active, "named again, though its version is the old one"


def test_a_whole_load_of_other_directories_withdraws_nothing(shop: Node) -> None:
    send(changes(element("1", Промокод="Лето")))
    send(references(directory(element("b", Наименование="ELEAF"), name="Бренды")))
    assert kept(shop)["лето"].active


def test_a_whole_load_that_breaks_off_withdraws_nothing(shop: Node) -> None:
    send(changes(element("1", Промокод="Лето")))
    assert send(references(directory(element("2", Промокод="Зима")))[:-120]).startswith("failure\n")
    assert kept(shop)["лето"].active


def test_an_element_that_cannot_be_read_is_named_all_the_same(shop: Node) -> None:
    send(changes(element("1", Промокод="Лето")))
    send(references(directory(element("1", "v2", Промокод="Лето", ДействуетПо="скоро"))))
    assert kept(shop)["лето"].active


def test_a_code_that_was_renamed_counts_no_more(shop: Node) -> None:
    send(changes(element("1", "v1", Промокод="Лето")))
    send(changes(element("1", "v2", Промокод="Лето2026")))
    assert {key: promo.active for key, promo in kept(shop).items()} == {"лето": False, "лето2026": True}


def test_a_code_of_another_base_stays(shop: Node) -> None:
    make_node("arbat")
    send(changes(element("1", Промокод="Лето", Скидка="5 %")))
    answer = send(changes(element("9", Промокод="ЛЕТО", Скидка="50 %")), "arbat")
    assert answer == "success\nПромокоды, элемент 9: «ЛЕТО»: этот промокод завела другая база, изменения этой не взяты"
    assert kept(shop)["лето"] == PromoCode("Лето", "Лето", "5 %", nodes=("shop",), active=True)
