"""What the documentation must agree with, read out of the source text: settings, constants, codes of reasons."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parents[2] / "src" / "uzel"
#: Packages where a code stands beside the sentence that people read, and what is called with the two.
SPEAKING = ("commerceml", "exchange", "mapping", "flows")
SAYERS = ("add", "Problem", "PackageError", "refused", "Refusal", "Decision", "Outcome", "fail", "give_up")
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
_SENTENCE = re.compile(r"[А-ЯЁ…].* .*", re.DOTALL)

Names = Mapping[str, ast.expr]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def constant(path: str, name: str) -> Any:
    """Value of a constant of a module that needs a database to be imported."""
    value = _assigned(parsed(SOURCE / path).body)[name]
    return ast.literal_eval(value.args[0] if isinstance(value, ast.Call) else value)


def settings() -> dict[str, str | None]:
    """Every setting read from the environment, with its default as text; ``None`` where the code makes one up."""
    found: dict[str, str | None] = {}
    for call in ast.walk(parsed(SOURCE / "settings.py")):
        if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        if ast.unparse(call.func) == "os.environ.get":
            found[str(call.args[0].value)] = _default(call.args[1]) if len(call.args) > 1 else None
        elif ast.unparse(call.func) == "_secret":
            found[str(call.args[0].value)] = None
    return found


def default_of(name: str) -> int:
    """Default of a setting that is a number."""
    return int(settings()[name] or 0)


def _default(node: ast.expr) -> str:
    return str(eval(compile(ast.Expression(node), "settings.py", "eval"), {"__builtins__": {}, "str": str}))


def readers_of_the_environment() -> set[str]:
    """Files that ask the environment for something."""
    asks = re.compile(r"environ\.get\(|environ\[[^]]+\](?! =)|getenv\(")
    return {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if asks.search(path.read_text(encoding="utf-8"))
    }


def cited(page: str) -> set[str]:
    """Sections of a page of facts that comments name: ``(onec-exchange 1.3, 3.2)``."""
    named = re.compile(rf"{page} ((?:[A-Z]?\d+(?:\.\d+)?|[A-Z])(?:, (?:[A-Z]?\d+(?:\.\d+)?|[A-Z])\b)*)")
    texts = (path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    return {section for text in texts for found in named.findall(text) for section in found.split(", ")}


def reasons() -> dict[str, list[str]]:
    """Codes of reasons and the sentences that stand beside them, ``…`` for what a sentence is filled with."""
    found: dict[str, list[str]] = {}
    for package in SPEAKING:
        for path in sorted((SOURCE / package).rglob("*.py")):
            for name, text in spoken(parsed(path)):
                texts = found.setdefault(name, [])
                texts += [text] if text and text not in texts else []
    return found


def spoken(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """A code and a sentence in one call, or side by side in a table."""
    known = _assigned(tree.body)
    yield from _tabled(known.get("REASONS"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    scopes = [(known | _assigned(ast.walk(function)), ast.walk(function)) for function in functions]
    for names, nodes in [(known, (node for node in ast.walk(tree) if id(node) not in inside)), *scopes]:
        for node in nodes:
            parts = _parts(node)
            codes = [code for part in parts if (code := _code(part, names))]
            texts = [text for part in parts if _SENTENCE.match(text := _text(part, names))]
            if codes and (texts or isinstance(node, ast.Call)):
                yield codes[0], texts[-1] if texts else ""


def _tabled(table: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Codes and sentences of a table that is called so."""
    for key, value in zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ():
        yield _code(key, {}) if key else "", _text(value, {})


def _parts(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func).rpartition(".")[2]
        return [*node.args, *(keyword.value for keyword in node.keywords)] if called in SAYERS else []
    return node.elts if isinstance(node, ast.Tuple) else []


def _assigned(nodes: Any) -> dict[str, ast.expr]:
    plain = [node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
    return {node.targets[0].id: node.value for node in plain if isinstance(node.targets[0], ast.Name)}


def _code(node: ast.expr, names: Names) -> str:
    if isinstance(node, ast.BoolOp):
        node = node.values[-1]
    node = names.get(node.id, node) if isinstance(node, ast.Name) else node
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""


def _text(node: ast.expr, names: Names) -> str:
    if isinstance(node, ast.Name):
        return _text(names[node.id], {}) if node.id in names else ""
    if isinstance(node, ast.JoinedStr):
        return "".join("…" if isinstance(part, ast.FormattedValue) else _text(part, names) for part in node.values)
    if isinstance(node, ast.Call) and node.args:
        return _text(node.args[-1], names)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
