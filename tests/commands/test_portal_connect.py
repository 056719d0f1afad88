"""``uzel portal connect --application`` and ``uzel portal status``."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.application_town import AppHub, open_app_hub
from tests.stories.server import Web, serving
from uzel.bitrix24.scopes import SCOPES
from uzel.cli import main
from uzel.flows.portal.install_application import install_path
from uzel.hub.models import PortalApplication

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def hub(web: Web) -> Iterator[AppHub]:
    with open_app_hub(web) as opened:
        yield opened


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(("portal", *words)) == code
    said = capsys.readouterr()
    return said.out if code == 0 else said.err


def ask(hub: AppHub) -> tuple[str, ...]:
    url = hub.emulator.url
    return ("connect", "--application", "--domain", url, "--hub", hub.web.url, "--oauth-server", url)


def test_step_by_step(hub: AppHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    said = run(capsys, *ask(hub))
    path = install_path(PortalApplication.objects.get())
    assert path in said
    assert f"{hub.web.url}/portal/main/events" in said
    assert "CRM (crm)" in said
    assert "--client-secret -" in said
    assert "Установки ещё не было" in said
    application = hub.emulator.install_application(path)
    monkeypatch.setattr("time.sleep", lambda _: hub.deliver())  # it arrives while the command waits
    said = run(capsys, "connect", "--application", "--wait", "30")
    assert "обмен идёт от имени: Обмен Узел" in said
    assert "онлайн-события" in said
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{application.client_secret}\n"))
    keys = ("--client-id", application.client_id, "--client-secret", "-")
    assert "Ключи приложения подошли" in run(capsys, "connect", "--application", *keys)


def test_a_refused_installation_ends_the_wait(
    hub: AppHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = hub.ask("other.bitrix24.ru")
    hub.emulator.install_application(install_path(row))
    monkeypatch.setattr("time.sleep", lambda _: hub.deliver())
    assert "другого портала" in run(capsys, "connect", "--application", "--wait", "30", code=2)
    assert "другого портала" in run(capsys, "status")


def test_without_arguments_it_guides_through_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "connect")
    assert all(f"({one.code}): {one.why}" in said for one in SCOPES)
    assert {"«Входящий вебхук».", "«Локальное приложение»."} <= {line.rpartition("→ ")[2] for line in said.splitlines()}
    assert "--application --domain" in said


@pytest.mark.parametrize("words", [("--domain", "p.ru"), ("https://p.ru/rest/1/x/", "--application")])
def test_one_way_at_a_time(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert "либо" in run(capsys, "connect", *words, code=2)


def test_what_is_missing_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--domain" in run(capsys, "connect", "--application", code=2)
    assert "--hub" in run(capsys, "connect", "--application", "--domain", "shop.bitrix24.ru", code=2)


def test_status_of_both_ways(hub: AppHub, capsys: pytest.CaptureFixture[str]) -> None:
    def status() -> Any:
        return json.loads(run(capsys, "status", "--json"))

    found = status()
    assert (found["way"], found["user_name"], found["events"]) == ("webhook", "Обмен Узел", "none")
    assert "входящий вебхук" in run(capsys, "status")
    hub.install()
    found = status()
    assert (found["way"], found["events"], found["refresh_days_left"]) == ("application", "online", 179)
    assert found["access_ends_at"]
    said = run(capsys, "status")
    assert "локальное приложение" in said
    assert hub.application.access_token not in said
