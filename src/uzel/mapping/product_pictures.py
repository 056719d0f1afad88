"""Which pictures of a product the portal should have, and what it takes. Pure.

A picture that we put bears a name made of its bytes: so it is known again after a lost answer, is not sent twice, and
nothing that people put is ever removed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from uzel.bitrix24.entities.product_image import DETAIL, MORE, Image

OURS = re.compile(r"uzel-[0-9a-f]{32}\.\w*")
NAMED_BY = 32  # hexadecimal digits of a picture's SHA-256


@dataclass(frozen=True, slots=True)
class Plan:
    """``remove`` are ids in the portal, ``add`` a type and a file's name, in order."""

    remove: tuple[int, ...] = ()
    add: tuple[tuple[str, str], ...] = ()


def file_name(name: str, sha256: str) -> str:
    """What a picture of the base is called in the portal."""
    return f"uzel-{sha256[:NAMED_BY]}.{PurePosixPath(name).suffix[1:].lower()}"


def plan(wanted: Sequence[str], there: Sequence[Image]) -> Plan:
    """The first is the detail picture, unless people put one; the others follow in order."""
    ours = [image for image in there if OURS.fullmatch(image.name)]
    taken = any(image.kind == DETAIL and image not in ours for image in there)
    first, rest = ((), wanted) if taken else (wanted[:1], wanted[1:])
    remove, add = _one_kind(DETAIL, first, ours)
    remove_more, add_more = _one_kind(MORE, rest, ours)
    return Plan((*remove, *remove_more), (*add, *add_more))


def _one_kind(kind: str, wanted: Sequence[str], ours: Sequence[Image]) -> tuple[list[int], list[tuple[str, str]]]:
    """What stands in the right order at the beginning stays, all behind it is made anew."""
    own = sorted((image for image in ours if image.kind == kind), key=lambda image: image.image_id)
    good = 0
    while good < min(len(own), len(wanted)) and own[good].name == wanted[good]:
        good += 1
    return [image.image_id for image in own[good:]], [(kind, name) for name in wanted[good:]]
