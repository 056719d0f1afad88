"""``uzel requisite``: the table of requisites of a base."""

import json
from pathlib import Path

import pytest

from tests.exchange.talk import make_node
from uzel.cli import main
from uzel.hub.models import Node

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def shop() -> Node:
    return make_node("shop")


def listed(capsys: Captured) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert main(("requisite", "list", "shop", "--json")) == 0
    return {row["field"]: row for row in json.loads(capsys.readouterr().out)}


def test_the_table_is_filled_beforehand_and_changed_without_code(capsys: Captured) -> None:
    assert listed(capsys)["promo_code"] == {
        "field": "promo_code", "name": "Промокод", "also": [], "direction": "both", "converter": "text", "own": False,
    }  # fmt: skip
    assert main(("requisite", "set", "shop", "promo_code", "--name", "Купон", "--direction", "in")) == 0
    assert main(("requisite", "set", "shop", "UF_CRM_GIFT", "--name", "Подарок", "--converter", "flag")) == 0
    assert "uzel portal setup" in capsys.readouterr().out
    row = listed(capsys)["promo_code"]
    assert (row["name"], row["also"], row["direction"], row["own"]) == ("Купон", ["Промокод"], "in", True)
    assert main(("requisite", "list", "shop")) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("Купон", "из 1С", "UF_CRM_GIFT", "да или нет", "своя строка"))
    assert main(("requisite", "reset", "shop", "promo_code")) == 0
    assert listed(capsys)["promo_code"]["name"] == "Промокод"
    assert main(("requisite", "reset", "shop", "promo_code")) == 2


def test_what_cannot_be_is_refused(capsys: Captured) -> None:
    assert main(("requisite", "set", "shop", "posted", "--direction", "out")) == 2
    assert "только из 1С" in capsys.readouterr().err
    assert main(("requisite", "set", "nowhere", "posted")) == 2


def test_the_table_goes_out_and_comes_in(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "requisites.csv"
    assert main(("requisite", "export", "shop", str(path))) == 0
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Промокод", "Купон"), encoding="utf-8")
    assert main(("requisite", "import", "shop", str(path))) == 0
    assert "Изменено строк: 1" in capsys.readouterr().out
    path.write_text("поле;реквизит\nнет;Такого\n", encoding="utf-8")
    assert main(("requisite", "import", "shop", str(path))) == 2
    assert "нет такого поля" in capsys.readouterr().out
    assert listed(capsys)["promo_code"]["name"] == "Купон"


def test_a_ready_row_is_switched_on_by_the_name_of_its_requisite(capsys: Captured) -> None:
    ready = listed(capsys)
    assert (ready["UF_CRM_1C_ADDRESS"]["direction"], ready["UF_CRM_1C_TRACK"]["direction"]) == ("both", "off")
    assert main(("requisite", "set", "shop", "трек-номер", "--direction", "on")) == 0
    assert "uzel portal setup" in capsys.readouterr().out
    row = listed(capsys)["UF_CRM_1C_TRACK"]
    assert (row["direction"], row["name"], row["own"]) == ("both", "Трек-номер", True)
    assert main(("requisite", "reset", "shop", "Трек-номер")) == 0
    assert listed(capsys) == ready
