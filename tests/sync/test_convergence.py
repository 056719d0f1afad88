"""Two sides and the hub between them, on pure states: edits anywhere, answers lost anywhere, in any order.

After quiet both sides are equal, and no edit is gone without a trace: its value was replaced by somebody who saw it,
or it stands in a conflict. Every edit has a value of its own, so its fate can be told.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.sync.attempts import with_attempt
from uzel.model import Counterparty, LegalDetails, Order, OrderLine
from uzel.sync.fields import changed, lacking
from uzel.sync.merge import Conflict
from uzel.sync.ownership import ownership
from uzel.sync.plan import (
    Plan,
    States,
    news_from_node,
    news_from_portal,
    node_confirmed,
    portal_confirmed,
    replan,
)  # fmt: skip

GUID = "1a2b3c4d-0000-4000-8000-000000000000"
FIELDS = ("comment", "promo_code", "number", "goods", "phones", "inn", "buyer")
FATES = ("lost", "landed", "answered")  # of what the hub writes to a side


def line(total: int) -> OrderLine:
    return OrderLine("", "Чай", Decimal(1), Decimal(total), Decimal(total))


def get(order: Order, field: str) -> Any:
    one = order.counterparty
    special = {"goods": order.total, "phones": one.phones, "inn": one.legal.inn, "buyer": one.counterparty_id}
    return special[field] if field in special else getattr(order, field).strip()


def put(order: Order, field: str, n: int) -> Order:
    """The order with a value in ``field`` that nothing else has."""
    one = order.counterparty
    match field:
        case "goods":
            return replace(order, lines=(line(n), *order.lines[1:]), total=Decimal(n) + sum(x.total for x in order.lines[1:]))
        case "phones":
            return replace(order, counterparty=replace(one, phones=(f"+7900{n:07d}",)))
        case "inn":
            return replace(order, counterparty=replace(one, legal=LegalDetails(inn=f"77{n:08d}")))
        case "buyer":
            other = f"{n:08x}-0000-4000-8000-000000000000"
            return replace(
                order,
                counterparty=Counterparty(other, f"N{n}", phones=(f"+7800{n:07d}",), legal=LegalDetails(inn=f"66{n:08d}")),
            )
        case _:
            return replace(order, **{field: f"v{n}"})


def as_base_keeps_it(told: Order, old: Order | None) -> Order:
    """1C gives back what it was told in words of its own."""
    lines = tuple(replace(one, item_id=one.item_id or GUID, name=f" {one.name}  чёрный".split()[0]) for one in told.lines)
    kept = {} if old is None else {"number_in_node": old.number_in_node, "posted": old.posted}
    return replace(
        told,
        time=dt.time(0),
        lines=lines,
        comment=told.comment.strip() + " ",
        document_id=GUID,
        **({"number_in_node": "1"} | kept),
    )


class Sides(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.states = States()
        self.node: Order | None = None
        self.portal: Order | None = None
        self.plan: Plan | None = None
        self.unread = False  # somebody edited the deal since the hub looked
        self.counter = 100
        self.parents: dict[tuple[str, Any], Any] = {}
        self.conflicts: list[Conflict] = []

    # --- what happens at the sides ---------------------------------------------------------------------------------

    @initialize(in_node=st.booleans())
    def born(self, in_node: bool) -> None:
        buyer = Counterparty(GUID if in_node else "b24-contact-1", "Иван")
        order = Order(
            GUID if in_node else "b24-deal-1",
            "17",
            dt.date(2024, 5, 1),
            dt.time(14, 35),
            total=Decimal(5),
            lines=(line(5),),
            counterparty=buyer,
        )
        if in_node:
            self.node = order
            self._take(news_from_node(self.states, order, self._owners()))
        else:
            self.portal = order
            self._take(news_from_portal(self.states, order, self._owners()))

    @precondition(lambda self: self.node is not None)
    @rule(field=st.sampled_from(FIELDS))
    def edit_in_node(self, field: str) -> None:
        assert self.node is not None
        self.node = self._edited(self.node, field)

    @precondition(lambda self: self.portal is not None)
    @rule(field=st.sampled_from(FIELDS))
    def edit_in_portal(self, field: str) -> None:
        assert self.portal is not None
        self.portal, self.unread = self._edited(self.portal, field), True

    @precondition(lambda self: self.node is not None)
    @rule()
    def post(self) -> None:
        assert self.node is not None
        self.node = replace(self.node, posted=not self.node.posted)

    # --- what the exchange does --------------------------------------------------------------------------------------

    @precondition(lambda self: self.node is not None)
    @rule()
    def upload(self) -> None:
        seen, known = self.node, self.states.in_node
        assert seen is not None
        if known is None or changed(known, seen) or known.document_id != seen.document_id:
            self._take(news_from_node(self.states, seen, ownership({}, posted=seen.posted)))

    @rule(fate=st.sampled_from(FATES))
    def query(self, fate: str) -> None:
        if self.node is not None:
            self.upload()  # an edit that is not uploaded yet is overwritten by 1C itself, before the hub ever hears of it
        if not self._due().node_due:
            return
        offer = self._merged()
        if self.node is not None and not self.states.offered:
            assert lacking(self.node, offer), "the base is told what it shows already"
        self.states = replace(self.states, offered=with_attempt(self.states.offered, offer))
        if fate != "lost":
            self.node = as_base_keeps_it(offer, self.node)
        if fate == "answered":
            self._take(node_confirmed(self.states, offer, self._owners()))

    @precondition(lambda self: self.portal is not None)
    @rule()
    def read_portal(self) -> None:
        seen, self.unread = self.portal, False
        assert seen is not None
        if self.states.in_portal is None or changed(self.states.in_portal, seen):
            self._take(news_from_portal(self.states, seen, self._owners()))

    @rule(fate=st.sampled_from(FATES))
    def drain(self, fate: str) -> None:
        if self.unread:
            self.read_portal()
        if not self._due().portal_due:
            return
        wanted = self._merged()
        if self.portal is not None and not self.states.sent:
            assert changed(self.portal, wanted), "the portal is told what it shows already"
        self.states = replace(self.states, sent=with_attempt(self.states.sent, wanted))
        if fate != "lost":
            self.portal = wanted
        if fate == "answered":
            self._take(portal_confirmed(self.states, wanted, self._owners()))

    # --- quiet --------------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        if self.states.merged is None:
            return
        for _ in range(3):
            self.query("answered")
            self.drain("answered")
        if self.node is not None:
            self.upload()
        self.read_portal()
        due = self._due()
        assert (due.node_due, due.portal_due) == (False, False)
        assert self.node is not None
        assert self.portal is not None
        assert lacking(self.node, self.portal) == []
        assert lacking(self.node, self._merged()) == changed(self.portal, self._merged()) == []
        self._nothing_is_lost()

    def _nothing_is_lost(self) -> None:
        assert self.node is not None
        # Goods may lose as often as the document is posted anew over an edit that the portal still shows.
        lost = [(one.field, repr(one.lost), one.winner) for one in self.conflicts if one.field != "goods"]
        assert len(lost) == len(set(lost)), "a conflict was reported twice"
        explained = {field: self._seen_by(field, get(self.node, field)) for field in FIELDS}
        for conflict in self.conflicts:
            for field in FIELDS:
                for value in _values(conflict.lost, conflict.field, field):
                    explained[field] |= self._seen_by(field, value)
        for field, value in self.parents:
            assert value in explained[field], f"{field} {value} is gone"

    def _seen_by(self, field: str, value: Any) -> set[Any]:
        """The value and all that it replaced knowingly."""
        found = {value}
        while (field, value) in self.parents and self.parents[field, value] not in found:
            value = self.parents[field, value]
            found.add(value)
        return found

    # --- helpers ---------------------------------------------------------------------------------------------------

    def _edited(self, order: Order, field: str) -> Order:
        self.counter += 1
        new = put(order, field, self.counter)
        for name in ("buyer", "phones", "inn") if field == "buyer" else (field,):
            self.parents[name, get(new, name)] = get(order, name)
        return new

    def _take(self, plan: Plan) -> None:
        self.states, self.plan = plan.states, plan
        self.conflicts += plan.conflicts

    def _due(self) -> Plan:
        return replan(self.states, self.states, self._owners())

    def _owners(self) -> Any:
        return ownership({}, posted=self.states.in_node is not None and self.states.in_node.posted)

    def _merged(self) -> Order:
        assert self.states.merged is not None
        return self.states.merged


def _values(lost: Any, path: str, field: str) -> list[Any]:
    """What a lost value says of one of the fields."""
    if path == "counterparty":
        return [get(Order("", counterparty=lost), field)] if field in ("phones", "inn", "buyer") else []
    if path == "goods":
        return [lost[1]] if field == "goods" else []
    paths = {"phones": "counterparty.phones", "inn": "counterparty.legal.inn", "buyer": "counterparty.counterparty_id"}
    if paths.get(field, field) != path:
        return []
    return [lost.strip() if isinstance(lost, str) else lost]


Sides.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
TestSides = pytest.mark.timeout(60)(Sides.TestCase)
