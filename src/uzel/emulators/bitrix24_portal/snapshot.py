"""The whole portal in a file: written in one piece, read at the start.

A file is replaced only by a finished one, so a portal that is killed while it saves leaves the last whole state.
"""

import json
import os
from pathlib import Path
from typing import Any

from uzel.emulators.bitrix24_portal import records
from uzel.emulators.bitrix24_portal.applications import Application, Binding, Placement
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.events import Event, Handler
from uzel.emulators.bitrix24_portal.letters import Letter
from uzel.emulators.bitrix24_portal.offline import Row
from uzel.emulators.bitrix24_portal.saved import decode, encode
from uzel.emulators.bitrix24_portal.tokens import Grant, Pair

FORMAT, VERSION = "uzel portal", 1
RECORDS = {
    one.__name__: one
    for one in (
        records.User, records.Category, records.SmartType, records.Status, records.EnumItem, records.UserField,
        records.Multifield, records.Item, records.ProductRow, records.Requisite, records.BankDetail,
        records.StageMove, records.RequisiteLink, records.Comment, records.LogMessage, records.Notification,
        Application, Binding, Placement, Grant, Pair, Handler, Event, Letter, Row,
    )
}  # fmt: skip


def save(core: Core, path: Path) -> int:
    """Write the portal into a file; returns its size in bytes."""
    with core.store.lock:
        parts = {
            "store": core.store.saved(), "applications": core.applications.saved(), "offline": core.offline.saved(),
            "events": core.events.saved(),
        }  # fmt: skip
        content = {"format": FORMAT, "version": VERSION, **{name: encode(part) for name, part in parts.items()}}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    _replace(path, body)
    return len(body)


def _replace(path: Path, body: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        with fresh.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise ValueError(f"{path}: состояние портала не записано: {error.strerror}") from error


def load(core: Core, path: Path) -> None:
    """Put a saved portal into a new one. ValueError where the file is none, or is of another version."""
    content = _read(path)
    if (content.get("format"), content.get("version")) != (FORMAT, VERSION):
        raise ValueError(f"{path}: это не состояние портала версии {VERSION}")
    try:
        parts = {name: decode(content[name], RECORDS) for name in ("store", "applications", "offline", "events")}
        with core.store.lock:
            core.store.load(parts["store"])
            core.applications.load(parts["applications"])
            core.offline.load(parts["offline"])
            core.events.load(parts["events"])
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{path}: состояние портала испорчено: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path}: состояние портала не прочитано: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path}: это не JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: это не состояние портала версии {VERSION}")
    return content
