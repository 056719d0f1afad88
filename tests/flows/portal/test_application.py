"""The way of an application: installed once, renewed when it must be, gone with a word; events in every kind."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.flows import promo_cards
from tests.flows.application_town import OFFLINE, TOKEN, AppHub, open_app_hub
from tests.flows.portal_town import ORDER, moved
from tests.stories.server import Web, serving
from uzel.bitrix24.batch import changes
from uzel.bitrix24.wire import open_http
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.portal.install_application import Asked, WrongAddressError, ask_installation, give_keys, install_path
from uzel.flows.portal.portal_access import GONE
from uzel.flows.portal.portal_budget import budget_of
from uzel.flows.portal.portal_status import portal_status
from uzel.flows.portal.renew_token import LOST_ANSWER, renew_token
from uzel.flows.setup.set_up_portal import set_up
from uzel.hub.models import DealNotice, PortalApplication, PromoCodeRow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
KINDS = [pytest.param({}, id="online"), pytest.param(OFFLINE, id="offline")]


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture
def hub(web: Web) -> Iterator[AppHub]:
    with open_app_hub(web) as opened:
        yield opened


@pytest.fixture
def offline_hub(web: Web) -> Iterator[AppHub]:
    with open_app_hub(web, Options(features=dict(OFFLINE))) as opened:
        opened.install()
        yield opened


def status(hub: AppHub) -> Any:
    hub.portal.refresh_from_db()
    return portal_status(hub.portal, timezone.now())


def writes_of(hub: AppHub) -> dict[str, int]:
    return {name: count for name, count in hub.commands().items() if name.startswith("crm.") and changes(name)}


# --- installation --------------------------------------------------------------------------------------------------


def test_an_installation_takes_the_place_of_the_webhook(hub: AppHub) -> None:
    hub.install()
    found = status(hub)
    assert (found.way, found.user_name, found.events) == ("application", "Обмен Узел", "online")
    assert not found.awaits_installation
    assert (found.problem, found.warnings) == ("", ())
    hub.portal.refresh_from_db()
    assert (hub.portal.sealed_webhook, hub.portal.event_token) == ("", "")
    assert budget_of(hub.portal, hub.now)["plan"]["why"] == "licence"  # although the employees were read only just now
    hub.receive(ORDER)
    hub.drain()
    assert len(hub.deals()) == 1


def test_the_path_works_once(hub: AppHub) -> None:
    path = install_path(hub.ask()).removeprefix(hub.web.url)
    hub.emulator.install_application(f"{hub.web.url}{path}")
    hub.deliver()
    before = hub.application.access_token
    hub.emulator.install_application(f"{hub.web.url}{path}")
    hub.deliver()
    assert [one["status"] for one in hub.emulator.events.log()] == [200, 403]
    assert hub.application.access_token == before


def test_nothing_is_installed_that_nobody_asked_for(hub: AppHub) -> None:
    hub.emulator.install_application(f"{hub.web.url}/portal/main/install/guess")
    hub.deliver()
    hub.ask()
    hub.emulator.install_application(f"{hub.web.url}/portal/main/install/guess")
    hub.deliver()
    assert [one["status"] for one in hub.emulator.events.log()] == [403, 403]
    assert hub.application.installed_at is None
    assert status(hub).way == "webhook"  # which goes on meanwhile


def test_asked_again_the_path_stays_the_same(hub: AppHub) -> None:
    assert install_path(hub.ask()) == install_path(hub.ask())


def test_another_portal_is_refused_with_a_word(hub: AppHub) -> None:
    hub.emulator.install_application(install_path(hub.ask("other.bitrix24.ru")))
    hub.deliver()
    assert hub.application.installed_at is None
    assert "другого портала" in status(hub).warnings[0]


def test_an_installation_without_tokens_is_refused_with_a_word(web: Web) -> None:
    with open_app_hub(web, Options(install_event_brings_tokens=False)) as hub:
        hub.emulator.install_application(install_path(hub.ask()))
        hub.deliver()
        assert hub.application.installed_at is None
        assert "без ключей" in status(hub).warnings[0]


def test_a_server_that_nobody_knows_gets_no_secret(hub: AppHub) -> None:
    row = ask_installation(Asked(domain=hub.emulator.url, hub=hub.web.url))
    form = {
        "event": "ONAPPINSTALL", "auth[client_endpoint]": f"{hub.emulator.url}/rest/", "auth[access_token]": "a",
        "auth[refresh_token]": "r", "auth[member_id]": "m", "auth[application_token]": "t",
        "auth[server_endpoint]": "https://evil.example/rest/",
    }  # fmt: skip
    assert hub.post(install_path(row).removeprefix(hub.web.url), form) == 200
    assert hub.application.oauth_server == "https://oauth.bitrix.info"


@pytest.mark.parametrize("asked", [Asked(hub="https://uzel.example.ru"), Asked(domain="http://shop.ru", hub="https://u.ru")])
def test_addresses_are_checked(hub: AppHub, asked: Asked) -> None:
    with pytest.raises(WrongAddressError, match="--domain"):
        ask_installation(asked)
    assert not PortalApplication.objects.exists()


def test_wrong_keys_are_told_of_at_once_and_right_ones_mend_it(hub: AppHub) -> None:
    hub.install(keys=False)
    assert "client_id" in status(hub).warnings[0]
    with pytest.raises(Exception, match="client_secret"):
        give_keys(Asked(client_id=hub.installed.client_id, client_secret="wrong"))
    give_keys(Asked(client_id=hub.installed.client_id, client_secret=hub.installed.client_secret))
    assert (status(hub).problem, status(hub).warnings) == ("", ())


# --- tokens --------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_during_a_drain_is_renewed_once(hub: AppHub) -> None:
    hub.install()
    before = hub.application
    hub.receive(ORDER)
    hub.portal_time = 3700
    hub.drain()
    assert len(hub.deals()) == 1
    assert hub.commands()[TOKEN] == 1
    after = hub.application
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    assert after.renewal_sent_at is None
    hub.drain()
    assert hub.commands()[TOKEN] == 1


def test_a_renewal_without_an_answer_ends_with_a_clear_word_and_loses_nothing(hub: AppHub) -> None:
    hub.install()
    hub.receive(ORDER)
    hub.portal_time = 3700
    hub.emulator.faults.lose_answer(TOKEN)
    assert "без ответа" in hub.drain().problem or hub.drain().problem == LOST_ANSWER
    assert hub.drain().problem == LOST_ANSWER
    asked = hub.commands()[TOKEN]
    hub.drain()
    assert hub.commands()[TOKEN] == asked  # nobody knocks at a closed door
    assert status(hub).problem == LOST_ANSWER
    hub.install()
    hub.pass_time(60)
    hub.drain()
    assert len(hub.deals()) == 1
    assert status(hub).problem == ""


def test_a_server_that_is_away_costs_nothing(hub: AppHub) -> None:
    hub.install()
    hub.receive(ORDER)
    hub.portal_time = 3700
    hub.hurry()
    hub.emulator.faults.fail_next(503, times=10, method=TOKEN)
    assert "Портал недоступен" in hub.drain().problem
    assert hub.application.renewal_sent_at is None
    hub.emulator.faults.clear()
    hub.pass_time(60)
    assert hub.drain().problem == ""
    assert len(hub.deals()) == 1


# --- removal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ONAPPUNINSTALL", "ONAPPSUNINSTALL"])
def test_a_removed_application_is_told_of_and_can_come_back(web: Web, name: str) -> None:
    with open_app_hub(web, Options(uninstall_event_name=name)) as hub:
        hub.install()
        hub.receive(ORDER)
        hub.emulator.uninstall_application(hub.installed)
        hub.deliver()
        assert hub.drain().problem == GONE
        assert status(hub).problem == GONE
        assert hub.application.sealed_refresh_token == ""
        hub.install()
        hub.drain()
        assert len(hub.deals()) == 1


# --- events --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["application_token", "member_id"])
def test_a_strangers_event_is_refused(hub: AppHub, wrong: str) -> None:
    hub.install()
    row = hub.application
    form = {
        "event": "ONCRMDEALUPDATE", "data[FIELDS][ID]": "5", "auth[application_token]": row.application_token,
        "auth[member_id]": row.member_id,
    }  # fmt: skip
    assert hub.post("/portal/main/events", form | {f"auth[{wrong}]": "x"}) == 403
    assert not DealNotice.objects.exists()
    assert hub.post("/portal/main/events", form) == 200
    assert DealNotice.objects.get().deal_id == 5


@pytest.mark.parametrize("features", KINDS)
@pytest.mark.parametrize(
    "switches",
    [{}, {"offline_event_data": "false", "offline_ping_after_pause": True, "event_bind_twice": "accepted",
          "unchanged_update_fires_event": True}],
)  # fmt: skip
def test_a_managers_change_arrives_by_an_event_and_nothing_echoes(
    web: Web, features: dict[str, str], switches: dict[str, Any]
) -> None:
    with open_app_hub(web, Options(features=features, **switches)) as hub:
        hub.install()
        hub.receive(ORDER)
        hub.drain()
        hub.deliver()
        hub.drain()
        hub.emulator.forget_calls()
        hub.drain()
        assert hub.commands() == {}  # quiet: no look is due
        hub.emulator.manager_edit(hub.row().deal_id or 0, user_id=3, fields={"comments": "от менеджера"})
        hub.drain()
        assert hub.row().in_portal["comment"] == "Позвонить"  # time has not passed: nobody looks by himself
        assert hub.deliver() == 1
        hub.drain()
        assert hub.row().in_portal["comment"] == "от менеджера"
        hub.deliver()
        hub.drain()
        assert writes_of(hub) == {}


def test_our_own_writes_are_not_in_the_queue(offline_hub: AppHub) -> None:
    offline_hub.receive(ORDER)
    offline_hub.drain()
    assert offline_hub.deliver() == 0
    assert offline_hub.rest("event.offline.list", auth_connector="uzel")["result"] == []


def test_our_own_writes_that_the_queue_tells_of_are_known_by_what_they_say(web: Web) -> None:
    with open_app_hub(web, Options(features=OFFLINE, auth_connector_in_crm_item=False)) as hub:
        hub.install()
        hub.receive(ORDER)
        hub.drain()
        assert hub.deliver() > 0
        hub.emulator.forget_calls()
        hub.drain()
        assert hub.commands()["event.offline.clear"] == 1
        assert writes_of(hub) == {}


def until_quiet(hub: AppHub) -> None:
    """Events travel and are followed, time standing still; one's own work that made the next event would never end."""
    for _ in range(5):
        hub.drain()
        if not hub.deliver():
            return
    raise AssertionError("events go on and on")


