"""Promo codes that bases bring: each base changes and withdraws its own ones, and no others (``sync.promo.take``)."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet

from uzel.hub.bulk import update_rows
from uzel.hub.models import Node, Portal, PromoCodeRow
from uzel.hub.promo_book import Entry, keep_of_base, promo_of
from uzel.model.codec import from_json, to_json
from uzel.model.promo import PromoCode
from uzel.sync.promo import KnownCode, Said, Take, changed_fields, moved, take

ID_CHARACTERS, VERSION_CHARACTERS = 200, 100
OWN = [
    "brought_by", "brought", "element_id", "element_version", "unwritten", "due_since", "attempts", "problem_code", "problem",
]  # fmt: skip
Change = tuple[Said, PromoCode]  # what the base says now, what then stands in the directory


@transaction.atomic
def bring(node: Node, found: Mapping[str, Said], package: int, now: dt.datetime) -> dict[str, Take]:
    """Codes by key, as a file names them; what became of each. An element whose code was renamed withdraws the old one."""
    assert node.portal is not None, "a base without a portal has nowhere to bring codes"
    Portal.objects.select_for_update().get(pk=node.portal.pk)
    rows = {row.key: row for row in PromoCodeRow.objects.filter(portal=node.portal, key__in=list(found))}
    known = {key: _known(row, node) for key, row in rows.items()}
    taken = {key: take(known.get(key), said, node.code) for key, said in found.items()}
    news: dict[str, Change] = {}
    for key, (_, promo) in taken.items():
        one = known.get(key)
        if one is None or (one.bringer == node.code and not one.deleted and one.said != found[key]):
            news[key] = found[key], promo
    _put(node, rows, news, now)
    codes_of(node).filter(key__in=list(found)).update(named_in=package)
    ids = [said.element_id for said in found.values() if said.element_id]
    renamed = codes_of(node).filter(element_id__in=ids).exclude(key__in=list(found))
    _withdraw(node, renamed, now)
    renamed.update(element_id="")
    return {key: how for key, (how, _) in taken.items()}


def codes_of(node: Node) -> QuerySet[PromoCodeRow]:
    """Codes that the base may change."""
    return PromoCodeRow.objects.filter(portal=node.portal, brought_by=node, deleted=False)


def name_elements(node: Node, element_ids: Collection[str], package: int) -> None:
    """A file names these elements, though they could not be read."""
    codes_of(node).filter(element_id__in=[one for one in element_ids if one]).update(named_in=package)


@transaction.atomic
def withdraw_unnamed(node: Node, package: int, now: dt.datetime) -> list[str]:
    """The file was all that the base has: its other codes count no more. Those that did until now, as they are spelled."""
    assert node.portal is not None, "as with ``bring``"
    Portal.objects.select_for_update().get(pk=node.portal.pk)
    return _withdraw(node, codes_of(node).exclude(named_in=package), now)


def _withdraw(node: Node, codes: QuerySet[PromoCodeRow], now: dt.datetime) -> list[str]:
    """A code that is named again counts again, whatever its version: so none is remembered."""
    rows = {row.key: row for row in codes.order_by("key")}
    news: dict[str, Change] = {}
    for key, row in rows.items():
        said = from_json(PromoCode, row.brought)
        if said.active:
            off = replace(said, active=False)
            news[key] = Said(off, row.element_id), moved(promo_of(row), said, off)
    _put(node, rows, news, now)
    return [said.promo.code for said, _ in news.values()]


def _known(row: PromoCodeRow, node: Node) -> KnownCode:
    bringer = "" if row.brought_by_id is None else node.code if row.brought_by_id == node.pk else str(row.brought_by_id)
    said = Said(from_json(PromoCode, row.brought), row.element_id, row.element_version) if bringer else None
    return KnownCode(promo_of(row), row.deleted, bringer, said)


def _put(node: Node, before: Mapping[str, PromoCodeRow], news: Mapping[str, Change], now: dt.datetime) -> None:
    """Put changes into the directory, and note what the portal's items do not show yet."""
    assert node.portal is not None, "as with ``bring``"
    old = {key: (promo_of(row), row.entity_id) for key, row in before.items()}
    entries = {key: Entry(promo, old[key][1] if key in old else None) for key, (_, promo) in news.items()}
    keep_of_base(node.portal, entries)
    rows = list(PromoCodeRow.objects.filter(portal=node.portal, key__in=list(news)))
    for row in rows:
        said, promo = news[row.key]
        row.brought_by, row.brought = node, to_json(said.promo)
        row.element_id, row.element_version = said.element_id[:ID_CHARACTERS], said.version[:VERSION_CHARACTERS]
        fields = changed_fields(old[row.key][0], promo) if row.key in old else []
        if fields or row.key not in old:
            row.unwritten, row.due_since = sorted({*row.unwritten, *fields}), now
            row.attempts, row.problem_code, row.problem = 0, "", ""
    update_rows(rows, OWN)
