"""Two emulators and the hub between them: edits anywhere, faults anywhere, death anywhere.

After quiet both sides are equal or the reason is on record, every order has one deal, and nothing is written any more.
``UZEL_EXAMPLES`` makes the hunt longer, ``UZEL_SEED`` sends it elsewhere.
"""

import os
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.stories.deeds import Deeds
from tests.stories.excuses import CLIENT
from tests.stories.judge import SHOWN, judge
from tests.stories.server import Web
from tests.stories.town import BITRIX, OTHER_SHOPS, TOWN_SHOPS, UNF, UT, Town, open_town
from uzel.demo.compare import UF
from uzel.demo.people import PEOPLE
from uzel.demo.shops import Shop
from uzel.emulators.onec_base import Counterparty, Item, make_line
from uzel.emulators.onec_base.records import Order

EXAMPLES = int(os.environ.get("UZEL_EXAMPLES", "25"))
SEED = int(os.environ.get("UZEL_SEED", "1"))
STEPS = 25
CODES = (UNF, UT, BITRIX)
picks = st.integers(0, 7)
deaths = st.integers(1, 120)
FAULTY = (
    "crm.item.add", "crm.item.update", "crm.item.productrow.set", "crm.item.list", "crm.contact.add", "crm.contact.update",
    "crm.company.add", "crm.company.update", "crm.requisite.add",
)  # fmt: skip
STAGES_MEANT = ("NEW", "PREPARATION", "EXECUTING", "WON", "LOSE")
SPARE = Item("5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1001", "Чайник электрический «Волна» 1,7 л", Decimal(2490))


