"""``mode=query``: the node's own changed orders, if it receives changes, as one XML answer.

What was offered is remembered in the session: only this session's ``success`` confirms it (invariant 4).
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from uzel.commerceml.dialects import DIALECTS, Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.errors import UnwritableDocument
from uzel.commerceml.writer import write_package
from uzel.flows.calls.know_dialect import client_of
from uzel.hub.models import Delivery, ExchangeSession, Node, OrderRow, Package
from uzel.hub.queries import lock_node, note_attempt, rules_of
from uzel.mapping.document_order import document_of
from uzel.model import Order
from uzel.model.codec import from_json
from uzel.sync.locks import OfferFacts, lock_reason

PAGE = 200  # due orders fetched in one go
ANSWER_BYTES = 16 << 20  # of UTF-8 in one answer; one order goes whatever its size, and none is cut
REASON_LENGTH = 200  # characters
NO_MOMENT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Offer:
    """An order that may go, as the row and as the document that is written."""

    row: OrderRow
    document: Document


@transaction.atomic
def offer(node: Node, session: ExchangeSession, now: dt.datetime) -> bytes:
    """The answer to a query, in the node's encoding; an empty package when there is nothing to give."""
    lock_node(node.pk)
    dialect = dialect_of(session)
    offers = _offers(node, dialect) if node.receives_changes else []
    _remember(session, [offer.row for offer in offers])
    formed_at = timezone.localtime(now)  # the protocol knows local time only (onec-exchange 7)
    return write_package((offer.document for offer in offers), dialect, formed_at=formed_at, encoding=node.encoding)


def _remember(session: ExchangeSession, rows: list[OrderRow]) -> None:
    """What this session may confirm, and what the node may show us though its ``success`` never came."""
    for row in rows:
        note_attempt(row, "offered", row.merged)
    OrderRow.objects.bulk_update(rows, ["offered"], batch_size=PAGE)
    session.offered = {str(row.pk): [row.version, row.merged] for row in rows}
    session.save(update_fields=["offered"])


def due_orders(node: Node) -> QuerySet[Delivery]:
    """Deliveries of orders whose current version the node has not confirmed, oldest change first."""
    due = Delivery.objects.filter(target=Delivery.Target.NODE, wanted__gt=F("confirmed"), order__node=node)
    return due.select_related("order").order_by("order__updated_at", "order_id")


def dialect_of(session: ExchangeSession) -> Dialect:
    """The shape the client of this session expects (onec-exchange 1.1, 2)."""
    return DIALECTS[client_of(session).shape]


def _offers(node: Node, dialect: Dialect) -> list[Offer]:
    """Orders that may go, up to the limits by number and size; those left out on the way get their reason on record."""
    pending = Package.objects.filter(node=node, state__in=[Package.State.RECEIVING, Package.State.WAITING]).first()
    rules, offers, room = rules_of(node), list[Offer](), ANSWER_BYTES
    reasons: dict[str, list[int]] = defaultdict(list)
    for delivery in due_orders(node).iterator(chunk_size=PAGE):
        order = from_json(Order, delivery.order.merged)
        reason, document, size = lock_reason(_facts(node, delivery.order, order, pending)), None, 0
        if not reason:
            document = document_of(order, rules)
            size, reason = _measure(document, dialect)
        if reason[:REASON_LENGTH] != delivery.locked_reason:
            reasons[reason[:REASON_LENGTH]].append(delivery.pk)
        if document is None or reason:
            continue
        room -= size
        if offers and room < 0:
            break
        offers.append(Offer(delivery.order, document))
        if len(offers) == node.orders_per_query:
            break
    for reason, ids in reasons.items():
        Delivery.objects.filter(pk__in=ids).update(locked_reason=reason)
    return offers


def _facts(node: Node, row: OrderRow, order: Order, pending: Package | None) -> OfferFacts:
    return OfferFacts(
        profile=node.profile,
        number=order.number,
        has_date=order.date is not None,
        currency=order.currency,
        hold=row.hold,
        pending_package=pending.file_name if pending else "",
        deal_deleted=row.deal_deleted,
    )


def _measure(document: Document, dialect: Dialect) -> tuple[int, str]:
    """Bytes of an order in an answer, and why the base could not read it, or "".

    One document that cannot be read would fail all the others (onec-exchange 3.1).
    """
    try:
        return len(write_package([document], dialect, formed_at=NO_MOMENT)), ""
    except UnwritableDocument as error:
        return 0, str(error)
