"""argparse in Russian: its own words, by the texts that it looks up, of every release of Python that we run on.

argparse asks two functions for the words of a language, ``_`` and ``ngettext`` of its module. A catalogue of gettext would be
a compiled file that has to be found on every machine; a table is not. What the table does not name stays as it is.
"""

import argparse
from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "usage: ": "вызов: ",
    "%(prog)s: error: %(message)s\n": "%(prog)s: ошибка: %(message)s\n",
    "%(heading)s:": "%(heading)s:",
    "positional arguments": "что указать",
    "options": "параметры",
    "subcommands": "команды",
    "show this help message and exit": "показать эту справку",
    "show program's version number and exit": "показать версию",
    " (default: %(default)s)": " (обычно: %(default)s)",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "не указано: %s",
    "one of the arguments %s is required": "нужно одно из: %s",
    "not allowed with argument %s": "нельзя вместе с %s",
    "unrecognized arguments: %s": "лишнее или неизвестное: %s",
    "expected one argument": "нужно одно значение",
    "expected at most one argument": "не больше одного значения",
    "expected at least one argument": "нужно хотя бы одно значение",
    "expected %s argument": "нужно значений: %s",
    "expected %s arguments": "нужно значений: %s",
    "ambiguous option: %(option)s could match %(matches)s": "неясно, что такое %(option)s: %(matches)s",
    "unexpected option string: %s": "неизвестный параметр: %s",
    "ignored explicit argument %r": "значение %r здесь не нужно",
    "invalid %(type)s value: %(value)r": "значение %(value)r не подходит",
    "invalid choice: %(value)r (choose from %(choices)s)": "нет такого: %(value)r; есть: %(choices)s",
    "invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)": (
        "нет такого: %(value)r, может быть, %(suggestion)r? Есть: %(choices)s"
    ),
    "unknown parser %(parser_name)r (choices: %(choices)s)": "нет команды %(parser_name)r; есть: %(choices)s",
    "can't open '%(filename)s': %(error)s": "файл «%(filename)s» не открывается: %(error)s",
}


def speak_russian() -> None:
    """From now on argparse says everything in Russian, in this process."""
    vars(argparse).update({"_": _said, "ngettext": _counted})


def _said(text: str) -> str:
    return WORDS.get(text, text)


def _counted(one: str, many: str, number: int) -> str:
    return _said(one if number == 1 else many)
