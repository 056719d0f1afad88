"""Tables that the documentation prints: each is made of the code, so a page cannot say something else.

They stand between ``<!-- table: NAME -->`` and ``<!-- end -->``; ``make docs`` rewrites them, the tests compare them.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.docs import source
from uzel.bitrix24 import batch
from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS, EXCHANGED, HOLD
from uzel.bitrix24.entities.smart_process import SMART_PROCESSES
from uzel.bitrix24.operating import OperatingRules
from uzel.commerceml import limits
from uzel.commerceml.dialects import DIALECTS, Dialect
from uzel.commerceml.limits import DEFAULT_LIMITS
from uzel.emulators.onec_base.profiles import PROFILES, RELEASES
from uzel.exchange import session
from uzel.exchange.clients import CLIENTS
from uzel.exchange.file_names import NAME_RULES
from uzel.exchange.zips import ZipLimits
from uzel.flows.doctor.checks_of_calls import CALL_CHECKS
from uzel.flows.doctor.checks_of_files import FILE_CHECKS
from uzel.flows.doctor.checks_of_page import PAGE_CHECKS
from uzel.flows.doctor.checks_of_portal import PORTAL_CHECKS
from uzel.flows.doctor.checks_of_talk import TALK_CHECKS
from uzel.flows.doctor.finding import Check
from uzel.mapping import node_lists, requisite_rows, requisites, stages
from uzel.sync import ownership, plan
from uzel.sync.fields import TITLES
from uzel.sync.locks import NUMBER_LIMIT

ROOT = Path(__file__).parents[2]
ENTRY_LIMITS = ("ID_CHARACTERS", "PICTURES_PER_ITEM", "PROPERTIES_PER_VARIANT", "PRICES_PER_OFFER", "STOCKS_PER_OFFER")
_BLOCK = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewritten(text: str) -> str:
    """A page with every table in it made anew."""
    return _BLOCK.sub(lambda found: found[1] + TABLES[found[2]]() + found[3], text)


def tables_in(text: str) -> list[str]:
    """Names of the tables that a page prints."""
    return [found[2] for found in _BLOCK.finditer(text)]


def markdown(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    """A table; a bar inside a cell would end it."""
    cells = [head, ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", r"\|") for cell in row) + " |\n" for row in cells)


def code(value: object) -> str:
    """A word of the code; nothing for nothing."""
    return f"`{value}`" if value not in ("", None) else ""


def _stages() -> str:
    rows = ((code(row.status), row.name, code(row.stage_id)) for row in stages.STANDARD)
    return markdown(("status", "name", "stage"), rows)


def _node_lists() -> str:
    payments = (("payment system", *row) for row in node_lists.STANDARD_PAYMENTS)
    deliveries = (("delivery service", *row, "") for row in node_lists.STANDARD_DELIVERIES)
    return markdown(("list", "id", "name", "kind"), (*payments, *deliveries))


def _requisites() -> str:
    ways = {"in": "1C → Uzel", "out": "Uzel → 1C", "both": "both ways"}
    rows = (
        (code(row.field), ", ".join(map(code, row.names)), ways[row.direction], code(row.converter))
        for row in requisite_rows.STANDARD
    )
    return markdown(("field of the order", "requisite (the first is written)", "direction", "converter"), rows)


def _ready_requisites() -> str:
    ways = {"in": "1C → Uzel", "both": "both ways"}
    rows = (
        (
            code(row.field),
            ", ".join(map(code, row.names)),
            ways[row.ready],
            code(row.converter),
            "yes" if row.direction == row.ready else "",
        )
        for row in requisite_rows.READY
    )
    return markdown(("field of the deal", "requisite", "direction when on", "converter", "on at once"), rows)


def _converters() -> str:
    rows = ((code(name), one.title, one.user_type) for name, one in requisites.CONVERTERS.items())
    return markdown(("converter", "in Russian", "type of a deal's field"), rows)


def _ownership() -> str:
    posted = ownership.ownership({}, posted=True)
    rows = ((code(field), TITLES[field], owner, posted[field]) for field, owner in ownership.STANDARD.items())
    return markdown(("field", "in Russian", "not posted", "posted"), rows)


def _deal_fields() -> str:
    marks = {HOLD: "hold mark", EXCHANGED: "when Uzel last wrote the order into the deal"}
    rows = (
        (code(field.code), field.label, field.user_type, marks.get(field.code) or code(field.attribute))
        for field in DEAL_FIELDS
    )
    return markdown(("field of the deal", "label", "type", "shows"), rows)


def _smart_processes() -> str:
    rows = (
        (process.title, code(field.suffix), field.label, field.user_type + (", many" if field.multiple else ""))
        for process in SMART_PROCESSES
        for field in process.fields
    )
    return markdown(("smart process", "field ends with", "label", "type"), rows)


def _dialects() -> str:
    rows = (
        (code(name), one.schema_version, one.xsd or "none exists", *("yes" if has else "" for has in _marks(one)))
        for name, one in DIALECTS.items()
    )
    head = ("dialect", "ВерсияСхемы", "nearest XSD", "payments inside the order", "<Контейнер>", "Номер1С")
    return markdown(head, rows)


def _clients() -> str:
    rows = (
        (
            code(one.name), one.title, code(one.profile), ", ".join(one.schemas),
            ", ".join(end or "none" for end in one.namespaces), one.by_init, code(one.shape),
            "until it gets none" if one.asks_again else "once", NUMBER_LIMIT[one.profile],
        )
        for one in CLIENTS
    )  # fmt: skip
    head = (
        "dialect", "client", "profile", "ВерсияСхемы of its files", "xmlns ends with", "`init` says", "shape of the answer",
        "asks in a session", "characters of a number",
    )  # fmt: skip
    return markdown(head, rows)


def _releases() -> str:
    rows = []
    for name, one in RELEASES.items():
        usual = PROFILES[one.profile]
        names = [field.name for field in dataclasses.fields(one)]
        changed = [f"`{key}={getattr(one, key)}`" for key in names if getattr(one, key) != getattr(usual, key)]
        rows.append((code(name), code(one.profile), " ".join(changed), one.schema_version, code(one.namespace)))
    return markdown(("release", "profile", "differs in", "ВерсияСхемы", "xmlns"), rows)


def _marks(dialect: Dialect) -> tuple[bool, ...]:
    return dialect.subordinates, dialect.container, dialect.node_number


def _file_names() -> str:
    return "".join(f"- {reason}\n" for _, reason in NAME_RULES)


def _reasons() -> str:
    rows = ((code(name), "<br>".join(texts) or "…") for name, texts in sorted(source.reasons().items()))
    return markdown(("code", "what people read"), rows)


def _events() -> str:
    looks = {
        "DEAL_EVENTS": "the deal is read", "CARD_EVENTS": "changed deals, contacts and companies are looked for at once",
        "ITEM_EVENTS": "of a promo code: changed ones are looked for at once; other smart processes are left alone",
        "ITEM_GONE_EVENTS": "of a promo code: the codes are read whole; other smart processes are left alone",
    }  # fmt: skip
    rows = (
        (code(event), look) for name, look in looks.items() for event in source.constant("bitrix24/entities/events.py", name)
    )
    return markdown(("event", "what happens"), rows)


def _limits() -> str:
    records: Mapping[str, object] = {
        "file of documents": DEFAULT_LIMITS,
        "zip": ZipLimits(inflated_bytes=source.default_of("UZEL_INFLATED_LIMIT_BYTES")),
        "requests to the portal": BucketRules(),
        "time of one method of the portal": OperatingRules(),
    }
    rows: list[tuple[object, ...]] = [
        (where, code(field.name), f"{getattr(record, field.name):,}")
        for where, record in records.items()
        for field in dataclasses.fields(record)  # type: ignore[arg-type]
    ]
    rows += [("entry of a catalogue", code(name), getattr(limits, name)) for name in ENTRY_LIMITS]
    rows += [
        ("file of a catalogue", "`NOTES_LIMIT`", source.constant("flows/catalog/receive_catalog.py", "NOTES_LIMIT")),
        ("batch to the portal", "`MOST_COMMANDS`", batch.MOST_COMMANDS),
        ("batch to the portal", "`MOST_SECONDS`", batch.MOST_SECONDS),
        ("order without an answer", "`ATTEMPTS_LIMIT`", plan.ATTEMPTS_LIMIT),
        *(("number of an order, characters", code(profile), limit) for profile, limit in NUMBER_LIMIT.items()),
    ]
    return markdown(("of what", "name", "limit"), rows)


def _retries() -> str:
    delays = source.constant("flows/portal/portal_job.py", "RETRY_DELAYS_S")
    return markdown(("after the refusal", "waits, seconds"), enumerate(delays, 1))


def _checks(*groups: Sequence[Check[Any]]) -> str:
    rows = ((code(one.code), one.title, one.advice) for checks in groups for one in checks)
    return markdown(("code", "what is looked at", "what to do where it is not so"), rows)


#: One line a table.
TABLES: Mapping[str, Callable[[], str]] = {
    "steps": session.table,
    "file-names": _file_names,
    "stages": _stages,
    "node-lists": _node_lists,
    "requisites": _requisites,
    "ready-requisites": _ready_requisites,
    "converters": _converters,
    "ownership": _ownership,
    "deal-fields": _deal_fields,
    "smart-processes": _smart_processes,
    "dialects": _dialects,
    "clients": _clients,
    "releases": _releases,
    "reasons": _reasons,
    "events": _events,
    "limits": _limits,
    "retries": _retries,
    "checks-of-the-way": lambda: _checks(PAGE_CHECKS, TALK_CHECKS),
    "checks-of-the-portal": lambda: _checks(PORTAL_CHECKS),
    "checks-of-a-node": lambda: _checks(CALL_CHECKS, FILE_CHECKS),
}


def main() -> None:
    """Make every table of every page anew."""
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if rewritten(text) != text:
            page.write_text(rewritten(text), encoding="utf-8")


if __name__ == "__main__":
    main()
