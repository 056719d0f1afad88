"""A deal as it now stands becomes news of its order, or a new order of the base that a manager chose.

The rule: what a deal still shows as we last saw it means what it meant. Only the rest is translated, so our own
writes, the portal's rounding and unmapped employees are never taken for somebody's edit (no echo).
"""

import datetime as dt
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone

from uzel.bitrix24.entities.client_card import COMPANY, CONTACT, KnownCard
from uzel.bitrix24.entities.deal import Deal, DealState
from uzel.flows.deals.apply_plan import apply_plan, lock_row, owners_of
from uzel.flows.deals.tie_rows import forget_tied, goods_seen
from uzel.flows.portal.deals_in_turn import next_look
from uzel.hub.models import CounterpartyBinding, Delivery, Node, OrderRow, Portal, UnmatchedLine
from uzel.hub.queries import lock_node, rules_of, staff_of, want
from uzel.mapping.counterparty_card import counterparty_of, key_of
from uzel.mapping.deal_order import (
    ClientRef,
    Seeing,
    differences,
    moved_in,
    order_born_in,
    order_seen_after,
    state_of,
    state_seen,
    to_restore,
    to_write,
)  # fmt: skip
from uzel.mapping.goods import NO_GOODS, Goods
from uzel.mapping.origin import is_ours
from uzel.model import Counterparty, Order
from uzel.model.codec import from_json, to_json
from uzel.sync.match import OUR_PREFIX
from uzel.sync.plan import States, news_from_portal

HELD = "менеджер отметил в сделке «Не отправлять в 1С»"
CARD_IDS = {CONTACT: "contact_id", COMPANY: "company_id"}
NUMBER_TRIES = 100
LATEST = 20  # orders of a client among which he is looked for


@dataclass(slots=True)
class Arrived:
    """Deals read from the portal together, with the cards of their clients by (kind, id)."""

    cards: dict[tuple[str, int], KnownCard] = field(default_factory=dict)

    def client_of(self, state: DealState) -> KnownCard | None:
        """The card of a deal's client: the company where there is one, else the contact."""
        return self.cards.get((COMPANY, state.company_id)) or self.cards.get((CONTACT, state.contact_id))


def receive_deal(portal: Portal, deal: Deal, arrived: Arrived, now: dt.datetime) -> bool:
    """Take the news of one deal (``deal.state.rows`` read too); returns whether there were any."""
    row = OrderRow.objects.filter(node__portal=portal, deal_id=deal.deal_id).select_related("node__portal").first()
    if row is not None and _says_nothing_new(row, deal):  # most deals that a sweep reads
        OrderRow.objects.filter(pk=row.pk).update(deal_look_at=next_look(row, now, portal.speed))
        return False
    if row is not None:
        return _known(row, deal, arrived, now)
    node = None if is_ours(deal.originator_id) else node_of(portal, deal.state.node)  # ours: a create not answered yet
    return node is not None and _born(node, deal, arrived, now)


def forget_deal(portal: Portal, deal_id: int) -> None:
    """The deal is deleted in the portal: its order stays, on record and out of the queue to the base."""
    OrderRow.objects.filter(node__portal=portal, deal_id=deal_id).update(deal_deleted=True)
    UnmatchedLine.objects.filter(order__node__portal=portal, order__deal_id=deal_id).delete()


def needs_card(shown: DealState, state: DealState) -> list[tuple[str, int]]:
    """Clients whose cards must be read before the deal is received."""
    moved = differences(state, shown)
    return [(kind, moved[name]) for kind, name in CARD_IDS.items() if moved.get(name)]


def node_of(portal: Portal, item: str) -> Node | None:
    """The node that an item of the deal's list means."""
    codes = {str(item_id): code for code, item_id in portal.setup.get("nodes", {}).items()}
    return Node.objects.filter(portal=portal, code=codes[item]).select_related("portal").first() if item in codes else None


# --- a deal of an order we know ---------------------------------------------------------------------------------------


def _says_nothing_new(row: OrderRow, deal: Deal) -> bool:
    """A look without locks: the deal is as we last saw it, and no answer of a write to it is missing."""
    if row.deal is None or row.sent or row.deal_deleted:
        return False
    shown = from_json(DealState, row.deal)
    held = bool(row.hold) if "hold" in deal.absent else deal.hold
    return held == bool(row.hold) and not moved_in(state_seen(deal, shown, rules_of(row.node)), shown)


@transaction.atomic
def _known(found: OrderRow, deal: Deal, arrived: Arrived, now: dt.datetime) -> bool:
    lock_node(found.node_id)
    row, states = lock_row(found.pk)
    rules, staff = rules_of(found.node), staff_of(found.node)
    shown = DealState() if row.deal is None else from_json(DealState, row.deal)
    deal = replace(deal, state=state_seen(deal, shown, rules), hold=bool(row.hold) if "hold" in deal.absent else deal.hold)
    if row.absent_user_id and states.sent and deal.state.assigned_by_id == staff.fallback_id:
        shown = replace(shown, assigned_by_id=staff.fallback_id)  # our own write, whose answer was lost
    if row.deal_deleted:  # taken out of the portal's recycle bin
        want([row], Delivery.Target.PORTAL)
    row.hold, row.deal_deleted, row.deal_look_at = (HELD if deal.hold else ""), False, next_look(row, now, _speed(found.node))
    moved = moved_in(deal.state, shown)
    if states.in_portal is None or not (moved or states.sent):
        row.save(update_fields=["hold", "deal_deleted", "deal_look_at"])
        return False
    goods = _goods(found.node, deal.state, shown, states)
    seeing = Seeing(rules, staff, _new_counterparty(row, deal.state, shown, states, arrived), goods)
    seen = order_seen_after(states.sent, deal.state, shown, states.in_portal, seeing, _client(row))
    plan = news_from_portal(states, seen, owners_of(states, rules))
    row.deal = to_json(deal.state)
    if seen.responsible != states.in_portal.responsible:  # somebody took the deal
        row.absent_user_id = None
    assert plan.states.merged is not None
    wanted = state_of(plan.states.merged, rules, staff, _client(row))
    restore = to_restore(moved, wanted, deal.state)
    apply_plan(row, replace(plan, portal_due=plan.portal_due or bool(restore)))
    if "rows" in moved:
        forget_tied(row, deal.state.rows)
    return True