def promo_codes() -> set[str]:
    return set(PromoCodeRow.objects.filter(deleted=False).values_list("content__code", flat=True))


@pytest.mark.parametrize("features", KINDS)
@pytest.mark.parametrize(
    "switches",
    [{}, {"offline_event_data": "false", "auth_connector_in_crm_item": False, "unchanged_update_fires_event": True,
          "smart_process_events_by_type": False}],
)  # fmt: skip
def test_a_card_of_a_promo_code_is_read_at_once_and_our_own_word_in_it_is_not(
    web: Web, features: dict[str, str], switches: dict[str, Any]
) -> None:
    with open_app_hub(web, Options(features=features, **switches), lists_only=False) as hub:
        hub.install()
        until_quiet(hub)
        first, second = promo_cards.add(hub.emulator, "Весна10"), promo_cards.add(hub.emulator, "Лето")
        hub.drain()
        assert promo_codes() == set()  # time has not passed: nobody looks by himself
        until_quiet(hub)
        assert promo_codes() == {"Весна10", "Лето"}
        promo_cards.change(hub.emulator, first, UZEL_CODE="Осень")
        promo_cards.delete(hub.emulator, second)
        until_quiet(hub)
        assert promo_codes() == {"Осень"}
        hub.receive(moved(ORDER, promo_code="осень"))
        hub.pass_time(301)  # «Применён раз» and the card of the node are news
        until_quiet(hub)
        assert int(promo_cards.cards(hub.emulator)[0][promo_cards.process().code("UZEL_USED")]) == 1
        hub.emulator.forget_calls()
        hub.drain()
        assert (hub.commands(), hub.deliver()) == ({}, 0)


