"""batch: order, references, halt, shapes of the answer."""

from urllib.parse import quote

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import RunningPortal
from uzel.emulators.bitrix24_portal.batch import SECTIONS, substitute

ADD = "crm.item.add?entityTypeId=2&fields[title]=x"


def test_a_chain_of_commands(portal: RunningPortal, rest: Client) -> None:
    name = quote("Иван")
    result = rest.batch(
        {
            "contact": f"crm.item.add?entityTypeId=3&fields[name]={name}",
            "deal": "crm.item.Add?entityTypeId=2&fields[title]=x&fields[contactId]=$result%5Bcontact%5D%5Bitem%5D%5Bid%5D",
            "rows": "crm.item.productrow.set.json?ownerType=D&ownerId=$result[deal][item][id]"
            "&productRows[0][productName]=x&productRows[0][price]=10",
            "get": "crm.item.get?entityTypeId=2&id=$result[deal][item][id]",
            "list": "crm.item.list?entityTypeId=2&filter[%3D%25title]=x%25",
        }
    )
    assert result["result_error"] == []
    assert result["result"]["get"]["item"]["contactId"] == result["result"]["contact"]["item"]["id"]
    assert result["result"]["get"]["item"]["opportunity"] == 10
    assert result["result_total"] == {"list": 1}
    assert result["result_next"] == []
    assert set(result["result_time"]) == {"contact", "deal", "rows", "get", "list"}
    assert portal.calls()["counters"]["commands"]["crm.item.add"] == 2
    assert portal.calls()["calls"][0]["methods"][1] == "crm.item.Add"


def test_a_reference_to_a_failed_command_is_empty(rest: Client) -> None:
    result = rest.batch(
        {
            "deal": "crm.item.add?entityTypeId=2&fields[stageId]=NOWHERE",
            "rows": "crm.item.productrow.set?ownerType=D&ownerId=$result[deal][item][id]&productRows[0][productName]=x",
        }
    )
    assert result["result"] == []
    assert result["result_error"]["deal"]["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert result["result_error"]["rows"] == {"error": "OWNER_NOT_FOUND", "error_description": "Owner was not found"}
    assert result["result_time"] == []


@pytest.mark.parametrize(("halt", "made"), [(1, 0), ("1", 0), (True, 0), (0, 1), ("0", 1), (False, 1)])
def test_halt(portal: RunningPortal, rest: Client, halt: object, made: int) -> None:
    result = rest.batch({"bad": "crm.item.get?entityTypeId=2&id=5", "good": ADD}, halt)
    assert len(portal.state()["deals"]) == made
    assert "good" not in result["result_error"]
    assert list(result["result_error"]) == ["bad"]


def test_an_empty_batch_is_made_of_empty_arrays(rest: Client) -> None:
    assert rest.batch({}) == {name: [] for name in SECTIONS}
    assert rest.call("batch").result == {name: [] for name in SECTIONS}


def test_a_list_of_commands_gives_arrays_until_there_is_a_gap(rest: Client) -> None:
    result = rest.batch(["profile", "scope"])
    assert [isinstance(result[name], list) for name in ("result", "result_time", "result_error")] == [True] * 3
    assert result["result"][0]["ID"] == "1"
    broken = rest.batch(["profile", "no.such", "scope"])
    assert set(broken["result"]) == {"0", "2"}
    assert broken["result_error"]["1"]["error"] == "ERROR_METHOD_NOT_FOUND"
    only_last = rest.batch(["no.such", "profile"])
    assert isinstance(only_last["result_error"], list), "an array whose only key is 0 is a list in PHP"


def test_more_than_fifty_commands(rest: Client) -> None:
    result = rest.batch({f"k{n}": "profile" for n in range(52)})
    assert len(result["result"]) == 50
    error = {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch length exceeded"}
    assert result["result_error"] == {"k50": error, "k51": error}


def test_a_batch_in_a_batch(rest: Client) -> None:
    error = rest.batch({"a": "batch?cmd[x]=profile"})["result_error"]["a"]
    assert error == {"error": "ERROR_BATCH_METHOD_NOT_ALLOWED", "error_description": "Method is not allowed for batch usage"}


def test_a_batch_as_a_form_is_encoded_twice(rest: Client) -> None:
    result = rest.form(
        "batch", [("halt", "0"), ("cmd[deal]", "crm.item.add?entityTypeId=2&fields%5Btitle%5D=" + quote("А & Б"))]
    )
    assert result.result["result"]["deal"]["item"]["title"] == "А & Б"
    by_get = rest.get("batch", "cmd[a]=" + quote("crm.item.get?entityTypeId=2&id=1"))
    assert by_get.result["result"]["a"]["item"]["title"] == "А & Б"


def test_pages_chained_by_the_last_id(rest: Client) -> None:
    for start in (0, 50):
        rest.batch({f"d{start + n}": ADD for n in range(50)})
    page = "crm.item.list?entityTypeId=2&order[id]=ASC&start=-1&select[0]=id&filter[%3Eid]="
    result = rest.batch(
        {"p0": page + "0", "p1": page + "$result[p0][items][49][id]", "p2": page + "$result[p1][items][49][id]"}
    )
    assert [len(result["result"][key]["items"]) for key in ("p0", "p1", "p2")] == [50, 50, 0]
    assert result["result_total"] == {"p0": 0, "p1": 0, "p2": 0}


def test_next_in_a_batch(rest: Client) -> None:
    rest.batch({f"d{n}": ADD for n in range(50)})
    rest.call("crm.item.add", entityTypeId=2, fields={})
    result = rest.batch({"list": "crm.item.list?entityTypeId=2"})
    assert (result["result_total"], result["result_next"]) == ({"list": 51}, {"list": 50})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$result[a][item][id]", "5"),
        ("deal-$result[a][item][id]-$result[b]", "deal-5-7"),
        ("$result[c][0][ID]", "1"),
        ("$result[c][9][ID]", ""),
        ("$result[missing][x]", ""),
        ("$result[b][deeper]", ""),
        ("$result[ids]", [1, 2]),
        (["$result[b]", {"x": "$result[b]"}], ["7", {"x": "7"}]),
        ("$resulting", "$resulting"),
        ("цена $100", "цена $100"),
    ],
)
def test_substitution(value: object, expected: object) -> None:
    results = {"a": {"item": {"id": 5}}, "b": 7, "c": [{"ID": "1"}], "ids": [1, 2]}
    assert substitute(value, results) == expected
