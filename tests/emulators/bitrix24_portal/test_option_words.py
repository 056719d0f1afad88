"""Switches of the portal on a command line."""

from dataclasses import fields
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.cli import main
from uzel.emulators.bitrix24_portal import Options, parse_options
from uzel.emulators.bitrix24_portal.options import CHOICES, COSTS


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("observer_may=change", "change"),
        ("inventory_accounting=yes", True),
        ("import_fires_events=no", False),
        ("wrong_secret_status=403", 403),
        ("event_delay_s=0.5", 0.5),
        ("utc_offset_hours=-5", -5),
        ("scopes=crm, user", ("crm", "user")),
        ("scopes=", ()),
        ("currencies=USD,EUR", ("USD", "EUR")),
        ('features={"rest_offline_extended": "Y"}', {"rest_offline_extended": "Y"}),
        ('costs={"crm.item.add": 2}', {**COSTS, "crm.item.add": 2.0}),
        ("manager_rights=own", "own"),
        ('exchange_user_rights={"deal": "own"}', {"deal": "own"}),
        ('manager_catalog={"add": "none"}', {"add": "none"}),
    ],
)
def test_a_value_is_read_by_the_kind_of_its_default(pair: str, value: Any) -> None:
    assert getattr(parse_options([pair]), pair.partition("=")[0]) == value


@pytest.mark.parametrize("option", fields(Options), ids=lambda one: one.name)
def test_every_switch_can_be_set_and_names_what_it_takes(option: Any) -> None:
    default = getattr(Options(), option.name)
    plain = {bool: "yes", tuple: ",".join(default) if isinstance(default, tuple) else "", dict: "{}"}
    text = plain.get(type(default), str(default))
    assert isinstance(getattr(parse_options([f"{option.name}={text}"]), option.name), type(default))
    if not isinstance(default, str) or option.name in CHOICES:
        with pytest.raises(ValueError, match=f"настройка «{option.name}»: значение «ой» не подходит; нужно: "):
            parse_options([f"{option.name}=ой"])


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("observer=change", "нет настройки портала «observer»; есть: access_token_life_s, address_save"),
        ("observer_may=all", "одно из read, change"),
        ("observer_may", "одно из read, change"),
        ("events_in_order=maybe", "yes или no"),
        ("event_delay_s=nan", "число от нуля"),
        ("bucket_threshold=-1", "целое число от нуля"),
        ("scopes=crm,taks", "через запятую из crm, user"),
        ("currencies=RUB,roubles", "коды валют"),
        ('features={"a": 1}', "Y или N"),
        ("features=[]", "Y или N"),
        ("manager_rights=edit", "одно из all, own, none или JSON"),
        ('manager_rights={"deal": "edit"}', "одно из all, own, none или JSON"),
        ("manager_catalog=own", "одно из edit, read, none или JSON"),
        ("wrong_secret_error=", "слово"),
    ],
)
def test_what_is_wrong_is_said_with_the_choices(pair: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("emulate", "portal", "--port", "0", "--set", pair)) == 2
    assert said in capsys.readouterr().err


def test_the_webhook_of_an_employee_sees_what_he_may(rest: Client) -> None:
    given = rest.send("GET", "/_emulator/webhook?user_id=2").json
    assert (given["user_id"], bool(given["name"])) == (2, True)
    manager = Client(rest.portal, given["webhook"])
    assert manager.call("profile").result["ID"] == "2"


@pytest.mark.parametrize("query", ["", "?user_id=99", "?user_id=x"])
def test_nobodys_webhook_names_those_who_are(rest: Client, query: str) -> None:
    got = rest.send("GET", f"/_emulator/webhook{query}")
    assert got.status == 404
    assert "есть: 1, 2" in got.json["error_description"]
