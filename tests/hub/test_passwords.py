"""Passwords of nodes: argon2 at rest, and paid for once in a while."""

import pytest

from uzel.hub import passwords
from uzel.hub.passwords import hash_password, verify_nobody, verify_once, verify_password


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that argon2 was asked about."""
    asked: list[str] = []

    def verify(stored: str, plain: str) -> bool:
        asked.append(plain)
        return verify_password(stored, plain)

    monkeypatch.setattr(passwords, "verify_password", verify)
    monkeypatch.setattr(passwords, "_verified", {})
    return asked


def test_a_password_is_stored_as_argon2_and_salted() -> None:
    first, second = hash_password("секрет"), hash_password("секрет")
    assert first.startswith("$argon2id$")
    assert first != second
    assert verify_password(first, "секрет")
    assert not verify_password(first, "Секрет")


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$broken"])
def test_a_broken_hash_opens_nothing(stored: str) -> None:
    assert not verify_password(stored, "")


def test_a_right_password_is_checked_once(counted: list[str]) -> None:
    stored = hash_password("right")
    assert [verify_once(stored, "right") for _ in range(3)] == [True] * 3
    assert counted == ["right"]


def test_a_wrong_password_is_checked_every_time(counted: list[str]) -> None:
    stored = hash_password("right")
    assert [verify_once(stored, "wrong") for _ in range(3)] == [False] * 3
    assert counted == ["wrong"] * 3


def test_a_new_password_forgets_the_old_one_at_once(counted: list[str]) -> None:
    assert verify_once(hash_password("old"), "old")
    assert not verify_once(hash_password("new"), "old")
    assert counted == ["old", "old"]


def test_belief_ends_after_a_while(counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stored, now = hash_password("right"), 1000.0
    monkeypatch.setattr(passwords.time, "monotonic", lambda: now)
    verify_once(stored, "right")
    now += passwords.REMEMBER_S - 1
    verify_once(stored, "right")
    assert len(counted) == 1
    now += 1
    verify_once(stored, "right")
    assert len(counted) == 2


def test_no_more_than_a_limit_is_remembered(counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "REMEMBER_COUNT", 2)
    for number in range(5):
        verify_once(hash_password(f"{number}"), f"{number}")
    assert len(passwords._verified) <= 2


def test_no_password_is_held_in_memory(counted: list[str]) -> None:
    verify_once(hash_password("right"), "right")
    assert b"right" not in b"".join(passwords._verified)


def test_an_unknown_login_costs_what_a_wrong_password_costs(counted: list[str]) -> None:
    verify_nobody("anything")
    assert counted == ["anything"]