@pytest.mark.parametrize("method", ["event.offline.get", "event.offline.clear"])
def test_rows_of_a_process_that_was_cut_off_are_found(offline_hub: AppHub, method: str) -> None:
    hub = offline_hub
    hub.receive(ORDER)
    hub.drain()
    hub.emulator.manager_edit(hub.row().deal_id or 0, user_id=3, fields={"comments": "от менеджера"})
    hub.deliver()
    hub.hurry()
    if method.endswith("get"):
        hub.emulator.faults.lose_answer(method)
    else:
        hub.emulator.faults.fail_next(500, times=9, method=method)
    assert "Портал недоступен" in hub.drain().problem
    hub.emulator.faults.clear()
    assert len(hub.rest("event.offline.list", auth_connector="uzel")["result"]) == 1
    hub.pass_time(60)
    assert hub.drain().problem == ""
    assert hub.row().in_portal["comment"] == "от менеджера"
    assert hub.rest("event.offline.list", auth_connector="uzel")["result"] == []


def test_a_queue_longer_than_a_page_is_fetched_to_its_end(offline_hub: AppHub) -> None:
    hub = offline_hub
    for number in range(60):
        hub.emulator.manager_create(3, {"title": f"Сделка {number}"}, [])
    hub.deliver()
    hub.drain()
    assert hub.commands()["event.offline.get"] == 2
    assert DealNotice.objects.count() == 60
    assert hub.rest("event.offline.list", auth_connector="uzel")["result"] == []


