"""Counterparties told alone: remembered for the search of cards, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.commerceml.test_counterparty_file import ONE, file
from tests.exchange.talk import Talk, make_node, order, package
from tests.flows.due_orders import NOW
from tests.flows.portal_town import ORDER, Hub, moved, open_hub
from uzel.flows.files import receive_counterparties as receiving
from uzel.flows.files.read_in_turn import Stopped, read_in_turn
from uzel.hub import feed_store
from uzel.hub.models import CounterpartyBinding, CounterpartyNote, Node, OrderRow, Package
from uzel.model import Counterparty

pytestmark = pytest.mark.django_db


def waiting(node: Node, body: bytes) -> Package:
    feed = feed_store.store_bytes(body)
    return Package.objects.create(
        node=node, file_name="contragents.xml", feed=feed, size=feed.size, state=Package.State.WAITING
    )


def receive(node: Node, body: bytes) -> Package:
    taken = waiting(node, body)
    read_in_turn(taken.pk, NOW)
    taken.refresh_from_db()
    return taken


def notes() -> dict[str, Any]:
    return {note.key: note.told for note in CounterpartyNote.objects.all()}


def test_they_are_kept_for_their_node_and_the_last_word_counts() -> None:
    node, other = make_node("shop"), make_node("arbat")
    silent = "<Контрагент><Ид>b</Ид><Наименование>Никто</Наименование></Контрагент>"
    taken = receive(
        node, file(ONE.format("a"), ONE.format("b"), "<Контрагент><Наименование>Без Ид</Наименование></Контрагент>")
    )
    assert (taken.state, taken.entries_received, taken.documents_received) == (Package.State.DONE, 3, 0)
    assert set(notes()) == {"a", "b"}
    receive(node, file(ONE.format("a").replace("7707083893", "7707083894"), silent))
    assert notes() == {"a": {"inn": "7707083894", "kpp": "", "phones": ["+7 916 1234501"]}}
    receive(other, file(ONE.format("a")))
    assert CounterpartyNote.objects.count() == 2
    assert not OrderRow.objects.exists()
    assert not CounterpartyBinding.objects.exists()


def test_orders_after_them_in_one_file_are_read() -> None:
    text = package(order("id-1", "1")).decode()
    mixed = text.replace("<Документ>", f"<Контрагенты>{ONE.format('a')}</Контрагенты><Документ>", 1)
    taken = receive(make_node("shop"), mixed.encode())
    assert (taken.state, taken.documents_done, set(notes())) == (Package.State.DONE, 1, {"a"})


def test_reading_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "CHUNK_COUNTERPARTIES", 1)
    taken = waiting(make_node("shop"), file(ONE.format("a"), ONE.format("b")))

    def stop(count: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        read_in_turn(taken.pk, NOW, advance=stop)
    assert (set(notes()), Package.objects.get().entries_done) == ({"a"}, 1)
    CounterpartyNote.objects.all().delete()
    read_in_turn(taken.pk, NOW)
    assert set(notes()) == {"b"}


def test_a_broken_file_says_so_and_keeps_what_was_read() -> None:
    body = file(ONE.format("a"), ONE.format("b"))
    taken = receive(make_node("shop"), body[:-60])
    assert (taken.state, taken.problem != "") == (Package.State.FAILED, True)
    assert "a" in notes()


def test_the_page_answers_as_for_any_file() -> None:
    make_node("shop")
    assert Talk().open().send(file(ONE.format("a")), "contragents___1.xml") == "success"
    assert Package.objects.get().state == Package.State.DONE
    assert set(notes()) == {"a"}


# --- when a card is looked for ----------------------------------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        yield found


def buys(hub: Hub, key: str, name: str, number: str = "A-1") -> CounterpartyBinding:
    hub.receive(moved(ORDER, document_id=f"doc-{number}", number=number, counterparty=Counterparty(key, name, name)))
    hub.drain()
    return CounterpartyBinding.objects.get(key=key)


def test_a_buyer_whose_order_is_silent_is_found_by_what_the_file_said(hub: Hub) -> None:
    phone = [{"typeId": "PHONE", "value": "8 (916) 123-45-01"}]
    maria = hub.emulator.manager_create_contact(fields={"name": "Мария", "lastName": "Иванова", "fm": phone})
    receive(hub.node, file(ONE.format("g-1"), ONE.format("g-2")))
    bound = buys(hub, "g-1", "Иванова Мария")
    assert bound.entity_id == maria
    assert bound.decision.startswith("найден по телефону +7 916 1234501")
    assert bound.decision.endswith("(из файла контрагентов: ИНН, телефон)")
    (contact,) = hub.emulator.state()["contacts"]
    assert [one["value"] for one in contact["fm"]] == ["8 (916) 123-45-01"]
    assert hub.row().merged["counterparty"].get("phones", []) == []
    assert not hub.emulator.state()["requisites"]


def test_who_is_not_found_gets_a_card_of_the_orders_word_alone(hub: Hub) -> None:
    receive(hub.node, file(ONE.format("g-1")))
    bound = buys(hub, "g-1", "Иванова Мария")
    assert bound.decision == "создан новый: в портале такого не было (из файла контрагентов: ИНН, телефон)"
    (contact,) = hub.emulator.state()["contacts"]
    assert not contact.get("fm")
    assert not hub.emulator.state()["requisites"]


def test_what_another_base_said_is_not_used(hub: Hub) -> None:
    other = Node.objects.create(code="arbat", title="Арбат", login="arbat", password_hash="x", portal=hub.portal)
    receive(other, file(ONE.format("g-1")))
    assert "файла контрагентов" not in buys(hub, "g-1", "Иванова Мария").decision
