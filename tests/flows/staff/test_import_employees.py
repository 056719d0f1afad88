"""A table of employees as people make them: what is right is taken, each wrong row has its reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.talk import make_node
from tests.flows.staff.test_map_employee import due, in_both
from uzel.flows.csv_table import BadTableError, read_rows
from uzel.flows.staff.employee_list import as_csv
from uzel.flows.staff.employee_table import EMPLOYEES, HEADS
from uzel.flows.staff.import_employees import Imported, Refused, import_employees
from uzel.hub.models import Employee, Node, Portal, PortalUser, UnmappedEmployee
from uzel.model import Responsible

pytestmark = pytest.mark.django_db
USERS = ((1, "Обмен Узел", True), (3, "Ольга Гусева", True), (4, "Анна Соколова", True), (5, "Пётр Орлов", False),
         (6, "Иван Петров", True), (7, "Петров Иван", True))  # fmt: skip


@pytest.fixture
def shop() -> Node:
    shop = make_node("shop")
    for user_id, name, active in USERS:
        PortalUser.objects.create(portal=shop.portal, user_id=user_id, full_name=name, active=active)
    return shop


@pytest.fixture
def portal(shop: Node) -> Portal:
    assert shop.portal is not None
    return shop.portal


def mapped() -> dict[str, int]:
    return dict(Employee.objects.filter(learned=False).values_list("personnel_number", "user_id"))


RUSSIAN = "Табельный номер;Сотрудник портала;Имя\r\n0001;3;Гусева Ольга\r\n0002;4;Соколова Анна\r\n"


@pytest.mark.parametrize(
    "data",
    [
        RUSSIAN.encode(),
        RUSSIAN.encode("utf-8-sig"),
        RUSSIAN.encode("windows-1251"),
        RUSSIAN.replace(";", ",").replace("\r\n", "\n").encode(),
        RUSSIAN.replace(";", "\t").encode(),
        RUSSIAN.replace("\r\n", "\r").encode(),
        b"personnel_number,portal_user_id,full_name\n0001,3,\n0002,4,\n",
        b"id;note;number\n3;a;0001\n\n;;\n4;b; 0002 \n",
        "ФИО;Таб. №\nГусёва ольга;0001\nСоколова Анна;0002\n".encode(),
        'Таб.номер,ФИО\n"0001","Гусева, Ольга"\n0002,Соколова Анна'.replace(", О", " О").encode(),
    ],
    ids=["utf-8", "with a mark", "1251", "commas", "tabs", "old Mac", "English", "other order", "by name", "quoted"],
)
def test_tables_as_people_make_them(portal: Portal, data: bytes) -> None:
    assert import_employees(portal, data) == Imported(mapped=2)
    assert mapped() == {"0001": 3, "0002": 4}


def test_every_bad_row_has_its_reason_and_the_good_ones_go_through(portal: Portal) -> None:
    table = "\n".join((
        "табельный номер;сотрудник портала;имя", "0001;3;Гусева Ольга", ";3;Гусева Ольга", "0003;три;", "0004;99;",
        "0005;5;Орлов", "0006;3;Соколова Анна", "0007;;Петров Иван", "0008;;Никто Никак", "0009;;",
        '0010;3;"Гусева', "0011;3;Гусева;Ольга",
        "0001;4;", "0001;3;", f"{'9' * 51};3;", "0012;0;", f"0013;{'9' * 5000};", "0014", "0002;4;Соколова Анна",
    ))  # fmt: skip
    done = import_employees(portal, table.encode())
    assert (done.mapped, done.unchanged, mapped()) == (2, 1, {"0001": 3, "0002": 4})
    reasons = {one.line: one.reason for one in done.refused}
    assert list(reasons) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18]
    for line, word in {
        3: "нет табельного", 4: "«три»", 5: "нет сотрудника 99", 6: "Пётр Орлов) уволен", 7: "проверьте номер", 8: "(6, 7)",
        9: "с таким именем", 10: "ни имени", 11: "кавычка", 12: "больше, чем столбцов", 13: "в строке 2", 15: "длиннее 50",
        16: "«0»", 17: "не номер", 18: "ни имени",
    }.items():  # fmt: skip
        assert word in reasons[line]
    assert done.refused[1] == Refused(4, "0003", "«три» — не номер сотрудника портала: нужно число из адреса его страницы")


def test_a_row_in_another_encoding_spoils_itself_alone(portal: Portal) -> None:
    head, first, second = RUSSIAN.encode("utf-8-sig").splitlines()
    data = b"\n".join((head, first, "0003;6;Петров".encode("windows-1251"), second))
    done = import_employees(portal, data)
    assert (done.mapped, [one.line for one in done.refused]) == (2, [3])
    assert "кодировке" in done.refused[0].reason


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "пуст"),
        (b"\n;;\n", "пуст"),
        (b"0001;3\n0002;4\n", "названия столбцов"),
        ("табельный номер\n0001\n".encode(), "названия столбцов"),
        ("имя;id\nГусева;3\n".encode(), "названия столбцов"),
        ("табельный номер;id;id портала\n".encode(), "два столбца"),
        (RUSSIAN.encode("utf-16"), "CSV"),
        (b"PK\x03\x04\x00\x00", "CSV"),
    ],
)
def test_what_is_no_such_table_is_said_so(portal: Portal, data: bytes, word: str) -> None:
    with pytest.raises(BadTableError, match=word):
        import_employees(portal, data)
    assert mapped() == {}


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: f"number;id\n{text}".encode(errors="ignore")))
def test_whatever_is_in_the_file_it_is_read_or_refused(data: bytes) -> None:
    try:
        rows = list(read_rows(data, EMPLOYEES))
    except BadTableError:
        return
    assert all(set(row) == set(HEADS) for _, row in rows if isinstance(row, dict))


def test_deals_are_reassigned_and_nobody_is_missing_any_more(shop: Node, portal: Portal) -> None:
    in_both(shop, "1")
    in_both(shop, "2")
    UnmappedEmployee.objects.create(node=shop, personnel_number="001", full_name="Гусева Ольга")
    assert import_employees(portal, b"number,id\n001,3\n") == Imported(mapped=1, orders=2)
    assert due() == ["1", "2"]
    assert not UnmappedEmployee.objects.exists()


def test_the_same_table_again_changes_nothing(shop: Node, portal: Portal, django_assert_max_num_queries: Any) -> None:
    table = b"number,id\n" + b"".join(b"%03d,3\n" % n for n in range(50))
    in_both(shop, "1")
    assert import_employees(portal, table) == Imported(mapped=50, orders=1)
    with django_assert_max_num_queries(5):
        assert import_employees(portal, table) == Imported(unchanged=50)


def test_a_guess_becomes_a_word_and_a_missed_one_is_mapped_anew(shop: Node, portal: Portal) -> None:
    Employee.objects.create(portal=portal, personnel_number="0001", user_id=3, learned=True)
    Employee.objects.create(portal=portal, personnel_number="0002", user_id=4)
    UnmappedEmployee.objects.create(
        node=shop, personnel_number="0002", full_name="Соколова Анна"
    )  # she was dismissed and is back
    assert import_employees(portal, RUSSIAN.encode()) == Imported(mapped=2)
    assert mapped() == {"0001": 3, "0002": 4}


def test_before_the_staff_is_read_ids_are_believed_and_names_are_not(portal: Portal) -> None:
    PortalUser.objects.all().delete()
    done = import_employees(portal, "number,id,name\n1,77,\n2,,Гусева Ольга\n".encode())
    assert (done.mapped, mapped()) == (1, {"1": 77})
    assert "uzel portal setup" in done.refused[0].reason


def test_what_was_exported_comes_back(portal: Portal) -> None:
    names = {"0001": 3, "A;1": 4, 'B"2': 6, "00077": 3}
    for number, user_id in names.items():
        Employee.objects.create(portal=portal, personnel_number=number, user_id=user_id)
    sheet = as_csv(portal)
    head = "\ufeffтабельный номер;сотрудник портала;имя;база;имя в базе"
    assert sheet.splitlines()[:2] == [head, "0001;3;Ольга Гусева;;"]
    Employee.objects.all().delete()
    assert import_employees(portal, sheet.encode()) == Imported(mapped=4)
    assert mapped() == names


BASES = """табельный номер;сотрудник портала;имя;база;имя в базе
0001;3;;;
0001;4;;other;
;3;;other;Гусева (Лосева) Ольга
0002;4;;absent;
;3;;;
"""


def test_a_base_may_call_a_person_otherwise(shop: Node, portal: Portal) -> None:
    other = make_node("other")
    in_both(other, "1", Responsible("", "ГУСЕВА (Лосева)  Ольга"))
    in_both(shop, "2", Responsible("", "Гусева (Лосева) Ольга"))
    in_both(shop, "3", Responsible("0001", ""), assigned=4)
    in_both(other, "4", Responsible("0001", ""), assigned=3)
    done = import_employees(portal, BASES.encode())
    assert (done.mapped, done.orders, [one.line for one in done.refused]) == (3, 3, [5, 6])
    assert "нет базы с кодом «absent»" in done.refused[0].reason
    assert due() == ["1", "3", "4"]
    before = list(Employee.objects.order_by("pk").values_list("node__code", "personnel_number", "full_name", "user_id"))
    sheet = as_csv(portal)
    assert import_employees(portal, sheet.encode()) == Imported(unchanged=3)
    Employee.objects.all().delete()
    import_employees(portal, sheet.encode())
    after = Employee.objects.values_list("node__code", "personnel_number", "full_name", "user_id")
    assert sorted(after, key=str) == sorted(before, key=str)


def test_a_number_that_the_portal_gives_to_another_is_taken_with_a_warning(portal: Portal) -> None:
    PortalUser.objects.filter(user_id=4).update(personnel_number="0001")
    done = import_employees(portal, RUSSIAN.encode())
    assert (done.mapped, [one.line for one in done.doubted]) == (2, [2])
    assert "стоит у сотрудника 4" in done.doubted[0].reason
