"""argparse's own words are Russian."""

import argparse
import inspect
import re
from collections.abc import Iterator

import pytest

from uzel.cli import main, parser
from uzel.russian_argparse import WORDS

#: What only a mistake of ours can make argparse say.
OURS = (
    "conflict",
    "cannot ",
    "must be",
    "invalid option string",
    "dest=",
    "not defined",
    "not callable",
    "invalid argument for",
    "mode %r",
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "uzel: ошибка: не указано: COMMAND"),
        (("prtal",), "нет такого: 'prtal'; есть: "),
        (("portal", "budget", "--jsn"), "лишнее или неизвестное: --jsn"),
        (("portal", "limits", "--plan", "gold"), "--plan: нет такого: 'gold'; есть: "),
        (("emulate", "portal", "--port"), "--port: нужно одно значение"),
        (("emulate", "portal", "--port", "x"), "--port: значение 'x' не подходит"),
        (("portal", "setup", "--plan", "--undo"), "--undo: нельзя вместе с --plan"),
    ],
)
def test_wrong_words_are_answered_in_russian(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in told
    assert told.startswith("вызов: uzel")


def test_the_help_has_russian_headings(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(("portal", "connect", "-h"))
    told = capsys.readouterr().out
    assert {"что указать:", "параметры:"} <= set(told.splitlines())
    assert "показать эту справку" in told


def helps_of(command: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Where a text of the help stands, and the text."""
    for action in command._actions:
        if action.help:
            yield f"{command.prog} {action.dest}", action.help
        if isinstance(action, argparse._SubParsersAction):
            yield from ((f"{command.prog} {one.dest}", one.help or "") for one in action._choices_actions)
            for child in action.choices.values():
                yield from helps_of(child)


def test_what_the_help_says_is_russian() -> None:
    told = dict(helps_of(parser()))
    assert len(told) > 100
    assert not [place for place, text in told.items() if not re.search("[а-яё]|^$", text, re.IGNORECASE)]


def test_all_that_a_user_can_make_argparse_say_is_translated() -> None:
    asked = {one[1:-1] for one in re.findall(r"\b_\(('[^'\n]+'|\"[^\"\n]+\")", inspect.getsource(argparse))}
    lacking = {text.encode().decode("unicode_escape") for text in asked} - set(WORDS)
    assert not [text for text in lacking if not any(word in text for word in OURS)]
