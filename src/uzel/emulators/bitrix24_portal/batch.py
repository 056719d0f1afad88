"""``batch``: up to fifty commands one after another, later ones may use answers of earlier ones (bitrix24-rest B4)."""

import re
from collections.abc import Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.engine import Engine, Run
from uzel.emulators.bitrix24_portal.errors import ApiError, system
from uzel.emulators.bitrix24_portal.php_params import parse_query
from uzel.emulators.bitrix24_portal.values import is_true, php_array, text

NAME = "batch"
MAX_COMMANDS = 50
SECTIONS = ("result", "result_error", "result_total", "result_next", "result_time")
_REFERENCE = re.compile(r"\$result((?:\[[^\[\]]*\])+)")
Sections = dict[str, dict[str, Any]]


def commands(params: Mapping[str, Any]) -> dict[str, str]:
    """Key → command; a list has the keys 0, 1, 2…"""
    raw = params.get("cmd")
    if isinstance(raw, list):
        return {str(number): text(command) for number, command in enumerate(raw)}
    return {key: text(command) for key, command in raw.items()} if isinstance(raw, dict) else {}


def method_names(params: Mapping[str, Any]) -> list[str]:
    """Methods a batch calls."""
    return [split(command)[0] for command in commands(params).values()]


def split(command: str) -> tuple[str, str]:
    """``crm.item.get.json?entityTypeId=2`` → method and query."""
    name, _, query = command.partition("?")
    return name.strip().lstrip("/").removesuffix(".json"), query


def run_batch(engine: Engine, run: Run, params: Mapping[str, Any], stop_after: str = "") -> dict[str, Any]:
    """Run the commands; ``stop_after``: a method after which nothing more is done (a fault's wish)."""
    halts = is_true(params.get("halt"))
    sections: Sections = {name: {} for name in SECTIONS}
    for number, (key, command) in enumerate(commands(params).items()):
        name, query = split(command)
        try:
            _run_one(engine, run, sections, key, name, query, is_excess=number >= MAX_COMMANDS)
        except ApiError as error:
            sections["result_error"][key] = engine_error(engine, error)
            if halts:
                break
        if stop_after and name.lower() == stop_after.lower():
            break
    return {name: php_array(section) for name, section in sections.items()}


def _run_one(engine: Engine, run: Run, sections: Sections, key: str, name: str, query: str, *, is_excess: bool) -> None:
    if is_excess:
        raise system("ERROR_BATCH_LENGTH_EXCEEDED")
    if name.lower() == NAME:
        raise system("ERROR_BATCH_METHOD_NOT_ALLOWED")
    done = engine.execute(run, name, substitute(parse_query(query), sections["result"]), in_batch=True)
    sections["result"][key] = done.reply.result
    if done.reply.total is not None:
        sections["result_total"][key] = done.reply.total
    if done.reply.next is not None:
        sections["result_next"][key] = done.reply.next
    hidden = () if engine.core.options.operating_in_result_time else ("operating", "operating_reset_at")
    sections["result_time"][key] = {field: value for field, value in done.time.items() if field not in hidden}


def engine_error(engine: Engine, error: ApiError) -> dict[str, Any]:
    """The body of an error; a numeric code is a number or a text, as the portal is set."""
    body = error.body()
    if engine.core.options.numeric_codes_as_numbers and str(error.code).isdigit():
        body["error"] = int(error.code)
    return body


def substitute(value: Any, results: Mapping[str, Any]) -> Any:
    """Put answers of earlier commands where ``$result[key][field]…`` stands; an unknown one becomes an empty text."""
    if isinstance(value, dict):
        return {key: substitute(one, results) for key, one in value.items()}
    if isinstance(value, list):
        return [substitute(one, results) for one in value]
    if not isinstance(value, str) or "$result" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        found = _look_up(whole[1], results)
        return found if isinstance(found, (list, dict)) else text(found)
    return _REFERENCE.sub(lambda match: text(_look_up(match[1], results)), value)


def _look_up(path: str, results: Mapping[str, Any]) -> Any:
    node: Any = results
    for key in path[1:-1].split("]["):
        if isinstance(node, dict):
            node = node.get(key)
        elif isinstance(node, (list, tuple)):
            node = node[int(key)] if key.isdigit() and int(key) < len(node) else None
        else:
            return None
    return node
