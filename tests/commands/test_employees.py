"""``uzel employee import|export|list`` as they are typed."""

import io
import json
from pathlib import Path

import pytest

from tests.exchange.talk import make_node
from tests.flows.portal_town import ORDER, open_hub
from tests.flows.staff.test_map_employee import in_both
from uzel.cli import main
from uzel.hub.models import Employee, Node, PortalUser, UnmappedEmployee

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def shop() -> Node:
    shop = make_node("shop")
    for user_id, name, active in ((1, "Обмен Узел", True), (3, "Ольга Гусева", True), (5, "Пётр Лосев", False)):
        PortalUser.objects.create(portal=shop.portal, user_id=user_id, full_name=name, active=active)
    in_both(shop, "1")
    UnmappedEmployee.objects.create(node=shop, personnel_number="001", full_name="Гусева Ольга")
    return shop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "staff.csv"
    path.write_bytes("табельный номер;сотрудник портала\n001;3\n002;99\n".encode("windows-1251"))
    return path


def employee(capsys: Captured, *words: str, code: int = 0) -> tuple[str, str]:
    assert main(("employee", *words)) == code
    told = capsys.readouterr()
    return told.out, told.err


def test_without_a_portal_it_says_what_to_do(capsys: Captured, file: Path) -> None:
    for words in (("import", str(file)), ("export", str(file)), ("list", "--dismissed")):
        assert "uzel portal connect" in employee(capsys, *words, code=2)[1]


def test_a_file_is_imported_and_what_was_refused_is_told(capsys: Captured, shop: Node, file: Path) -> None:
    told, wrong = employee(capsys, "import", str(file), code=2)
    assert "в портале нет сотрудника 99" in told
    assert "Связано: 1, уже было: 0; заказов к переназначению: 1" in told
    assert "строк не принято: 1" in wrong
    again = json.loads(employee(capsys, "import", str(file), "--json", code=2)[0])
    assert (again["mapped"], again["unchanged"], again["orders"]) == (0, 1, 0)
    assert again["refused"] == [{"line": 3, "number": "002", "reason": "в портале нет сотрудника 99"}]


def test_an_export_is_an_import_without_a_change(capsys: Captured, shop: Node, tmp_path: Path) -> None:
    employee(capsys, "add", "001", "--portal-user", "3")
    sheet = tmp_path / "out.csv"
    employee(capsys, "export", str(sheet))
    assert sheet.read_bytes().startswith("\ufeffтабельный номер;".encode())
    assert "Связано: 0, уже было: 1" in employee(capsys, "import", str(sheet))[0]


def test_a_file_that_is_none_is_one_sentence(capsys: Captured, shop: Node, tmp_path: Path) -> None:
    assert "не прочитан" in employee(capsys, "import", str(tmp_path / "absent.csv"), code=2)[1]
    assert "не записан" in employee(capsys, "export", str(tmp_path / "absent" / "x.csv"), code=2)[1]
    (tmp_path / "x.csv").write_text("раз;два\n")
    assert "названия столбцов" in employee(capsys, "import", str(tmp_path / "x.csv"), code=2)[1]


def test_those_who_get_no_orders_are_listed(capsys: Captured, shop: Node) -> None:
    told, _ = employee(capsys, "list", "--unmapped")
    assert "ждут заказов" in told
    assert json.loads(employee(capsys, "list", "--unmapped", "--json")[0])[0]["orders"] == 1
    Employee.objects.create(portal=shop.portal, personnel_number="001", user_id=5)
    told, _ = employee(capsys, "list", "--dismissed")
    assert "уволен" in told
    (gone,) = json.loads(employee(capsys, "list", "--dismissed", "--json")[0])
    assert gone["orders"] == [{"node": "shop", "number": "1", "deal": None, "assigned_to": 1}]
    assert (gone["personnel_number"], gone["in_portal"], gone["open_orders"]) == ("001", "dismissed", 1)


def test_a_base_may_call_a_person_otherwise_and_a_doubt_is_told(capsys: Captured, shop: Node) -> None:
    PortalUser.objects.filter(user_id=1).update(personnel_number="001")
    told, _ = employee(capsys, "add", "001", "--portal-user", "3")
    assert "заказов к переназначению: 1" in told
    assert "Внимание: в поле портала этот номер стоит у сотрудника 1" in told
    told, _ = employee(capsys, "add", "--name", "Гусева (Лосева) Ольга", "--node", "shop", "--portal-user", "3")
    assert "«Гусева (Лосева) Ольга» базы shop → сотрудник 3" in told
    listed = json.loads(employee(capsys, "list", "--json")[0])
    assert [(one["personnel_number"], one["full_name"], one["node"], one["user_id"], one["word"]) for one in listed] == [
        ("", "Гусева (Лосева) Ольга", "shop", 3, "said"), ("001", "", "", 3, "said"), ("001", "", "", 1, "portal_field"),
    ]  # fmt: skip
    assert "сказал администратор" in employee(capsys, "list")[0]


def test_who_is_meant_must_be_said(capsys: Captured, shop: Node) -> None:
    assert "назовите табельный номер" in employee(capsys, "add", "--portal-user", "3", code=2)[1]
    assert "назовите табельный номер" in employee(capsys, "add", "1", "--name", "А", "--portal-user", "3", code=2)[1]
    assert "нет базы с кодом" in employee(capsys, "add", "1", "--node", "x", "--portal-user", "3", code=2)[1]


def test_of_many_orders_the_first_are_named(capsys: Captured, shop: Node) -> None:
    for number in range(2, 14):
        in_both(shop, str(number))
    told, _ = employee(capsys, "list", "--unmapped")
    assert " ".join(["1,", "2,", "3,", "4,", "5,", "6,", "7,", "8,", "9,", "10", "и", "ещё", "3"]) in " ".join(told.split())


def test_the_staff_is_checked(capsys: Captured, shop: Node) -> None:
    assert "таких нет" in employee(capsys, "check")[0]
    Employee.objects.create(portal=shop.portal, personnel_number="001", user_id=5)
    told, wrong = employee(capsys, "check", "001", code=2)
    assert "Пётр Лосев (5), открытых заказов: 1" in told
    assert "плохо: 1" in wrong
    found = json.loads(employee(capsys, "check", "--portal-user", "3", "--json")[0])
    assert {one["verdict"] for one in found} == {"good"}
    assert "ни за кем не записан" in employee(capsys, "check", "77", code=2)[1]
    Employee.objects.create(portal=shop.portal, node=shop, personnel_number="001", user_id=3)
    assert "у нескольких сотрудников (3, 5)" in employee(capsys, "check", "001", code=2)[1]


@pytest.mark.django_db(transaction=True)
def test_an_employee_is_checked_by_his_own_webhook(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def see(user_id: int, *words: str, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(hub.emulator.webhook_of(user_id) + "\n"))
        return employee(capsys, "check", *words, "--webhook", "-", code=code)

    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        told, _ = see(2, "0001")
        assert "не проверено" in told
        assert hub.emulator.webhook_of(2) not in told
        assert "это вебхук сотрудника 3" in see(3, "0001", code=2)[1]
        Employee.objects.create(portal=hub.portal, personnel_number="0003", user_id=3)
        told, wrong = see(3, code=2)
        assert "видит 1 из 1" in " ".join(told.split())
        assert "плохо: 1" in wrong
