"""The state file: the whole portal goes into it and comes out of it, and half a file is never seen."""

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.application import FEATURES, App
from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal, snapshot, start_portal
from uzel.emulators.bitrix24_portal.records import Comment, Item
from uzel.emulators.bitrix24_portal.saved import decode, encode

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RECORDS = {"Item": Item, "Comment": Comment}


@pytest.mark.parametrize(
    "value",
    [
        None, True, 7, 1.5, "ё", [1, [2]], {"a": {"b": []}}, (1, (Decimal("0.10"),)), b"\x00\xff", {1: "one", (2, "x"): "two"},
        {"$": "a name that is a mark"}, datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=3))),
        Item(2, 7, {"opportunity": Decimal("10.50"), "contactIds": (1, 2)}),
        Comment(1, "deal", 7, 1, "текст", datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_values_come_back_as_they_were(value: Any) -> None:
    back = decode(json.loads(json.dumps(encode(value))), RECORDS)
    assert (back, type(back)) == (value, type(value))


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        encode({1, 2})
    with pytest.raises(ValueError, match="'record' User"):
        decode({"$": "record", "is": "User", "of": {}}, RECORDS)
    with pytest.raises(ValueError, match="key"):
        decode({"$": "map", "of": [[[1], 2]]}, RECORDS)


def populate(portal: RunningPortal) -> App:
    """Something in every table of the portal."""
    rest = App(portal, portal.install_application("http://127.0.0.1:9/install"))
    rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    rest.call("crm.type.add", fields={"title": "Узлы", "entityTypeId": 1030, "relations": {"child": [{"entityTypeId": 2}]}})
    rest.call("crm.item.add", entityTypeId=1030, fields={"title": "Тверская", "xmlId": "shop"})
    rest.add_field("UF_CRM_UZEL_PROMO", "enumeration", enum=[{"value": "ЛЕТО", "xmlId": "summer"}])
    rest.call("user.userfield.add", fields={"FIELD_NAME": "TABNUM", "USER_TYPE_ID": "string"})
    rest.call("user.update", ID=3, UF_USR_TABNUM="0007")
    rest.call("crm.contact.add", fields={"NAME": "А", "PHONE": [{"VALUE": "8 (912) 345-67-89", "VALUE_TYPE": "WORK"}]})
    rest.call("crm.item.add", entityTypeId=4, fields={"title": "ООО"})
    rest.call("crm.requisite.add", fields={"ENTITY_TYPE_ID": 4, "ENTITY_ID": 1, "PRESET_ID": 1, "NAME": "x", "RQ_INN": "0123"})
    rest.call("crm.address.add", fields={"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": 1, "CITY": "Томск"})
    product = {"iblockId": 23, "name": "Шкаф", "xmlId": "p1", "detailPicture": {"fileData": ["a.png", PIXEL]}}
    rest.call("catalog.product.add", fields=product)
    rest.call("catalog.price.add", fields={"productId": 1, "catalogGroupId": 1, "price": 10.5, "currency": "RUB"})
    rest.add_deal(title="Заказ", contactIds=[1], companyId=1, originId="1", parentId1030=1)
    rows = [{"productId": 1, "price": 10.5, "quantity": 2}]
    rest.call("crm.item.productrow.set", ownerType="D", ownerId=1, productRows=rows)
    rest.call("crm.timeline.comment.add", fields={"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "x"})
    rest.call("event.bind", event="ONCRMDEALUPDATE", event_type="offline")
    rest.call("event.bind", event="ONCRMDEALADD", handler="http://127.0.0.1:9/h")
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"title": "Заказ 1"})
    return rest


def test_the_whole_portal_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "portal.json"
    options = Options(features=FEATURES)
    with start_portal(limits=False, options=options, state_file=file) as first:
        first.set_event_handler("http://127.0.0.1:9/events", "token")
        first.events.pause()
        rest = populate(first)
        before, waiting = first.state(), first.events.waiting()
        webhook, application = first.webhook_of(3), rest.application
        rest.close()
    assert before["deals"][0]["rows"], "the portal that is saved has something in it"
    assert before["images"]
    with start_portal(first.port, limits=False, options=options, state_file=file) as second:
        assert second.state() == before
        assert (second.webhook_of(3), second.events.waiting()) == (webhook, waiting)
        app = App(second, application)
        assert app.offline() == [("ONCRMDEALUPDATE", "1")]
        assert [one["event"] for one in app.call("event.get").result] == ["ONCRMDEALUPDATE", "ONCRMDEALADD"]
        assert "access_token" in app.renew(application.refresh_token).json
        app.close()


def test_ids_and_secrets_go_on(tmp_path: Path) -> None:
    file = tmp_path / "portal.json"
    with start_portal(limits=False, state_file=file) as first:
        rest = Client(first)
        for _ in range(2):
            rest.add_deal(title="x")
        rest.call("crm.item.delete", entityTypeId=2, id=2)
        known = first.install_application()
        first.uninstall_application(known)
        rest.close()
    with start_portal(limits=False, state_file=file) as second:
        rest = Client(second)
        assert rest.add_deal(title="x")["id"] == 3, "ids are never used twice"
        new = second.install_application()
        assert (new.id, new.client_id != known.client_id) == (2, True)
        found = rest.call("crm.item.list", entityTypeId=2, filter={"originId": "y"}).result["items"]
        assert found == []
        rest.close()


def test_a_request_saves_without_stopping(tmp_path: Path, rest: Client) -> None:
    assert rest.post("/_emulator/save", {}).error[:2] == (400, "INVALID")
    file = tmp_path / "portal.json"
    with start_portal(limits=False, state_file=file) as portal:
        client = Client(portal)
        client.add_deal(title="x")
        saved = client.post("/_emulator/save", {}).json
        assert saved == {"path": str(file), "bytes": file.stat().st_size}
        portal.save(tmp_path / "copy.json")
        client.close()
    with start_portal(limits=False, state_file=tmp_path / "copy.json") as copy:
        assert [deal["title"] for deal in copy.state()["deals"]] == ["x"]


def test_a_portal_killed_while_it_saves_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "portal.json"
    with start_portal(limits=False, state_file=file) as portal:
        portal.save()
        old = file.read_bytes()
        portal.manager_create()

        def killed(_: int) -> None:
            raise OSError(5, "killed")

        with monkeypatch.context() as patch:
            patch.setattr(snapshot.os, "fsync", killed)
            with pytest.raises(ValueError, match=r"portal\.json: состояние портала не записано: killed"):
                portal.save()
        assert file.read_bytes() == old
        assert len((tmp_path / "portal.json.new").read_bytes()) > len(old)
    assert file.read_bytes() != old, "the end of the portal has saved it"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("{", "это не JSON"), ("[]", "не состояние портала"), ('{"format": "uzel portal", "version": 2}', "версии 1"),
        ('{"format": "uzel portal", "version": 1, "store": {}}', "испорчено"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_state_is_refused_and_kept(tmp_path: Path, content: str, what: str) -> None:
    file = tmp_path / "portal.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=what):
        start_portal(state_file=file)
    assert file.read_text() == content


def test_sigterm_saves_the_portal_of_the_command(tmp_path: Path) -> None:
    file = tmp_path / "portal.json"
    code = f"from pathlib import Path; from uzel.emulators.bitrix24_portal import run; run(0, state_file=Path({str(file)!r}))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(5)]
        webhook = re.search(r"http://127\.0\.0\.1:(\d+)(/rest/1/\w+/)", lines[1])
        assert webhook, lines
        connection = HTTPConnection("127.0.0.1", int(webhook[1]), timeout=5)
        connection.request("GET", webhook[2] + "crm.deal.add?fields[TITLE]=x")
        assert json.loads(connection.getresponse().read())["result"] == 1
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
    with start_portal(state_file=file) as portal:
        assert [deal["title"] for deal in portal.state()["deals"]] == ["x"]