def test_handlers_that_the_portal_lost_are_bound_again(hub: AppHub) -> None:
    hub.install()
    before = hub.rest("event.get")["result"]
    for one in before:
        hub.rest("event.unbind", event=one["event"], handler=one["handler"])
    hub.pass_time(300)
    hub.drain()
    assert hub.rest("event.get")["result"] == []
    hub.pass_time(301)
    hub.drain()
    assert sorted(one["event"] for one in hub.rest("event.get")["result"]) == sorted(one["event"] for one in before)


def test_a_plan_that_lost_its_queue_is_heard_online(offline_hub: AppHub) -> None:
    hub = offline_hub
    hub.emulator.options.features.clear()  # type: ignore[attr-defined]
    hub.pass_time(60)
    assert hub.drain().problem == ""
    hub.pass_time(60)
    assert hub.drain().problem == ""
    assert hub.application.events == "online"
    assert {one["offline"] for one in hub.rest("event.get")["result"]} == {0}


def test_one_who_is_no_administrator_is_heard_online(web: Web) -> None:
    with open_app_hub(web, Options(features=OFFLINE)) as hub:
        hub.installed = hub.emulator.install_application(install_path(hub.ask()), user_id=3)
        hub.deliver()
        hub.drain()
        assert hub.application.events == "online"
        hub.portal.refresh_from_db()
        (check,) = [one for one in set_up(hub.portal) if one.what == "Сотрудник обмена"]
        assert check.advice.startswith("Подключите приложение заново")
        assert "вебхук" not in check.advice


def test_a_renamed_portal_is_called_at_its_new_address(hub: AppHub) -> None:
    hub.install()
    new = hub.emulator.url.replace("127.0.0.1", "localhost")
    hub.pass_time(700)  # whatever is bound is looked at first
    hub.emulator.faults.redirect(f"{new}/rest/event.get")
    assert hub.drain().problem == ""
    assert hub.application.address == new


def test_who_comes_second_takes_what_the_first_has_renewed(hub: AppHub) -> None:
    hub.install()
    row = hub.application
    with open_http() as http:
        assert renew_token(row.pk, http, "the token before").access == row.access_token
    assert TOKEN not in hub.commands()


def test_two_processes_that_renew_at_one_moment_renew_once_and_both_go_on(hub: AppHub) -> None:
    """Each with a connection of its own to the database, as two workers have."""
    hub.install()
    row, meet = hub.application, threading.Barrier(2, timeout=30)

    def renew(_: int) -> str:
        try:
            with open_http() as http:
                meet.wait()
                return renew_token(row.pk, http, row.access_token).access
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(renew, range(2))
    assert first == second == hub.application.access_token != row.access_token
    assert hub.commands()[TOKEN] == 1
    assert hub.rest("user.current")["result"]["ID"] == "1"
