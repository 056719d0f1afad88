"""The history of stages, and legal details chosen for a deal."""

from tests.emulators.bitrix24_portal.client import Client


def moves(rest: Client, entity: int, **params: object) -> list[dict[str, object]]:
    found: list[dict[str, object]] = rest.call("crm.stagehistory.list", entityTypeId=entity, **params).result["items"]
    return found


def test_the_history_of_a_deal(rest: Client) -> None:
    deal = rest.add_deal()
    other = rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"}).result["category"]["id"]
    for fields in ({"stageId": "EXECUTING"}, {"title": "Та же стадия"}, {"stageId": "WON"}, {"categoryId": other}):
        rest.call("crm.item.update", entityTypeId=2, id=deal["id"], fields=fields)
    rest.add_deal()
    found = moves(rest, 2, filter={"OWNER_ID": deal["id"]}, select=["TYPE_ID", "CATEGORY_ID", "STAGE_ID", "STAGE_SEMANTIC_ID"])
    assert [tuple(one.values()) for one in found] == [
        (1, 0, "NEW", "P"), (2, 0, "EXECUTING", "P"), (3, 0, "WON", "S"), (5, other, f"C{other}:NEW", "P"),
    ]  # fmt: skip
    assert [one["OWNER_ID"] for one in moves(rest, 2, order={"ID": "DESC"})][:2] == [2, 1]
    assert rest.call("crm.stagehistory.list", entityTypeId=2, filter={"TITLE": "x"}).error[:2] == (400, "INVALID_ARG_VALUE")
    rest.call("crm.item.delete", entityTypeId=2, id=deal["id"])
    assert [one["OWNER_ID"] for one in moves(rest, 2)] == [2]


def test_a_lead_has_statuses_and_a_contact_no_history(rest: Client) -> None:
    rest.call("crm.item.add", entityTypeId=1, fields={"title": "Звонок"})
    (only,) = moves(rest, 1)
    assert (only["STATUS_ID"], only["STATUS_SEMANTIC_ID"], "STAGE_ID" in only) == ("NEW", "P", False)
    for entity in (3, 5, 7):
        assert rest.call("crm.stagehistory.list", entityTypeId=entity).error[:2] == (400, "ENTITY_TYPE_NOT_SUPPORTED")


def company(rest: Client) -> tuple[int, int, int]:
    """A company, its requisite and the account of that."""
    made = rest.call("crm.item.add", entityTypeId=4, fields={"title": "Ромашка"}).result["item"]["id"]
    fields = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": made, "PRESET_ID": 1, "NAME": "Основные"}
    requisite = rest.call("crm.requisite.add", fields=fields).result
    bank = rest.call("crm.requisite.bankdetail.add", fields={"ENTITY_ID": requisite, "NAME": "Счёт"}).result
    return made, requisite, bank


def register(rest: Client, deal: int, *chosen: int) -> object:
    names = ("REQUISITE_ID", "BANK_DETAIL_ID", "MC_REQUISITE_ID", "MC_BANK_DETAIL_ID")
    fields = {"ENTITY_TYPE_ID": 2, "ENTITY_ID": deal, **dict(zip(names, chosen, strict=False))}
    got = rest.call("crm.requisite.link.register", fields=fields)
    return got.result if got.status == 200 else got.error[2]


def test_requisites_of_a_deal_are_those_of_its_parties(rest: Client) -> None:
    client, requisite, bank = company(rest)
    us, our_requisite, our_bank = company(rest)
    deal = rest.add_deal(companyId=client, mycompanyId=us)["id"]
    assert rest.call("crm.requisite.link.get", entityTypeId=2, entityId=deal).error == (400, "", "Not found")
    assert register(rest, deal, requisite, bank, our_requisite, our_bank) is True
    link = rest.call("crm.requisite.link.get", entityTypeId=2, entityId=deal).result
    assert (link["ENTITY_ID"], link["REQUISITE_ID"], link["MC_BANK_DETAIL_ID"]) == (deal, str(requisite), str(our_bank))
    assert register(rest, deal, our_requisite, 0, 0, 0) == "The Requisite with ID '2' is not assigned to Company with ID '1'"
    assert register(rest, deal, requisite, our_bank, 0, 0) == (
        "The BankDetail with ID '2' is not assigned to Requisite with ID '1'"
    )
    assert register(rest, deal, 0, 0, 77, 0) == "The Requisite of your company with ID '77' is not found"
    assert register(rest, deal, requisite, bank, 0) == "MC_BANK_DETAIL_ID is not defined or invalid"
    assert register(rest, 99, 0, 0, 0, 0) == "Entity is not found"
    rest.call("crm.requisite.delete", id=requisite)
    assert rest.call("crm.requisite.link.get", entityTypeId=2, entityId=deal).error == (400, "", "Not found")
    assert register(rest, deal, 0, 0, 0, 0) is True, "none is chosen"
