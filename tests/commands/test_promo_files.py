"""``uzel promo import`` and ``export``."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.talk import make_node
from uzel.cli import main
from uzel.hub.models import Portal, PromoCodeRow
from uzel.hub.promo_book import living, promo_of
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]
SHEET = """\
Промокод;Название;Скидка;Действует с;Действует по;Магазины;Источник;Действует
ВЕСНА10;Весна;10 %;01.03.2026;2026-03-31;shop, arbat;блогер;да
Лето;;;;;;;
Зима;;;;;;;нет
"""


@pytest.fixture(autouse=True)
def portal() -> Portal:
    make_node("arbat")
    found = make_node("shop").portal
    assert found
    return found


def feed(tmp_path: Path, text: str, captured: Captured, code: int = 0) -> dict[str, Any]:
    file = tmp_path / "codes.csv"
    file.write_text(text, encoding="windows-1251")
    captured.readouterr()
    assert main(("promo", "import", str(file), "--json")) == code
    told: dict[str, Any] = json.loads(captured.readouterr().out)
    return told


def kept(portal: Portal) -> list[PromoCode]:
    return [promo_of(row) for row in living(portal)]


def test_a_table_becomes_the_directory(portal: Portal, tmp_path: Path, capsys: Captured) -> None:
    told = feed(tmp_path, SHEET, capsys)
    assert told == {"new": 3, "changed": 0, "unchanged": 0, "left": [], "refused": []}
    assert kept(portal) == [
        PromoCode(
            "ВЕСНА10", "Весна", "10 %", dt.date(2026, 3, 1), dt.date(2026, 3, 31), ("shop", "arbat"), "блогер", active=True
        ),
        PromoCode("Зима", "Зима"),
        PromoCode("Лето", "Лето", active=True),
    ]


def test_the_same_table_again_changes_nothing_and_another_word_is_a_change(
    portal: Portal, tmp_path: Path, capsys: Captured
) -> None:
    feed(tmp_path, SHEET, capsys)
    assert feed(tmp_path, SHEET, capsys)["unchanged"] == 3
    told = feed(tmp_path, SHEET.replace("Зима;;;;;;;нет", "Зима;;;;;;;да"), capsys)
    assert (told["changed"], told["unchanged"]) == (1, 2)
    assert dict(PromoCodeRow.objects.values_list("key", "revision"))["зима"] == 4


def test_what_goes_out_comes_in_unchanged(portal: Portal, tmp_path: Path, capsys: Captured) -> None:
    feed(tmp_path, SHEET, capsys)
    sheet = tmp_path / "out.csv"
    assert main(("promo", "export", str(sheet))) == 0
    capsys.readouterr()
    assert main(("promo", "import", str(sheet), "--json")) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == 3


def test_codes_of_the_portal_are_changed_there(portal: Portal, tmp_path: Path, capsys: Captured) -> None:
    feed(tmp_path, SHEET, capsys)
    portal.setup = {"processes": {"promo_codes": {"id": 1, "entityTypeId": 1030}}}
    portal.save()
    told = feed(tmp_path, SHEET.replace("Весна;", "Другая;") + "Осень;;;;;;;\n", capsys)
    assert (told["new"], told["changed"], told["left"]) == (1, 0, ["ВЕСНА10"])
    assert kept(portal)[0].title == "Весна"


def test_a_withdrawn_code_of_the_portal_does_not_come_back(portal: Portal, tmp_path: Path, capsys: Captured) -> None:
    feed(tmp_path, SHEET, capsys)
    PromoCodeRow.objects.filter(key="лето").update(deleted=True, entity_id=1)
    portal.setup = {"processes": {"promo_codes": {"id": 1, "entityTypeId": 1030}}}
    portal.save()
    assert feed(tmp_path, SHEET, capsys)["left"] == ["Лето"]
    assert len(kept(portal)) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (";Без кода", "нет кода"),
        ("А;;;31.02.2026", "день пишут так"),
        ("А;;;02.03.2026;01.03.2026", "первый день позже последнего"),
        ("А;;;;;nowhere", "нет такого узла: nowhere"),
        ("А;;;;;;;может быть", "пишут «да» или «нет»"),
        ("лето;Второе", "уже есть в строке 3"),
        ("А" * 256, "длиннее 255 знаков"),
        ("А;" + "б" * 251, "название длиннее 250 знаков"),
    ],
)
def test_a_bad_row_is_refused_and_the_others_go_on(line: str, reason: str, tmp_path: Path, capsys: Captured) -> None:
    told = feed(tmp_path, SHEET + line + "\n", capsys, code=2)
    ((refused),) = told["refused"]
    assert refused["line"] == 5
    assert reason in refused["reason"]
    assert told["new"] == 3


def test_a_person_reads_what_became_of_the_table(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(SHEET, encoding="utf-8")
    assert main(("promo", "import", str(file))) == 0
    assert "Новых промокодов: 3, изменено: 0, без изменений: 0" in capsys.readouterr().out
