"""The way back, over real HTTP: what we made goes, what holds data stays, what is not ours is not touched."""

from collections.abc import Iterator

import pytest

from tests.flows.portal_town import NOW, ORDER, Hub, in_a_hurry, open_hub
from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS, NODE
from uzel.bitrix24.entities.user import PERSONNEL_NUMBER
from uzel.flows.portal.portal_line import open_line
from uzel.flows.promo.judge_promo import judge_changed
from uzel.flows.setup.pipelines import make_pipeline
from uzel.flows.setup.set_up_portal import set_up
from uzel.flows.setup.undo_setup import UNDONE, Removal, undo_setup
from uzel.hub.models import MadeInPortal, Node, PromoCodeRow
from uzel.hub.promo_book import living

pytestmark = pytest.mark.django_db
PAID = "UF_CRM_UZEL_PAID"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        yield found


def undo(hub: Hub, *, with_data: bool = False) -> dict[str, Removal]:
    with in_a_hurry(hub.portal):
        return {one.title: one for one in undo_setup(hub.portal, with_data=with_data)}


def fields_of(hub: Hub) -> set[str]:
    return {one["FIELD_NAME"] for one in hub.emulator.state()["user_fields"]}


def test_an_unused_set_up_goes_without_a_trace(hub: Hub) -> None:
    Node.objects.create(code="arbat", title="Арбат", login="arbat", password_hash="x", portal=hub.portal)
    set_up(hub.portal)
    assert all(one.removed for one in undo(hub).values())
    assert fields_of(hub) & {PERSONNEL_NUMBER, *(one.code for one in DEAL_FIELDS)} == set()
    assert not MadeInPortal.objects.exists()
    hub.portal.refresh_from_db()
    assert set(hub.portal.setup) == {"presets", "undone"}


def test_what_is_not_ours_is_not_touched(hub: Hub) -> None:
    MadeInPortal.objects.filter(name=PAID).delete()
    undo(hub, with_data=True)
    assert fields_of(hub) & {one.code for one in DEAL_FIELDS} == {PAID}


def test_what_holds_data_stays_and_says_why_until_a_person_insists(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    left = {title: one.text for title, one in undo(hub).items() if not one.removed}
    assert left["Поле сделки «Промокод»"] == "заполнено в сделках: 1; удалить и так: --yes"
    assert "Поле сделки «Узел обмена»" in left
    assert "Поле сделки «Отгружен»" not in left
    assert {NODE, "UF_CRM_UZEL_PROMO"} <= fields_of(hub)
    assert all(one.removed for one in undo(hub, with_data=True).values())
    assert fields_of(hub) & {one.code for one in DEAL_FIELDS} == set()


def test_after_an_undo_the_exchange_stands_until_the_next_set_up(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    undo(hub, with_data=True)
    hub.portal.refresh_from_db()
    hub.emulator.manager_edit(hub.deals()[0]["id"], fields={"comments": "Не звонить"})
    hub.pass_time(300)
    assert hub.drain().problem == UNDONE
    assert hub.sweep() == 0
    with in_a_hurry(hub.portal):
        set_up(hub.portal, lists_only=True)
    hub.sweep()
    hub.drain()
    assert (hub.row().merged["comment"], hub.row().merged["promo_code"]) == ("Не звонить", "ВЕСНА10")
    hub.portal.refresh_from_db()
    assert "undone" not in hub.portal.setup


def test_an_undo_that_takes_nothing_away_does_not_stop_the_exchange(hub: Hub) -> None:
    MadeInPortal.objects.all().delete()
    assert undo(hub) == {}
    hub.receive(ORDER)
    assert hub.drain().problem == ""
    assert hub.deals()[0][hub.node_field] == hub.node_item


def test_a_pipeline_with_deals_stays_whatever_is_said(hub: Hub) -> None:
    with open_line(hub.portal) as client:
        made = make_pipeline(hub.portal, client, hub.node, NOW)
    hub.receive(ORDER)
    hub.drain()
    left = undo(hub, with_data=True)["Воронка «Тверская»"]
    assert (left.removed, left.text) == (False, "в ней есть сделки: 1; перенесите их в другую воронку и повторите")
    hub.emulator.manager_edit(hub.deals()[0]["id"], fields={"categoryId": 0, "stageId": "NEW"})
    assert undo(hub)["Воронка «Тверская»"].text == "удалено"
    with open_line(hub.portal) as client:
        known = client.call("crm.category.list", {"entityTypeId": 2}, repeatable=True).result["categories"]
    assert made not in [one["id"] for one in known]
    hub.node.refresh_from_db()
    assert hub.node.category_id == 0


def test_a_removal_whose_answer_was_lost_is_finished_by_the_next_undo(hub: Hub) -> None:
    hub.emulator.faults.arm("lose_answer", method="crm.deal.userfield.delete")
    first = undo(hub)
    assert [one.text for one in first.values() if not one.removed] == ["ответ портала потерян: повторите отмену"]
    again = undo(hub)
    assert [one.text for one in again.values()] == ["уже нет в портале"]
    assert not MadeInPortal.objects.exists()


def test_what_was_known_of_promo_codes_is_known_no_more() -> None:
    with open_hub(lists_only=False) as hub:
        PromoCodeRow.objects.create(portal=hub.portal, key="лето", content={"code": "ЛЕТО"}, entity_id=1, revision=1)
        hub.receive(ORDER)
        assert hub.row().promo_note == "неизвестен"
        undo(hub, with_data=True)
        judge_changed(hub.portal)
        assert not living(hub.portal).exists()
        assert hub.row().promo_note == ""