def _speed(node: Node) -> float:
    return node.portal.speed if node.portal else 1.0


def _goods(node: Node, state: DealState, shown: DealState, states: States) -> Goods:
    """What is known of products that managers chose."""
    lines = [line for order in (states.in_portal, *states.sent) if order for line in order.lines]
    return goods_seen(node, lines, state.rows, shown.rows) or NO_GOODS


def _client(row: OrderRow) -> ClientRef:
    bound = row.client
    return ClientRef(bound.kind, bound.entity_id) if bound and bound.entity_id else ClientRef()


def _new_counterparty(
    row: OrderRow, state: DealState, shown: DealState, states: States, arrived: Arrived
) -> Counterparty | None:
    """Who the deal's client is when a manager chose another one; taking the client away chooses nobody."""
    client = _client(row)
    name = CARD_IDS[client.kind]
    if getattr(state, name) == getattr(shown, name) and client.entity_id:
        return None
    known = arrived.cards.get((client.kind, getattr(state, name))) or (None if client.entity_id else arrived.client_of(state))
    if known is None or known.entity_id == client.entity_id:
        return None
    counterparty, row.client = _bound(row.node, known)
    same = states.in_portal is not None and key_of(states.in_portal.counterparty) == key_of(counterparty)
    return None if same else counterparty


def _bound(node: Node, known: KnownCard) -> tuple[Counterparty, CounterpartyBinding]:
    """The counterparty that a card is in a base: as the base knows him, or one that it will have to meet."""
    assert node.portal is not None, "cards come from a portal"
    kind, entity_id = known.card.kind, known.entity_id
    bindings = CounterpartyBinding.objects.filter(node=node, kind=kind, entity_id=entity_id)
    binding = min(
        bindings, key=lambda one: (one.key.startswith(OUR_PREFIX), one.pk), default=None
    )  # rather by an Ид of the base's own
    if binding is None:
        binding = CounterpartyBinding.objects.create(
            node=node, portal=node.portal, kind=kind, entity_id=entity_id, key=f"{OUR_PREFIX}{kind}-{entity_id}",
            shown=to_json(known.card), decision="выбран менеджером в сделке",
        )  # fmt: skip
    met = _met(binding)
    if met is not None:  # an order that is over keeps the phones it had
        return replace(met, phones=known.card.phones or met.phones, emails=known.card.emails or met.emails), binding
    return counterparty_of(known.card, "" if binding.key.startswith("~") else binding.key), binding


def _met(binding: CounterpartyBinding) -> Counterparty | None:
    """The counterparty as his latest order has him; an order may have another one by now."""
    orders = OrderRow.objects.filter(client=binding).order_by("-pk").values_list("merged", flat=True)
    parties = (from_json(Order, merged).counterparty for merged in orders[:LATEST])
    return next((party for party in parties if key_of(party) == binding.key), None)


# --- a deal that a manager made ---------------------------------------------------------------------------------------


@transaction.atomic
def _born(node: Node, deal: Deal, arrived: Arrived, now: dt.datetime) -> bool:
    lock_node(node.pk)
    known = arrived.client_of(deal.state)
    counterparty, binding = _bound(node, known) if known else (None, None)
    goods = goods_seen(node, (), deal.state.rows, ()) or NO_GOODS
    seeing = Seeing(rules_of(node), staff_of(node), counterparty, goods)
    deal = replace(deal, state=state_seen(deal, deal.state, seeing.rules))
    number = free_number(node, deal.deal_id)
    order = order_born_in(deal.state, f"{OUR_PREFIX}deal-{deal.deal_id}", number, _local(deal.created_at, now), seeing)
    row = OrderRow(
        node=node, document_id=order.document_id, number=number, born_in_portal=True, deal_id=deal.deal_id,
        client=binding, deal=to_json(deal.state), hold=HELD if deal.hold else "", merged=to_json(order),
    )  # fmt: skip
    row.deal_look_at = next_look(row, now, _speed(node))
    row.save()
    owners = owners_of(States(), seeing.rules)
    plan = news_from_portal(States(), order, owners)
    assert plan.states.merged is not None
    wanted = state_of(plan.states.merged, seeing.rules, seeing.staff, _client(row))
    lacks = bool(to_write(wanted, deal.state, deal.state))
    apply_plan(row, replace(plan, portal_due=lacks, node_due=True, moved=True))
    return True


def free_number(node: Node, deal_id: int) -> str:
    """A number that no order of the base bears: UNF finds orders by it alone (onec-exchange 3.1)."""
    names = [f"{node.number_prefix}{deal_id}", *(f"{node.number_prefix}{deal_id}-{n}" for n in range(2, NUMBER_TRIES))]
    taken = set(OrderRow.objects.filter(node=node, number__in=names).values_list("number", flat=True))
    return next(name for name in names if name not in taken)


def _local(moment: str, now: dt.datetime) -> dt.datetime:
    """The protocol with 1C knows no zones: the base's local time."""
    try:
        found = dt.datetime.fromisoformat(moment)
    except ValueError:
        found = now
    return timezone.localtime(found if found.tzinfo else timezone.make_aware(found))
