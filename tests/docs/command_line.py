"""The command line as argparse has it and as docs/reference/commands.md tells it: both as the same table.

In the page a command is a heading ``## uzel node add``, its options are rows ``| `--port PORT` | 8024 | … |``.
"""

import argparse
import re
from collections.abc import Iterator

#: command → what may be typed after it → its default as written in the page
Shape = dict[str, dict[str, str]]

_HEADING = re.compile(r"^##+ (uzel.*)$")
_ROW = re.compile(r"^\| `(?P<typed>.+?)` \| (?P<default>.*?) \|")


def shape_of(parser: argparse.ArgumentParser) -> Shape:
    """Every command that can be run, and ``uzel`` itself."""
    return dict(_walk(parser))


def _walk(parser: argparse.ArgumentParser) -> Iterator[tuple[str, dict[str, str]]]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    own = {_typed(action): _default(action) for action in parser._actions if not isinstance(action, _NOT_OPTIONS)}
    if own or not groups:
        yield parser.prog, own
    for group in groups:
        for child in group.choices.values():
            yield from _walk(child)


_NOT_OPTIONS = (argparse._SubParsersAction, argparse._HelpAction)


def _typed(action: argparse.Action) -> str:
    """What a person types: ``--port PORT``, ``--flag, --no-flag``, ``FILE``."""
    value = str(action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper())
    if not action.option_strings:
        return value
    names = ", ".join(action.option_strings)
    repeated = " …" if isinstance(action, argparse._AppendAction) else ""
    return names if action.nargs == 0 else f"{names} {value}{repeated}"


def _default(action: argparse.Action) -> str:
    if action.required:
        return "required"
    value = "" if isinstance(action, argparse._AppendAction) else str(action.default)
    return "" if value in ("None", "False", argparse.SUPPRESS) else value


def shape_told(page: str) -> Shape:
    """The same, as a page tells it."""
    told: Shape = {}
    command = ""
    for line in page.splitlines():
        heading, row = _HEADING.match(line), _ROW.match(line.replace(r"\|", "¦"))
        if heading:
            command = heading[1].strip("`")
            told[command] = {}
        elif row and command:
            told[command][row["typed"].replace("¦", "|")] = row["default"].strip("`").replace("¦", "|")
    return told


def rows_of(shape: Shape) -> set[str]:
    """Lines by which two shapes are compared: a command, and each of its options with the default."""
    return {
        f"{command}: {typed} | {default}"
        for command, options in shape.items()
        for typed, default in [("", ""), *options.items()]
    }
