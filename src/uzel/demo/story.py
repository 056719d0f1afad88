"""The story that ``uzel demo --check`` plays: a working day of five shops with everything that goes wrong on such days."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from uzel.demo.compare import UF, Comparison, PortalState, compare
from uzel.demo.goods import changed_goods, compare_goods, first_goods
from uzel.demo.people import PEOPLE
from uzel.demo.quiet import settle, wait_for_hub
from uzel.demo.shops import Shop
from uzel.demo.town import Town
from uzel.emulators.onec_base.catalogue_files import Goods
from uzel.emulators.onec_base.random_life import random_action

EDITS_OF_A_BASE = 20
EDITS_OF_MANAGERS = 12  # in the deals of a base that receives changes
EDITS_KEPT_BACK = 3  # in the deals of a base that does not
EDITS_OF_BOTH = 3  # orders of which both sides change one field
BORN_IN_PORTAL = 3
COMMENT, PROMO, BY_PHONE = "comments", f"{UF}PROMO", "Заказ по телефону"


@dataclass(slots=True)
class Story:
    """The town, the dice, and what must hold in the end."""

    town: Town
    orders: int
    rng: random.Random
    say: Callable[[str], None]
    withheld: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    both_sided: int = 0
    goods: list[Goods] = field(default_factory=list)
    held: list[tuple[Shop, dict[str, Any]]] = field(default_factory=list)

    def play(self) -> Comparison:
        """All acts, then the comparison."""
        acts = (
            self._goods_appear, self._orders_appear, self._both_sides_edit, self._things_break, self._a_hold_is_kept,
            self._hold_ends, self._born_orders_live_on,
        )  # fmt: skip
        for act in acts:
            act()
        rounds = settle(self.town, self.say)
        self.say(f"Тишина: кругов обмена {rounds}")
        return self._compare()

    # --- acts ---------------------------------------------------------------------------------------------------

    def _goods_appear(self) -> None:
        """The source of the catalogue gives all that it sells; an answer of the portal is lost on the way."""
        self.goods = first_goods()
        self.say(f"База «{self._source.title}» выгружает товары: {len(self.goods)}")
        self.town.portal.faults.arm("lose_answer", method="catalog.product.add")
        self._give_goods(self.goods, only_changes=False)
        wait_for_hub(self.town)

    def _orders_appear(self) -> None:
        """Every base has orders; two answers of the portal are lost on the way, one file is sent twice."""
        self.say(f"Базы оформляют заказы: {self.orders}")
        for place in range(self.orders):
            list(self.town.bases.values())[place % len(self.town.bases)].shop.new_order()
        self.town.portal.faults.arm("lose_answer", method="crm.item.add", times=2)
        self.town.portal.faults.arm("lose_answer", method="crm.contact.add")
        self.town.bases["tverskaya"].faults.arm("send_twice")
        self.town.bases["sokol"].faults.arm("split_file")
        for base in self.town.bases.values():
            base.exchange()
        wait_for_hub(self.town)

    def _both_sides_edit(self) -> None:
        """Staff change orders and goods, managers change deals, some of them the same field of the same order."""
        changed = {one.item.item_id: one for one in changed_goods(self.goods)}
        self._give_goods(list(changed.values()), only_changes=True)
        self.goods = [changed.get(one.item.item_id, one) for one in self.goods]
        self.say("Продавцы правят заказы, менеджеры правят сделки и заводят новые")
        for base in self.town.bases.values():
            for _ in range(EDITS_OF_A_BASE):
                random_action(base.shop)
        for shop in self.town.shops.values():
            open_deals = self._open_deals(shop)
            count = EDITS_OF_MANAGERS if shop.receives_changes else EDITS_KEPT_BACK
            for deal in self.rng.sample(open_deals, min(count, len(open_deals))):
                self._edit(shop, deal)
            if shop.receives_changes:
                self._edit_both(shop)
                for _ in range(BORN_IN_PORTAL):
                    self._create(shop)

    def _things_break(self) -> None:
        """A base vanishes before ``success``, an answer to a base is lost, the portal is down for a moment."""
        self.say("Сбои: база пропала перед success, потерян ответ, портал отвечает 503, события теряются и двоятся")
        self.town.bases["tverskaya"].faults.arm("vanish_before", "success")
        self.town.bases["nevsky"].faults.arm("lose_answer", "query")
        self.town.bases["arbat"].faults.arm("lose_answer", "file")
        self.town.portal.faults.arm("fail_next", status=503, times=2)
        self.town.portal.faults.arm("lose_answer", method="crm.item.update")
        self.town.portal.faults.arm("double_events", times=5)
        for base in self.town.bases.values():
            base.exchange()
        wait_for_hub(self.town)

    def _a_hold_is_kept(self) -> None:
        """A manager marks deals «Не отправлять в 1С» and changes them: the bases must not see the change."""
        for shop in self.town.shops.values():
            if shop.receives_changes:
                deal = self._open_deals(shop)[0]
                self._manager(shop, deal, {f"{UF}HOLD": "1", COMMENT: "Не отправлять, уточняем"}, ())
                self.held.append((shop, deal))
        wait_for_hub(self.town)
        for shop, deal in self.held:
            self.town.bases[shop.code].exchange()
            order = self._order(shop, deal)
            if order["comment"] == "Не отправлять, уточняем":
                self.problems.append(f"{shop.title}: удержанный заказ {order['number']} ушёл в базу")

    def _hold_ends(self) -> None:
        for shop, deal in self.held:
            self._manager(shop, deal, {f"{UF}HOLD": "0"}, ())

    def _born_orders_live_on(self) -> None:
        """Orders that managers made come back from the bases under the bases' own ids: they must not become new deals."""
        settle(self.town, self.say)
        for shop in self.town.shops.values():
            base = self.town.bases[shop.code]
            for order in base.orders():
                if order["comment"] == BY_PHONE:
                    base.shop.post(order["document_id"])

    @property
    def _source(self) -> Shop:
        return next(shop for shop in self.town.shops.values() if shop.catalog_source)

    def _give_goods(self, goods: list[Goods], *, only_changes: bool) -> None:
        report = self.town.bases[self._source.code].give_catalogue(goods, only_changes=only_changes)
        if not report.ok:
            self.problems.append(f"{self._source.title}: товары не приняты: {report.error}")

    # --- managers -----------------------------------------------------------------------------------------------

    def _open_deals(self, shop: Shop) -> list[dict[str, Any]]:
        """Deals of the shop that are not over on either side, in a steady order."""
        state = PortalState.of(self.town.portal.state())
        deals = [dict(deal) for deal in state.deals.values() if state.node_of(deal) == shop.code]
        return [deal for deal in sorted(deals, key=lambda one: one["id"]) if self._is_open(shop, deal)]

    def _is_open(self, shop: Shop, deal: dict[str, Any]) -> bool:
        found = [one for one in self.town.bases[shop.code].orders() if one["number"] == deal.get(f"{UF}NUMBER")]
        over = any(one[flag] for one in found for flag in ("canceled", "deletion_mark", "posted")) or not found
        return not over and found[0]["status"] != "F" and deal["stageId"] not in ("WON", "LOSE")

    def _order(self, shop: Shop, deal: dict[str, Any]) -> dict[str, Any]:
        return next(one for one in self.town.bases[shop.code].orders() if one["number"] == deal[f"{UF}NUMBER"])

    def _edit(self, shop: Shop, deal: dict[str, Any]) -> None:
        """One edit by dice; a base that may not receive it must not change."""
        kind = self.rng.choice(("comment", "promo", "responsible", "rows", "stage"))
        if kind == "stage" and (shop.profile == "ut" or not shop.receives_changes):
            kind = "comment"
        edits: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
            "comment": ({COMMENT: f"Правка менеджера {self.rng.randrange(1000)}"}, ("комментарий",)),
            "promo": (
                {PROMO: f"МЕНЕДЖЕР{self.rng.randrange(100)}", f"{UF}BONUS": "17.50"},
                ("промокод", "оплачено бонусами"),
            ),
            "responsible": ({"assignedById": self.rng.choice(list(PEOPLE.values()))}, ("ответственный",)),
            "stage": ({"stageId": self.rng.choice(("PREPARATION", "EXECUTING"))}, ("стадия",)),
            "rows": ({}, ("позиции", "товары позиций", "сумма")),
        }
        fields, names = edits[kind]
        self._manager(shop, deal, fields, names, rows=self._new_rows(deal) if kind == "rows" else None)

    def _new_rows(self, deal: dict[str, Any]) -> list[dict[str, Any]]:
        """The deal's rows with another quantity, and a row typed by hand."""
        rows = [dict(row) for row in deal["rows"]]
        if rows:
            rows[0]["quantity"] = str(Decimal(str(rows[0]["quantity"])) + 1)
        return [*rows, {"productName": f"Подарочная упаковка № {self.rng.randrange(100)}", "price": "150", "quantity": "1"}]

    def _manager(
        self, shop: Shop, deal: dict[str, Any], fields: dict[str, Any], names: tuple[str, ...],
        *, rows: list[dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        user_id = self.rng.choice(list(PEOPLE.values()))
        self.town.portal.manager_edit(deal["id"], user_id=user_id, fields=fields, rows=rows)
        if not shop.receives_changes:
            self.withheld.setdefault((shop.code, str(deal[f"{UF}NUMBER"])), set()).update(names)

    def _edit_both(self, shop: Shop) -> None:
        """The same field on both sides before either has heard of the other: a conflict; 1C wins."""
        base = self.town.bases[shop.code]
        self.town.portal.events.pause()
        for deal in self._open_deals(shop)[-EDITS_OF_BOTH:]:
            order = self._order(shop, deal)
            base.shop.edit(order["document_id"], comment=f"Слово 1С {self.rng.randrange(1000)}")
            self._manager(shop, deal, {COMMENT: f"Слово портала {self.rng.randrange(1000)}"}, ())
            self.both_sided += 1
        base.exchange()
        self.town.portal.events.resume()

    def _create(self, shop: Shop) -> None:
        state = PortalState.of(self.town.portal.state())
        item = next(item for item, title in state.node_items.items() if title.endswith(f"({shop.code})"))
        fields = {
            "title": f"Звонок в {shop.title}", state.node_field: item, "contactId": min(state.contacts), COMMENT: BY_PHONE,
            "assignedById": self.rng.choice(list(PEOPLE.values())), PROMO: "ЗВОНОК", "currencyId": "RUB",
        }  # fmt: skip
        chosen = self.rng.choice([one.item for one in self.goods if not one.item.variants and one.item.vat_rate])
        product_id = next(number for number, xml_id in state.products.items() if xml_id == chosen.item_id)
        typed = {"productName": f"Чай подарочный {self.rng.randrange(100)}", "price": "490", "quantity": "2", "taxRate": "20"}
        picked = {
            "productId": product_id, "productName": chosen.name, "price": str(chosen.price), "quantity": "1",
            "taxRate": str(chosen.vat_rate),
        }  # fmt: skip
        rows = [row | {"taxIncluded": "Y"} for row in (typed, picked)]
        self.town.portal.manager_create(user_id=self.rng.choice(list(PEOPLE.values())), fields=fields, rows=rows)

    # --- the end ------------------------------------------------------------------------------------------------

    def _compare(self) -> Comparison:
        orders = {code: base.orders() for code, base in self.town.bases.items()}
        state = self.town.portal.state()
        found = compare(self.town.shops.values(), orders, PortalState.of(state), PEOPLE, self.withheld)
        compare_goods(self._source.code, self.goods, state, found)
        born = BORN_IN_PORTAL * sum(shop.receives_changes for shop in self.town.shops.values())
        wanted = self.orders + born
        if found.orders != wanted:
            self.problems.append(f"заказов в базах {found.orders}, а должно быть {wanted}")
        return found
