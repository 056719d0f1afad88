"""im.notify.*: what an employee is told, tags that take each other's place, limits and errors."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal

SYSTEM, PERSONAL = "im.notify.system.add", "im.notify.personal.add"


def told(rest: Client, user_id: int | None = None) -> list[dict[str, Any]]:
    query = f"?user_id={user_id}" if user_id else ""
    listed: list[dict[str, Any]] = rest.send("GET", f"/_emulator/notifications{query}").json
    return listed


def test_an_employee_is_told(rest: Client) -> None:
    number = rest.call(SYSTEM, USER_ID=2, MESSAGE=" База молчит ", MESSAGE_OUT="письмо").result
    rest.call(PERSONAL, USER_ID=3, MESSAGE="Посмотрите")
    first, second = told(rest)
    assert (first["id"], first["message"], first["messageOut"], first["authorId"]) == (number, "База молчит", "письмо", 0)
    assert (second["kind"], second["authorId"]) == ("personal", 1)
    assert told(rest, 3) == [second]
    assert [one["id"] for one in rest.portal.state()["notifications"]] == [first["id"], second["id"]]


def test_a_tag_takes_the_place_of_the_same_one(rest: Client) -> None:
    for text in ("первое", "второе"):
        rest.call(SYSTEM, USER_ID=2, MESSAGE=text, TAG="silent", CLIENT_ID="uzel")
    rest.call(SYSTEM, USER_ID=3, MESSAGE="другому", TAG="silent", CLIENT_ID="uzel")
    rest.call(SYSTEM, USER_ID=2, MESSAGE="чужое", TAG="silent", CLIENT_ID="other")
    assert [one["message"] for one in told(rest)] == ["второе", "другому", "чужое"]


def test_a_tag_of_a_webhook_without_its_name_means_nothing(rest: Client) -> None:
    for _ in range(2):
        rest.call(SYSTEM, USER_ID=2, MESSAGE="а", TAG="silent")
    assert len(told(rest)) == 2


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"MESSAGE": "а"}, "USER_ID_EMPTY"),
        ({"USER_ID": 0, "MESSAGE": "а"}, "USER_ID_EMPTY"),
        ({"USER_ID": -5, "MESSAGE": "а"}, "USER_ID_EMPTY"),
        ({"USER_ID": 2}, "MESSAGE_EMPTY"),
        ({"USER_ID": 2, "MESSAGE": "  "}, "MESSAGE_EMPTY"),
        ({"USER_ID": 2, "MESSAGE": "а", "ATTACH": "не JSON"}, "ATTACH_ERROR"),
        ({"USER_ID": 2, "MESSAGE": "а", "ATTACH": 5}, "ATTACH_ERROR"),
        ({"USER_ID": 2, "MESSAGE": "а", "ATTACH": {"BLOCKS": ["x" * 31 * 1024]}}, "ATTACH_OVERSIZE"),
    ],
)
@pytest.mark.parametrize("method", [SYSTEM, PERSONAL])
def test_errors(rest: Client, method: str, params: dict[str, Any], code: str) -> None:
    assert rest.call(method, **params).error[:2] == (400, code)
    assert told(rest) == []


@pytest.mark.parametrize("attach", [{"BLOCKS": [{"MESSAGE": "а"}]}, '{"BLOCKS": []}'])
def test_an_attachment_is_an_object_or_its_text(rest: Client, attach: Any) -> None:
    rest.call(SYSTEM, USER_ID=2, MESSAGE="а", ATTACH=attach)
    assert "BLOCKS" in told(rest)[0]["attach"]


def test_nobody_is_told_of_whom_there_is_none(rest: Client) -> None:
    rest.call("user.update", ID=3, ACTIVE=False)
    assert [rest.call(SYSTEM, USER_ID=number, MESSAGE="а").result for number in (77, 3)] == [False, False]


def test_for_applications_only(with_options: Callable[..., Client]) -> None:
    rest = with_options(notify_by_webhook=False)
    assert rest.call(SYSTEM, USER_ID=2, MESSAGE="а").error[:2] == (403, "WRONG_AUTH_TYPE")
    application = rest.portal.install_application()
    for text in ("а", "б"):
        got = rest.post(f"/rest/{SYSTEM}?auth={application.access_token}", {"USER_ID": 2, "MESSAGE": text, "TAG": "t"})
        assert got.result
    assert [one["message"] for one in told(rest)] == ["б"], "an application needs no CLIENT_ID"


def test_the_right_im_is_needed(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    _, rest = start(limits=False, options=Options(scopes=("crm", "basic")))
    assert rest.call(SYSTEM, USER_ID=2, MESSAGE="а").error[:2] == (403, "insufficient_scope")
