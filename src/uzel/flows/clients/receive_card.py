"""A changed contact or company goes back into the orders of its counterparty that are still alive."""

from dataclasses import replace

from django.db import transaction

from uzel.bitrix24.entities.client_card import ClientCard, KnownCard
from uzel.flows.deals.apply_plan import apply_plan, is_over, lock_row, owners_of
from uzel.hub.models import CounterpartyBinding, OrderRow, Portal
from uzel.hub.queries import lock_node, rules_of
from uzel.mapping.counterparty_card import counterparty_seen_in
from uzel.model.codec import from_json, to_json
from uzel.sync.plan import news_from_portal


def receive_card(portal: Portal, known: KnownCard) -> int:
    """Take the news of one card; returns how many orders it moved. Our own writes are none."""
    bindings = CounterpartyBinding.objects.filter(portal=portal, kind=known.card.kind, entity_id=known.entity_id)
    ours = known.updated_by_id == portal.exchange_user_id
    return sum(_receive(binding, known.card, ours=ours) for binding in bindings.select_related("node__portal"))


@transaction.atomic
def _receive(binding: CounterpartyBinding, card: ClientCard, *, ours: bool) -> int:
    shown = card if binding.shown is None else from_json(ClientCard, binding.shown)
    if shown == card and binding.shown is not None:
        return 0
    binding.shown = to_json(card)
    binding.save(update_fields=["shown"])
    if ours:
        return 0
    lock_node(binding.node_id)
    return sum(_move(row_id, binding, card, shown) for row_id in _living(binding))


def _living(binding: CounterpartyBinding) -> list[int]:
    """Orders that are not over: what is shipped and paid is history, and history is not rewritten."""
    over = {"merged__shipped": True, "merged__paid": True}
    rows = OrderRow.objects.filter(client=binding, in_portal__isnull=False).exclude(**over).exclude(merged__status="@canceled")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _move(row_id: int, binding: CounterpartyBinding, card: ClientCard, shown: ClientCard) -> int:
    row, states = lock_row(row_id)
    assert states.in_portal is not None
    counterparty = counterparty_seen_in(card, shown, states.in_portal.counterparty)
    if counterparty == states.in_portal.counterparty:
        return 0
    rules = rules_of(binding.node)
    if is_over(states, rules):
        return 0
    apply_plan(row, news_from_portal(states, replace(states.in_portal, counterparty=counterparty), owners_of(states, rules)))
    return 1
