"""``mode=query``: the node's own changed orders, if it receives changes, as one XML answer.

What was offered is remembered in the session: only this session's ``success`` confirms it (invariant 4).
"""

import datetime as dt

from django.db import transaction
from django.db.models import F

from uzel.commerceml.dialects import DIALECTS, Dialect
from uzel.commerceml.writer import write_package
from uzel.hub.models import Delivery, ExchangeSession, Node, OrderRow, Package
from uzel.hub.queries import lock_node, rules_of
from uzel.mapping.document_order import document_of
from uzel.model import Order
from uzel.model.codec import from_json
from uzel.sync.locks import OfferFacts, lock_reason


@transaction.atomic
def offer(node: Node, session: ExchangeSession, now: dt.datetime) -> bytes:
    """The answer to a query, in the node's encoding; an empty package when there is nothing to give."""
    lock_node(node.pk)
    rows = _free(node, due_orders(node)) if node.receives_changes else []
    session.offered = {str(row.pk): [row.version, row.merged] for row in rows}
    session.save(update_fields=["offered"])
    for row in rows:
        row.offered = row.merged
        row.save(update_fields=["offered"])
    rules = rules_of(node)
    documents = [document_of(from_json(Order, row.merged), rules) for row in rows]
    return write_package(documents, dialect_of(session), formed_at=now, encoding=node.encoding)


def due_orders(node: Node) -> list[OrderRow]:
    """Orders of the node whose current version it has not confirmed, oldest change first."""
    due = Delivery.objects.filter(target=Delivery.Target.NODE, wanted__gt=F("confirmed"), order__node=node)
    return [delivery.order for delivery in due.select_related("order").order_by("order__updated_at", "order_id")]


def dialect_of(session: ExchangeSession) -> Dialect:
    """The shape the client of this session expects (onec-exchange 1.1, 2)."""
    profile = session.node.profile
    if profile == Node.Profile.BITRIX:
        return DIALECTS["bitrix_31" if session.version.startswith("3") else "bitrix_209"]
    if profile == Node.Profile.UNF and session.cml_version >= "2.10":
        return DIALECTS["unf_subordinate"]
    return DIALECTS[profile]


def _free(node: Node, rows: list[OrderRow]) -> list[OrderRow]:
    """Orders that may go, up to the node's limit; the others get their reason on record."""
    pending = Package.objects.filter(node=node, state__in=[Package.State.RECEIVING, Package.State.WAITING]).first()
    free: list[OrderRow] = []
    for row in rows:
        merged = from_json(Order, row.merged)
        facts = OfferFacts(
            profile=node.profile,
            number=merged.number,
            has_date=merged.date is not None,
            currency=merged.currency,
            hold=row.hold,
            pending_package=pending.file_name if pending else "",
            deal_deleted=row.deal_deleted,
        )
        reason = lock_reason(facts)
        Delivery.objects.filter(order=row, target=Delivery.Target.NODE).exclude(locked_reason=reason).update(locked_reason=reason)
        if not reason and len(free) < node.orders_per_query:
            free.append(row)
    return free
