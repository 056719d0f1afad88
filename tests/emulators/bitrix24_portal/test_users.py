"""Employees: no personnel number until somebody adds the field."""

from pathlib import Path

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import RunningPortal
from uzel.emulators.bitrix24_portal.seed import MANAGERS


def test_users(rest: Client) -> None:
    users = rest.call("user.get", FILTER={"ACTIVE": True, "USER_TYPE": "employee"})
    assert (users.json["total"], users.result[0]["ID"], users.result[0]["ACTIVE"]) == (5, "1", True)
    assert not any("TABNUM" in name for name in users.result[0])
    assert [user["ID"] for user in rest.call("user.get", filter={"LAST_NAME": "Сокол%"}).result] == ["2"]
    assert [user["ID"] for user in rest.call("user.get", ID=3).result] == ["3"]
    assert [user["ID"] for user in rest.call("user.get", FILTER={"@ID": [4, 2]}, sort="ID", order="DESC").result] == ["4", "2"]


def test_the_current_user(rest: Client) -> None:
    assert rest.call("user.current").result["ID"] == "1"
    assert rest.call("profile").result["ADMIN"] is True
    assert rest.call("user.admin").result is True


def test_a_personnel_number_is_a_user_field(rest: Client) -> None:
    made = rest.call(
        "user.userfield.add", fields={"FIELD_NAME": "TABNUM", "USER_TYPE_ID": "string", "EDIT_FORM_LABEL": "Табельный номер"}
    )
    listed = rest.call("user.userfield.list").result
    assert (listed[0]["ID"], listed[0]["FIELD_NAME"]) == (str(made.result), "UF_USR_TABNUM")
    assert rest.call("user.update", ID=2, UF_USR_TABNUM="0000-00001").result is True
    assert "UF_USR_TABNUM" not in rest.call("user.get", ID=2).result[0]
    shown = rest.call("user.get", FILTER={"UF_USR_TABNUM": "0000-00001"}, select=["ID", "UF_*"]).result
    assert (shown[0]["ID"], shown[0]["UF_USR_TABNUM"]) == ("2", "0000-00001")
    again = rest.call("user.userfield.add", fields={"FIELD_NAME": "TABNUM", "USER_TYPE_ID": "string"})
    assert again.error[:2] == (400, "ERROR_CORE")
    assert rest.call("user.userfield.update", id=made.result, fields={"SORT": 5}).result is True
    assert rest.call("user.userfield.delete", id=made.result).result is True


def test_dismissal(portal: RunningPortal, rest: Client) -> None:
    assert rest.call("user.update", ID=2, ACTIVE="N").result is True
    assert rest.call("user.get", FILTER={"ACTIVE": "Y"}).json["total"] == 4
    assert rest.call("user.get", FILTER={"ACTIVE": False}).result[0]["ID"] == "2"
    gone = Client(portal, portal.webhook_of(2))
    assert gone.call("profile").error[:2] == (401, "INVALID_CREDENTIALS")
    gone.close()


def test_only_an_administrator_changes_others(portal: RunningPortal) -> None:
    manager = Client(portal, portal.webhook_of(2))
    assert manager.call("user.update", ID=3, NAME="X").error[:2] == (400, "ERROR_ACCESS_DENIED")
    assert manager.call("user.update", ID=2, WORK_POSITION="Старший менеджер").result is True
    assert manager.call("user.add", EMAIL="a@b.c").status == 400
    manager.close()


def test_an_invitation(rest: Client) -> None:
    assert rest.call("user.add", EMAIL="a@b.c", NAME="Иван", LAST_NAME="Новый").result == 6
    assert rest.call("user.add", NAME="Иван").error == (400, "", "wrong_email")


def test_the_managers_are_the_staff_of_the_emulated_bases() -> None:
    from uzel.emulators.onec_base.profiles import EMPLOYEES

    assert [employee.name for employee in EMPLOYEES] == [" ".join(names) for names in MANAGERS]


def test_the_emulator_imports_nothing_from_the_rest_of_uzel() -> None:
    folder = Path(__file__).parents[3] / "src/uzel/emulators/bitrix24_portal"
    lines = [line for path in folder.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    imports = [line for line in lines if line.strip().startswith(("from uzel", "import uzel"))]
    foreign = [line for line in imports if not line.strip().startswith("from uzel.emulators.bitrix24_portal")]
    assert imports
    assert foreign == []