class Hunt(RuleBasedStateMachine):
    """One town and everything that may happen in it."""

    web: ClassVar[Web]
    client: ClassVar[httpx2.Client]

    def __init__(self) -> None:
        super().__init__()
        self.n = 0
        self.deeds = Deeds()

    @initialize(shops=st.sampled_from((TOWN_SHOPS, OTHER_SHOPS)), first=st.lists(st.sampled_from(CODES), max_size=2))
    def found_the_town(self, shops: tuple[Shop, ...], first: list[str]) -> None:
        """A new town, mostly with an order or two that have their deals."""
        self.opened = open_town(self.web, self.client, shops)
        self.town: Town = self.opened.__enter__()
        for code in first:
            self.order(code, posted=False)
        if first:
            self.town.round()

    def teardown(self) -> None:
        if not hasattr(self, "town"):
            return
        try:
            self.calm()
            judge(self.town, self.deeds)
        finally:
            self.opened.__exit__(None, None, None)

    def calm(self) -> None:
        """Nothing goes wrong any more by itself."""
        self.town.portal.faults.clear()
        self.town.web.doom.clear()
        self.town.doom_of_reading.clear()
        for base in self.town.bases.values():
            base.faults._armed.clear()

    def word(self) -> str:
        """A word of its own, some of them with signs that windows-1251 does not have."""
        self.n += 1
        return f"слово {self.n}" + " 😀\nвторая строка" * (self.n % 3 == 0)

    # --- in the bases -----------------------------------------------------------------------------------------

    @rule(code=st.sampled_from(CODES), posted=st.booleans())
    def order(self, code: str, posted: bool) -> None:
        self.town.bases[code].shop.new_order(posted=posted)

    def an_order(self, code: str, pick: int) -> Order | None:
        orders = list(self.town.bases[code].shop.books.orders.values())
        return orders[-1 - pick % len(orders)] if orders else None

    @rule(
        code=st.sampled_from(CODES),
        pick=picks,
        what=st.sampled_from(("comment", "lines", "status", "who", "promo", "buyer", "phone")),
    )
    def base_edits(self, code: str, pick: int, what: str) -> None:
        base, order = self.town.bases[code], self.an_order(code, pick)
        if order is None or (what == "status" and code == UT) or (what in ("lines", "buyer") and order.has_documents):
            return
        books = base.shop.books
        self.n += 1
        buyers = sorted(books.counterparties)
        changes: dict[str, Any] = {
            "comment": {"comment": self.word()},
            "lines": {"lines": (make_line(SPARE, Decimal(self.n)), *order.lines[1:])},
            "status": {"status": base.settings.statuses[self.n % 4][0]},
            "who": {"responsible": base.settings.employees[self.n % 4]},
            "promo": {"promo_code": f"ПРОМО{self.n}", "paid_by_bonus": Decimal(self.n), "bonus_card_number": f"22{self.n}"},
            "buyer": {"counterparty": buyers[self.n % len(buyers)]},
            "phone": {"counterparty": self.with_phone(books.counterparties[order.counterparty_id])},
        }[what]
        base.shop.edit(order.document_id, **changes)
        for name in ("comment", "promo_code"):
            if name in changes:
                self.deeds.said("base", order.document_id, name, changes[name])

    def with_phone(self, one: Counterparty) -> Counterparty:
        self.deeds.renumbered.add(one.name)
        return replace(one, phone=f"+7917{self.n:07d}")

    @rule(
        code=st.sampled_from(CODES), pick=picks,
        what=st.sampled_from(("pay", "pay part", "ship", "ship part", "cancel", "revive", "post", "unpost", "mark", "unmark")),
    )  # fmt: skip
    def base_acts(self, code: str, pick: int, what: str) -> None:
        shop, order = self.town.bases[code].shop, self.an_order(code, pick)
        if order is None or (order.has_documents and what in ("unpost", "mark")):  # 1C itself does not let it
            return
        key = order.document_id
        match what:
            case "pay" if not order.paid:
                shop.pay(key)
            case "pay part" if not order.payments:
                shop.pay(key, Decimal(100))
            case "ship" if not order.shipped:
                shop.ship(key)
            case "ship part" if not order.shipments:
                shop.ship(key, Decimal("0.25"))
            case "cancel" | "revive":
                shop.cancel(key, what == "cancel")
            case "post" | "unpost":
                shop.post(key, what == "post")
            case "mark" | "unmark":
                shop.mark_deleted(key, what == "mark")

    @rule(code=st.sampled_from(CODES), pick=picks, what=st.sampled_from(("goods", "money")))
    def what_came_goes_back(self, code: str, pick: int, what: str) -> None:
        shop, order = self.town.bases[code].shop, self.an_order(code, pick)
        if order is not None and what == "goods" and order.with_buyer:
            shop.take_back(order.document_id)
        elif order is not None and what == "money" and order.left_to_pay < order.total:
            shop.refund(order.document_id)

    # --- in the portal ----------------------------------------------------------------------------------------

    def a_deal(self, pick: int) -> dict[str, Any] | None:
        deals = [deal for _, deal in sorted(self.town.state().deals.items())]
        return dict(deals[-1 - pick % len(deals)]) if deals else None

    def edit(self, deal: dict[str, Any], names: set[str], **changes: Any) -> None:
        assert set(changes.get("fields", ())) <= set(deal), "the portal passes over fields that it does not have"
        self.town.portal.manager_edit(deal["id"], user_id=2 + self.n % len(PEOPLE), **changes)
        self.deeds.changed(deal["id"], *names)

    @rule(pick=picks, what=st.sampled_from(("comment", "who", "promo", "flags", "number", "sum", "node")))
    def manager_edits(self, pick: int, what: str) -> None:
        deal = self.a_deal(pick)
        if deal is None:
            return
        self.n += 1
        fields, names = {
            "comment": ({"comments": self.word()}, {"комментарий"}),
            "who": ({"assignedById": 2 + self.n % len(PEOPLE)}, {"ответственный"}),
            "promo": (
                {f"{UF}PROMO": f"КОД{self.n}", f"{UF}BONUS": str(self.n), f"{UF}CARD": f"33{self.n}"},
                {"промокод", "оплачено бонусами", "бонусная карта"},
            ),
            "flags": ({f"{UF}POSTED": str(self.n % 2), f"{UF}PAID": str(self.n // 2 % 2), f"{UF}NUM_1C": "не то"}, set[str]()),
            "number": ({f"{UF}NUMBER": f"не то {self.n}", f"{UF}DATE_1C": "вчера"}, set[str]()),
            "sum": ({"opportunity": str(self.n), "isManualOpportunity": "Y"}, set[str]()),
            "node": ({self.town.node_field: self.town.node_item(CODES[self.n % 3])}, set[str]()),
        }[what]
        self.edit(deal, names, fields=fields)
        for name, title in SHOWN.items():
            if title in fields:
                self.deeds.said("deal", deal["id"], name, fields[title])

    @rule(pick=picks, stage=st.sampled_from(STAGES_MEANT))
    def manager_moves(self, pick: int, stage: str) -> None:
        deal = self.a_deal(pick)
        if deal:
            self.edit(deal, {"стадия"}, stage_id=stage)

    @rule(pick=picks, how=st.sampled_from(("quantity", "add", "remove", "price", "discount", "reorder")))
    def manager_counts(self, pick: int, how: str) -> None:
        deal = self.a_deal(pick)
        if deal is None:
            return
        self.n += 1
        rows = [dict(row) for row in deal["rows"]]
        if how == "add" or not rows:
            rows.append(
                {"productName": f"Упаковка {self.n}", "price": "150", "quantity": "1", "taxRate": "20", "taxIncluded": "Y"}
            )
        elif how == "remove" and len(rows) > 1:
            rows.pop(self.n % len(rows))
        elif how == "quantity":
            rows[0]["quantity"] = str(Decimal(self.n) / 2)
        elif how == "price":
            rows[-1] = {**rows[-1], "price": f"{self.n}.99", "discountSum": "0", "discountRate": "0"}
        elif how == "discount":
            rows[-1] = {**rows[-1], "discountTypeId": 1, "discountSum": str(self.n)}
        elif how == "reorder":
            rows = [{**row, "sort": 10 * place} for place, row in enumerate(reversed(rows), 1)]
        self.edit(deal, {"позиции", "товары позиций", "сумма"}, rows=rows)

    @rule(pick=picks, held=st.booleans())
    def manager_holds(self, pick: int, held: bool) -> None:
        deal = self.a_deal(pick)
        if deal:
            self.edit(deal, set(), fields={f"{UF}HOLD": "1" if held else "0"})

    @rule(pick=picks, other=picks)
    def manager_changes_client(self, pick: int, other: int) -> None:
        deal, clients = self.a_deal(pick), self.clients()
        if deal and clients:
            self.edit(deal, CLIENT, fields={"contactId": 0, "companyId": 0, **clients[other % len(clients)]})

    def clients(self) -> list[dict[str, int]]:
        state = self.town.state()
        return [{"contactId": key} for key in sorted(state.contacts)] + [{"companyId": key} for key in sorted(state.companies)]

    @rule(other=picks)
    def manager_changes_phone(self, other: int) -> None:
        contacts = sorted(self.town.state().contacts.items())
        if not contacts:
            return
        self.n += 1
        contact_id, card = contacts[other % len(contacts)]
        old = {str(one["id"]): {"typeId": "PHONE", "value": ""} for one in card["fm"] if one["typeId"] == "PHONE"}
        new = {"n0": {"typeId": "PHONE", "valueType": "WORK", "value": f"+7926{self.n:07d}"}}
        params = {"entityTypeId": 3, "id": contact_id, "fields": {"fm": old | new}}
        answer = self.client.post(f"{self.town.portal.webhook_of(2)}crm.item.update", json=params)
        assert answer.status_code == 200, answer.text
        self.deeds.cards[contact_id] = {key for base in self.town.bases.values() for key in base.shop.books.orders}

    @rule(code=st.sampled_from(("", *CODES)), other=picks, held=st.booleans())
    def manager_creates(self, code: str, other: int, held: bool) -> None:
        """A deal by hand, for a base or for none yet, with a client or without."""
        clients = self.clients() if other else []
        self.n += 1
        fields = {
            "title": f"Звонок {self.n}", "comments": self.word(), "currencyId": "RUB", f"{UF}HOLD": "1" if held else "0",
            **({self.town.node_field: self.town.node_item(code)} if code else {}),
            **(clients[other % len(clients)] if clients else {}),
        }  # fmt: skip
        rows = [{"productName": f"Чай {self.n}", "price": "490", "quantity": "2", "taxRate": "20", "taxIncluded": "Y"}]
        deal_id = self.town.portal.manager_create(user_id=2 + self.n % len(PEOPLE), fields=fields, rows=rows)
        self.deeds.born.add(deal_id)

    @rule(pick=picks)
    def manager_deletes(self, pick: int) -> None:
        deal = self.a_deal(pick)
        if deal:
            self.deeds.deleted.add(deal["id"])
            self.town.portal.manager_delete(deal["id"])

    # --- between them -----------------------------------------------------------------------------------------

    @rule(code=st.sampled_from(CODES), everything=st.booleans())
    def exchange(self, code: str, everything: bool) -> None:
        self.town.exchange(code, everything=everything)

    @rule(
        code=st.sampled_from(CODES),
        fault=st.sampled_from((
            ("vanish_before", "success"), ("vanish_before", "query"), ("vanish_before", "file"), ("vanish_before", "import"),
            ("lose_answer", "query"), ("lose_answer", "success"), ("lose_answer", "file"), ("lose_answer", "import"),
            ("lose_answer", "init"), ("send_twice", ""), ("post_twice", ""), ("split_file", ""), ("windows_1251", ""),
            ("truncate_file", ""),
        )),
    )  # fmt: skip
    def exchange_badly(self, code: str, fault: tuple[str, str]) -> None:
        base = self.town.bases[code]
        base.faults.arm(*fault)
        report = self.town.exchange(code)
        base.faults._armed.clear()
        if fault[0] == "truncate_file":  # 1C believes that it sent everything; the ledger tells a person that it did not
            self.town.unsaid.setdefault(code, set()).update(report.sent)

    @rule(code=st.sampled_from(CODES), spared=st.integers(0, 9), at=deaths)
    def web_dies(self, code: str, spared: int, at: int) -> None:
        self.town.web.doom = [0] * spared + [at]
        self.town.exchange(code)
        self.town.web.doom.clear()

    @rule(code=st.sampled_from((UNF, BITRIX)), at=deaths)
    def reading_dies(self, code: str, at: int) -> None:
        self.town.doom_of_reading = [at]
        self.town.exchange(code)
        self.town.doom_of_reading.clear()

    @rule()
    def drain(self) -> None:
        self.town.read_packages()
        self.town.drain()

    @rule(
        kind=st.sampled_from(("lose_answer", "timeout", "fail_next", "fail_command")),
        method=st.sampled_from(FAULTY),
        cut=st.booleans(),
    )  # fmt: skip
    def drain_badly(self, kind: str, method: str, cut: bool) -> None:
        faults = self.town.portal.faults
        match kind:
            case "fail_next":
                faults.arm("fail_next", method="batch", status=502 if cut else 503)
            case "fail_command":
                faults.arm("fail_next", method=method, error="INTERNAL_SERVER_ERROR")
            case "lose_answer":
                faults.arm("lose_answer", method=method, stop_batch=cut)
            case _:
                faults.arm("timeout", method=method)
        self.town.read_packages()
        self.town.drain()
        faults.clear()

    @rule(at=deaths)
    def worker_dies(self, at: int) -> None:
        from tests.stories.doom import die_in

        die_in(self.town.drain, at)

    @rule(how=st.sampled_from(("arrive", "lose_events", "double_events")), times=st.integers(1, 3))
    def events(self, how: str, times: int) -> None:
        if how == "arrive":
            self.town.deliver_events()
        else:
            self.town.portal.faults.arm(how, times=times)

    @rule(seconds=st.sampled_from((1, 70)))
    def time_passes(self, seconds: int) -> None:
        self.town.clock.advance(seconds)

    @rule()
    def round(self) -> None:
        self.town.round()


@pytest.mark.timeout(0)
def test_both_sides_converge(web: Web, client: httpx2.Client, transactional_db: None) -> None:
    Hunt.web, Hunt.client = web, client
    wanted = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, derandomize=False,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), print_blob=False,
        report_multiple_bugs=False,
    )  # fmt: skip
    run_state_machine_as_test(seed(SEED)(Hunt), settings=wanted)
