"""The chain: personnel number → unique full name → node default → exchange employee."""

from dataclasses import replace

import pytest

from uzel.bitrix24.entities.user import User
from uzel.mapping.employees import (
    Assignment,
    Mapped,
    Staff,
    assign,
    normal_name,
    responsible_of,
    shared_numbers,
    staff_from,
)
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


OLGA, ANNA, PETR, GONE = (
    User(3, "Ольга Гусева"),
    User(4, "Анна Соколова"),
    User(5, "Пётр Лосев"),
    User(6, "Иван Ким", active=False),
)
STAFF_OF_PORTAL = (OLGA, ANNA, PETR, GONE)


def who(number: str, mapped: tuple[Mapped, ...], users: tuple[User, ...] = STAFF_OF_PORTAL) -> int:
    return assign(Responsible(number), staff_from(users, mapped, 1, None)).user_id


def test_whose_word_counts() -> None:
    in_field = (replace(OLGA, personnel_number=" 007 "), ANNA, PETR, GONE)
    learned, said = Mapped("007", 4, in_node=True, learned=True), Mapped("007", 5)
    assert who("007", (learned,)) == 4
    assert who("007", (learned,), in_field) == 3
    assert who("007", (learned, said), in_field) == 5
    assert who("007", (said, Mapped("007", 4, in_node=True)), in_field) == 4
    assert who("007", (Mapped("007", 6),), in_field) == 3, "who has left gets nothing, and nobody waits for him"
    assert who("7", (said,), in_field) == 1, "leading zeros belong to a number"


def test_a_number_of_two_users_is_nobodys_unless_somebody_says_whose() -> None:
    twice = (replace(OLGA, personnel_number="007"), replace(ANNA, personnel_number="007 "), PETR, GONE)
    assert shared_numbers(twice) == {"007": [3, 4]}
    assert who("007", (Mapped("007", 3, in_node=True, learned=True),), twice) == 1
    assert who("007", (Mapped("007", 4),), twice) == 4
    assert shared_numbers((replace(OLGA, personnel_number="007"), replace(GONE, personnel_number="007"))) == {}


def test_a_base_has_its_own_words_in_both_directions() -> None:
    mapped = (Mapped("1", 3), Mapped("77", 3, in_node=True), Mapped("", 4, "Соколова (Ким) Анна", in_node=True))
    staff = staff_from(STAFF_OF_PORTAL, mapped, 1, None)
    assert responsible_of(3, staff) == Responsible("77", "Ольга Гусева")
    assert responsible_of(4, staff) == Responsible("", "Соколова (Ким) Анна")
    assert assign(Responsible("", "СОКОЛОВА (Ким) Анна"), staff) == Assignment(4, "full_name")
    assert assign(Responsible("1"), staff).user_id == 3
