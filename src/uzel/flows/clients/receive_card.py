"""A changed contact or company goes back into the orders of its counterparty that are still alive."""

from dataclasses import fields, replace

from django.db import transaction

from uzel.bitrix24.entities.client_card import ClientCard, KnownCard
from uzel.bitrix24.entities.requisite import ADDRESS_TYPES, LEGAL_NAMES
from uzel.flows.deals.apply_plan import apply_plan, is_over, lock_row, owners_of
from uzel.hub.models import CounterpartyBinding, OrderRow, Portal
from uzel.hub.queries import lock_node, rules_of
from uzel.mapping.counterparty_card import counterparty_seen_in
from uzel.model.codec import from_json, to_json
from uzel.sync.plan import news_from_portal

#: What stands in a requisite. Its card does not say who wrote it, so ours is what we are known to have written or sent.
UNSIGNED = frozenset((*LEGAL_NAMES, *ADDRESS_TYPES))


def receive_card(portal: Portal, known: KnownCard) -> set[int]:
    """Take the news of one card; returns the orders that it moved. Our own writes are none."""
    bindings = CounterpartyBinding.objects.filter(portal=portal, kind=known.card.kind, entity_id=known.entity_id)
    ours = known.updated_by_id == portal.exchange_user_id
    return set().union(*(_receive(binding, known, ours=ours) for binding in bindings.select_related("node__portal")))


@transaction.atomic
def _receive(binding: CounterpartyBinding, known: KnownCard, *, ours: bool) -> set[int]:
    card = known.card
    shown = card if binding.shown is None else from_json(ClientCard, binding.shown)
    sent = None if binding.sent is None else from_json(ClientCard, binding.sent)
    if shown == card and binding.shown is not None and sent is None:
        return set()
    binding.shown = to_json(card)
    if sent is not None and all(getattr(card, name) == getattr(sent, name) for name in UNSIGNED):
        binding.sent = None
    binding.save(update_fields=["shown", "sent"])
    seen = _seen(known, shown, sent or shown, ours=ours)
    if seen == shown:
        return set()
    lock_node(binding.node_id)
    return {row_id for row_id in _living(binding) if _move(row_id, binding, seen, shown)}


def _seen(known: KnownCard, shown: ClientCard, sent: ClientCard, *, ours: bool) -> ClientCard:
    """The card with what people changed of it, and for the rest as it was shown; of a missing requisite it says nothing."""

    def is_news(name: str) -> bool:
        value = getattr(known.card, name)
        return bool(known.requisite_id) and value != getattr(sent, name) if name in UNSIGNED else not ours

    return replace(shown, **{one.name: getattr(known.card, one.name) for one in fields(ClientCard) if is_news(one.name)})


def _living(binding: CounterpartyBinding) -> list[int]:
    """Orders that are not over: what is shipped and paid is history, and history is not rewritten."""
    over = {"merged__shipped": True, "merged__paid": True}
    rows = OrderRow.objects.filter(client=binding, in_portal__isnull=False).exclude(**over).exclude(merged__status="@canceled")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _move(row_id: int, binding: CounterpartyBinding, seen: ClientCard, shown: ClientCard) -> bool:
    row, states = lock_row(row_id)
    assert states.in_portal is not None
    counterparty = counterparty_seen_in(seen, shown, states.in_portal.counterparty)
    if counterparty == states.in_portal.counterparty:
        return False
    rules = rules_of(binding.node)
    if is_over(states, rules):
        return False
    apply_plan(row, news_from_portal(states, replace(states.in_portal, counterparty=counterparty), owners_of(states, rules)))
    return True
