"""Promo codes for a base as a directory, the same delta as in JSON: ``mode=query`` gives it, ``mode=success`` confirms it.

What was given is remembered in the session: only this session's ``success`` confirms it, as with orders.
"""

import datetime as dt

from django.utils import timezone

from uzel.commerceml.write_references import write_nothing, write_references
from uzel.flows.promo import promo_delta
from uzel.hub.models import ExchangeSession, Node
from uzel.mapping.promo_reference import DIRECTORY, WRITTEN, element_of

VERSION = "promo_version"  # in `ExchangeSession.offered`


def offer(node: Node, session: ExchangeSession, since: int | None, now: dt.datetime) -> bytes:
    """Changes since what the base has confirmed, or since the version that it names; at most ``promo_delta.MOST_ITEMS``."""
    delta = promo_delta.delta(node, (node.promo_version or 0) if since is None else since)
    session.offered = {VERSION: delta.version}
    session.save(update_fields=["offered"])
    formed_at = timezone.localtime(now)
    if not delta.items and not delta.full:
        return write_nothing(formed_at, node.encoding)
    elements = (element_of(one.promo, str(one.revision), one.element_id, withdrawn=one.withdrawn) for one in delta.items)
    pieces = write_references(
        DIRECTORY, WRITTEN, elements, only_changes=not delta.full, formed_at=formed_at, encoding=node.encoding
    )
    return b"".join(pieces)


def confirm(node: Node, session: ExchangeSession) -> bool:
    """The base has what this session was given; a second ``success`` confirms nothing. Whether there still is that version."""
    session.refresh_from_db(fields=["offered"])
    if not session.offered:
        return True
    version = session.offered[VERSION]
    session.offered = None
    session.save(update_fields=["offered"])
    return promo_delta.confirm(node, version)
