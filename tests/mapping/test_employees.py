"""The chain: personnel number → unique full name → node default → exchange employee."""

from dataclasses import replace

import pytest

from uzel.mapping.employees import Assignment, Staff, assign, normal_name, responsible_of
from uzel.model import Responsible

STAFF = Staff(
    exchange_user_id=1,
    user_by_number={"0000-00001": 11},
    user_by_name={normal_name("Ёлкин Юрий Андреевич"): 14},
    name_of_user={11: "Анна Соколова", 14: "Юрий Андреевич Ёлкин"},
    default_id=7,
)


@pytest.mark.parametrize(
    ("person", "user_id", "by", "mapped"),
    [
        (Responsible("0000-00001", "Кто-то другой"), 11, "personnel_number", True),
        (Responsible(" 0000-00001 "), 11, "personnel_number", True),
        (Responsible("0000-00009", "ЕЛКИН  Юрий Андреевич"), 14, "full_name", True),
        (Responsible("", "Юрий Андреевич Ёлкин"), 14, "full_name", True),
        (Responsible("0000-00009", "Никто"), 7, "node_default", False),
        (Responsible(), 7, "nobody", True),
    ],
)
def test_assign(person: Responsible, user_id: int, by: str, mapped: bool) -> None:
    assert assign(person, STAFF) == Assignment(user_id, by)
    assert assign(person, STAFF).mapped is mapped


def test_without_a_default_the_exchange_employee_answers() -> None:
    staff = replace(STAFF, default_id=None)
    assert assign(Responsible("?", "?"), staff) == Assignment(1, "exchange_employee")
    assert assign(Responsible(), staff) == Assignment(1, "nobody")


def test_back_to_the_employee() -> None:
    assert responsible_of(11, STAFF) == Responsible("0000-00001", "Анна Соколова")
    assert responsible_of(14, STAFF) == Responsible("", "Юрий Андреевич Ёлкин")
    assert responsible_of(99, STAFF) == Responsible()
