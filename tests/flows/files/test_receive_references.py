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


def element(element_id: str, **values: str) -> str:
    requisites = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in values.items()
    )
    return (
        f"<ЭлементСправочника><Ид>{element_id}</Ид><НомерВерсии>AAA=</НомерВерсии>"
        f"<ЗначенияРеквизитов>{requisites}</ЗначенияРеквизитов></ЭлементСправочника>"
    )


def directory(*elements: str, name: str = "Промокоды") -> str:
    return (
        f"<Справочник><Ид>{name}</Ид><Наименование>{name}</Наименование><Реквизиты/>"
        f"<ЭлементыСправочника>{''.join(elements)}</ЭлементыСправочника></Справочник>"
    )


def references(*directories: str) -> bytes:
    inside = "".join(directories)
    return f"{HEAD}{ROOT}<ПользовательскиеСправочники>{inside}</ПользовательскиеСправочники>{CLOSING}".encode()


def send(body: bytes) -> str:
    """A whole conversation of the module; the last answer."""
    base = Talk(kind="reference").open()
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
    assert send(references(directory(element("1", Промокод="ВЕСНА"), element("2", Промокод="лето")))) == "success"
    assert kept(shop) == {"весна": PromoCode("Весна", "Наша")}
    assert counts() == {"promo_code": {"unchanged": 2}}


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
    gone = element("1", Промокод="Лето").replace("<НомерВерсии>", "<ПометкаУдаления>true</ПометкаУдаления><НомерВерсии>")
    send(references(directory(gone)))
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
