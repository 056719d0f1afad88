"""Bytes of an upload as they leave: the archive when the server takes one, cut as it allows (onec-exchange 1.5)."""

import datetime as dt
import io
import random
import zipfile
from collections.abc import Mapping

from uzel.emulators.onec_base.answers import Limits

PARTS_OF_SPLIT_FAULT = 3


def pack(name: str, body: bytes, limits: Limits, rng: random.Random, formed: dt.datetime) -> tuple[str, bytes]:
    """Name and bytes to send: the file itself, or ``v8_XXXX_XX.zip`` with the file in it."""
    return pack_all({name: body}, rng, formed) if limits.zip else (name, body)


def pack_all(files: Mapping[str, bytes], rng: random.Random, formed: dt.datetime) -> tuple[str, bytes]:
    """One archive of all files, as the configurations send a catalogue."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, formed.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return f"v8_{rng.randrange(16**4):04X}_{rng.randrange(16**2):02x}.zip", target.getvalue()


def cut(body: bytes, part_bytes: int) -> list[bytes]:
    """Parts of at most ``part_bytes``; 0 and less mean one piece. All of them go under one name."""
    if part_bytes <= 0:
        return [body]
    return [body[start : start + part_bytes] for start in range(0, len(body), part_bytes)]


def part_size(body: bytes, limits: Limits, split_bytes: int, split_now: bool) -> int:
    """The smallest of what the server allows, what the settings want and what the fault demands."""
    wanted = [limits.file_limit, split_bytes, -(-len(body) // PARTS_OF_SPLIT_FAULT) if split_now else 0]
    return min((size for size in wanted if size > 0), default=0)
