"""Orders become deals in an emulated portal, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.flows.portal_town import CUP, MARIA, ORDER, TEA, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.portal.portal_job import RETRY_DELAYS_S
from uzel.hub.models import Conflict, CounterpartyBinding, OrderRow
from uzel.model import Counterparty, LegalDetails, Responsible

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())  # what the client tries again by itself is its own test
    with open_hub() as found:
        yield found


def test_an_order_becomes_a_deal_with_all_it_says(hub: Hub) -> None:
    hub.receive(ORDER)
    assert hub.drain().pieces == 1
    (deal,) = hub.deals()
    shown = {
        "title": "Заказ A-1 · Тверская",
        "stageId": "NEW",
        "opportunity": Decimal("660.50"),
        "currencyId": "RUB",
        "assignedById": 2,
        "comments": "Позвонить",
        "originatorId": "uzel:shop",
        "originId": "doc-1",
        "UF_CRM_UZEL_NUMBER": "A-1",
        "UF_CRM_UZEL_NUM_1C": "НФ-1",
        "UF_CRM_UZEL_PROMO": "ВЕСНА10",
        "createdBy": 1,
    }
    assert {name: deal[name] for name in shown} == shown
    assert deal[hub.node_field] == hub.node_item
    assert [
        (row["productName"], row["price"], row["quantity"], row["discountSum"], row["taxRate"]) for row in deal["rows"]
    ] == [
        ("Чай", Decimal(90), Decimal(3), Decimal(10), Decimal(20)),
        ("Кружка", Decimal("390.5"), Decimal(1), Decimal(0), None),
    ]
    (contact,) = hub.emulator.state()["contacts"]
    assert (contact["lastName"], contact["name"], contact["secondName"]) == ("Иванова", "Мария", "Петровна")
    assert deal["contactId"] == contact["id"]
    row = hub.row()
    assert (row.deal_id, row.sent) == (deal["id"], None)
    assert (hub.delivery().wanted, hub.delivery().confirmed) == (row.version, row.version)


def test_nothing_due_costs_no_call(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.drain()
    hub.emulator.forget_calls()
    assert hub.drain().pieces == 0
    assert hub.commands() == {}


def test_only_what_changed_is_written(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.emulator.forget_calls()
    hub.receive(moved(ORDER, comment="Не звонить", paid=True))
    hub.drain()
    assert hub.commands() == {"crm.item.get": 1, "crm.item.productrow.list": 1, "crm.item.update": 1}
    (deal,) = hub.deals()
    assert (deal["comments"], deal["UF_CRM_UZEL_PAID"], deal["UF_CRM_UZEL_PROMO"]) == ("Не звонить", True, "ВЕСНА10")


def test_changed_goods_replace_the_rows_and_the_sum(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.receive(moved(ORDER, lines=(CUP,), total=CUP.total))
    hub.drain()
    (deal,) = hub.deals()
    assert [row["productName"] for row in deal["rows"]] == ["Кружка"]
    assert deal["opportunity"] == Decimal("390.50")


# --- clients ----------------------------------------------------------------------------------------------------------


def test_one_buyer_of_many_orders_is_one_contact(hub: Hub) -> None:
    hub.receive(*(replace(ORDER, document_id=f"doc-{n}", number=f"A-{n}") for n in range(1, 6)))
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 1
    assert len({deal["contactId"] for deal in hub.deals()}) == 1


def test_a_contact_is_matched_before_it_is_created(hub: Hub) -> None:
    known = hub.emulator.manager_create_contact(
        fields={
            "name": "Мария",
            "lastName": "Иванова",
            "fm": [{"typeId": "PHONE", "valueType": "WORK", "value": "8 (916) 123-45-01"}],
        }
    )
    hub.receive(ORDER)
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    assert contact["id"] == known
    assert hub.deals()[0]["contactId"] == known
    assert sorted(one["value"] for one in contact["fm"]) == ["8 (916) 123-45-01", "m@example.com"]
    decision = "найден по телефону +79161234501: контакт 1 «Иванова Мария», имя согласуется"
    assert CounterpartyBinding.objects.get().decision == decision


def test_a_shared_phone_does_not_glue_strangers(hub: Hub) -> None:
    hub.emulator.manager_create_contact(
        fields={"name": "Пётр", "lastName": "Зимин", "fm": [{"typeId": "PHONE", "value": "+79161234501"}]}
    )
    hub.receive(ORDER)
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 2


def test_two_new_buyers_who_may_be_one_are_not_created_at_once(hub: Hub) -> None:
    same = replace(MARIA, counterparty_id="g-other")
    hub.receive(ORDER, replace(ORDER, document_id="doc-2", number="A-2", counterparty=same))
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 1
    assert CounterpartyBinding.objects.count() == 2


def test_a_company_has_its_requisite_and_is_found_by_it(hub: Hub) -> None:
    daisy = Counterparty("g2", "Ромашка", is_company=True, legal=LegalDetails("7701234567", "770101001", "", "ООО «Ромашка»"))
    hub.receive(replace(ORDER, counterparty=daisy))
    hub.drain()
    (company,) = hub.emulator.state()["companies"]
    (requisite,) = company["requisites"]
    assert (company["title"], requisite["RQ_INN"], requisite["RQ_KPP"]) == ("Ромашка", "7701234567", "770101001")
    assert hub.deals()[0]["companyId"] == company["id"]
    other = replace(daisy, counterparty_id="g3", name="Ромашка (старая карточка)")
    hub.receive(replace(ORDER, document_id="doc-2", number="A-2", counterparty=other))
    hub.drain()
    assert len(hub.emulator.state()["companies"]) == 1


def test_an_order_of_nobody_has_no_client(hub: Hub) -> None:
    hub.receive(replace(ORDER, counterparty=Counterparty()))
    hub.drain()
    assert hub.deals()[0]["contactId"] in (0, None)
    assert hub.emulator.state()["contacts"] == []


def test_a_new_phone_of_a_buyer_goes_into_his_card_and_others_stay(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    hub.receive(moved(ORDER, counterparty=replace(MARIA, phones=("+79160000000",), emails=())))
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    assert sorted(one["value"] for one in contact["fm"]) == ["+79160000000", "m@example.com"]


# --- responsible ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "user_id"),
    [
        (Responsible("0001", ""), 2),
        (Responsible("", "гусева  ольга сергеевна"), 4),
        (Responsible("0777", "Никто Никтович"), 1),
        (Responsible(), 1),
    ],
)
def test_the_responsible_is_found_by_the_chain(hub: Hub, person: Responsible, user_id: int) -> None:
    hub.receive(replace(ORDER, responsible=person))
    hub.drain()
    assert hub.deals()[0]["assignedById"] == user_id


def test_a_number_is_learned_from_a_unique_name(hub: Hub) -> None:
    hub.receive(replace(ORDER, responsible=Responsible("0042", "Гусева Ольга Сергеевна")))
    hub.drain()
    hub.receive(replace(ORDER, document_id="doc-2", number="A-2", responsible=Responsible("0042", "")))
    hub.drain()
    assert {deal["assignedById"] for deal in hub.deals()} == {4}


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("lose_answer", method="crm.item.add")
    hub.drain()
    assert hub.row().deal_id is None
    assert hub.delivery().outcome_unknown
    assert hub.drain().pieces == 0, "the portal may still be at work"
    hub.pass_time(70)
    hub.drain()
    assert [deal["id"] for deal in hub.deals()] == [hub.row().deal_id]
    assert hub.delivery().wanted == hub.delivery().confirmed
    assert len(hub.deals()[0]["rows"]) == 2


def test_news_of_the_base_do_not_hasten_the_look_for_an_unanswered_create(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("lose_answer", method="crm.item.add")
    hub.drain()
    hub.receive(replace(ORDER, comment="Не звонить"))
    assert hub.delivery().retry_at is not None
    assert hub.drain().pieces == 0, "the portal may still be at work"


@pytest.mark.parametrize("lists_of_keys", [True, False])
def test_an_older_copy_of_the_database_finds_its_deals_again(lists_of_keys: bool) -> None:
    with open_hub(Options(origin_in_filter=lists_of_keys)) as hub:
        hub.receive(ORDER)
        hub.drain()
        deal_id = hub.row().deal_id
        assert deal_id
        hub.emulator.manager_edit(deal_id, fields={"comments": "Слово портала", "UF_CRM_UZEL_CARD": "77"})
        OrderRow.objects.all().delete()
        CounterpartyBinding.objects.all().delete()
        hub.receive(ORDER)
        hub.drain()
        assert [deal["id"] for deal in hub.deals()] == [deal_id] == [hub.row().deal_id]
        assert len(hub.emulator.state()["contacts"]) == 1
        assert (hub.deals()[0]["comments"], hub.row().merged["bonus_card_number"]) == ("Позвонить", "77")
        assert list(Conflict.objects.values_list("field", "in_portal")) == [("comment", "Слово портала")]


def test_a_create_lost_before_its_rows_gets_them_later(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("lose_answer", method="crm.item.add", stop_batch=True)
    hub.drain()
    hub.pass_time(70)
    hub.drain()
    (deal,) = hub.deals()
    assert len(deal["rows"]) == 2
    assert not Conflict.objects.exists()


def test_a_lost_contact_is_found_by_our_key(hub: Hub) -> None:
    hub.receive(replace(ORDER, counterparty=replace(MARIA, phones=(), emails=())))
    hub.emulator.faults.arm("lose_answer", method="crm.contact.add")
    hub.drain()
    hub.pass_time(70)
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 1
    assert hub.row().deal_id is not None


def test_an_update_whose_answer_was_lost_is_no_edit_of_a_manager(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.receive(moved(ORDER, comment="Новый", lines=(TEA,), total=TEA.total))
    hub.emulator.faults.arm("lose_answer", method="crm.item.update")
    hub.drain()
    hub.receive(moved(ORDER, comment="Позвонить", lines=(TEA,), total=TEA.total))  # and the base has changed its mind
    hub.pass_time(70)
    hub.drain()
    (deal,) = hub.deals()
    assert (deal["comments"], len(deal["rows"])) == ("Позвонить", 1)
    assert not Conflict.objects.exists()
    assert OrderRow.objects.get().merged["comment"] == "Позвонить"


def test_a_portal_that_is_down_costs_no_attempts(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("fail_next", status=502, times=6)
    for _ in range(3):
        assert hub.drain().problem != ""
        hub.pass_time(70)
    hub.portal.refresh_from_db()
    assert "недоступен" in hub.portal.problem
    assert hub.delivery().attempts == 0
    while hub.emulator.faults.listing():
        hub.drain()
        hub.pass_time(70)
    hub.pass_time(70)
    hub.drain()
    hub.portal.refresh_from_db()
    assert (len(hub.deals()), hub.portal.problem) == (1, "")


def test_what_the_portal_refuses_becomes_a_problem_after_the_last_attempt(hub: Hub) -> None:
    hub.receive(ORDER, replace(ORDER, document_id="doc-2", number="A-2", currency="ZZZ"))
    hub.node.category_id = 77
    hub.node.save()
    for delay in (*RETRY_DELAYS_S, 0):
        hub.drain()
        hub.pass_time(delay + 1)
    delivery = hub.delivery()
    assert (delivery.attempts, delivery.problem_code != "") == (len(RETRY_DELAYS_S) + 1, True)
    assert delivery.problem.startswith("Портал не принял заказ: ")
    hub.node.category_id = 0
    hub.node.save()
    assert hub.drain().pieces == 0, "a person has to look"
    hub.receive(moved(ORDER, comment="Ещё раз"))
    hub.drain()
    assert hub.row().deal_id is not None, "news gives it another chance"


def test_one_bad_order_does_not_stop_the_others(hub: Hub) -> None:
    bad = replace(ORDER, document_id="doc-2", number="A-2", status="X")
    hub.node.stages = [["N", "Принят", "NEW"], ["X", "Нет такой", "NO_SUCH_STAGE"]]
    hub.node.save()
    hub.receive(ORDER, bad)
    hub.drain()
    assert hub.row("A-1").deal_id is not None
    assert (hub.row("A-2").deal_id, hub.delivery(number="A-2").attempts) == (None, 1)


def test_a_wrong_webhook_is_said_in_plain_words(hub: Hub) -> None:
    hub.portal.webhook = hub.emulator.webhook.replace("/rest/1/", "/rest/1/x")
    hub.portal.save()
    hub.receive(ORDER)
    hub.drain()
    hub.portal.refresh_from_db()
    assert "вебхук" in hub.portal.problem


def test_a_deleted_deal_is_a_problem_with_advice(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    deal_id = hub.row().deal_id
    assert deal_id
    hub.emulator.manager_delete(deal_id)
    hub.receive(moved(ORDER, comment="Новый"))
    hub.drain()
    assert (hub.delivery().problem_code, hub.row().deal_deleted) == ("deal_deleted", True)
    assert hub.deals() == []


# --- what people changed meanwhile -------------------------------------------------------------------------------------


def test_a_change_overwritten_by_ours_is_a_conflict_and_its_value_is_kept(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.drain()
    deal_id = hub.row().deal_id
    assert deal_id
    hub.emulator.manager_edit(deal_id, fields={"comments": "Слово портала"})
    hub.receive(moved(ORDER, comment="Слово 1С"))
    hub.drain()
    (conflict,) = Conflict.objects.all()
    assert (conflict.field, conflict.in_node, conflict.in_portal, conflict.winner) == (
        "comment",
        "Слово 1С",
        "Слово портала",
        "node",
    )
    assert hub.deals()[0]["comments"] == "Слово 1С"


def test_a_change_of_another_field_is_found_by_the_write_itself(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.drain()
    deal_id = hub.row().deal_id
    assert deal_id
    hub.emulator.manager_edit(deal_id, fields={"UF_CRM_UZEL_PROMO": "ЛЕТО"})
    hub.receive(moved(ORDER, comment="Слово 1С"))
    hub.drain()
    assert (hub.row().merged["promo_code"], hub.row().merged["comment"]) == ("ЛЕТО", "Слово 1С")
    assert hub.delivery("node").wanted > hub.delivery("node").confirmed
    assert not Conflict.objects.exists()
