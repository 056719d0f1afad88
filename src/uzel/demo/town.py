"""Everything that the demo runs: the portal and the bases in this process, the hub in processes of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from uzel.demo.people import PEOPLE
from uzel.demo.promo import CARDS
from uzel.demo.shops import SHOPS, STAGES, Shop
from uzel.emulators.bitrix24_portal import RunningPortal, start_portal
from uzel.emulators.onec_base import Base

EVENT_TOKEN = "demo-event-token"  # noqa: S105 - of the demo alone
START_S = 60  # seconds for the web server to answer
STOP_S = 10  # seconds for a process to end by itself


@dataclass(slots=True)
class Town:
    """The running demo."""

    portal: RunningPortal
    hub_url: str
    bases: dict[str, Base]
    shops: dict[str, Shop]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def exchange_url(self, shop: Shop) -> str:
        """Address of a base's exchange page."""
        return f"{self.hub_url}/1c/{shop.code}/"


@contextmanager
def open_town(
    home: Path, *, portal_port: int = 0, hub_port: int = 0, speed: float, seed: int, say: Callable[[str], None]
) -> Iterator[Town]:
    """Start all of it in ``home`` on free ports (or the given ones) and stop all of it in the end."""
    os.environ["UZEL_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "uzel.settings"
    os.environ.pop("DATABASE_URL", None)
    portal = start_portal(port=portal_port, speed=speed)
    town = Town(portal, f"http://127.0.0.1:{hub_port or free_port()}", {}, {shop.code: shop for shop in SHOPS})
    try:
        _set_up(town, speed, say)
        _start_hub(town, home, say)
        for shop in SHOPS:
            town.bases[shop.code] = Base(
                shop.profile, town.exchange_url(shop), shop.login, shop.password,
                title=shop.title, seed=seed, sleep=lambda seconds: time.sleep(min(seconds, 0.05)), **shop.options,
            )  # fmt: skip
        yield town
    finally:
        _stop(town, home)


def _set_up(town: Town, speed: float, say: Callable[[str], None]) -> None:
    """What an administrator does by commands: migrate, portal connect, node add, portal setup, employee add."""
    import django

    django.setup()
    from django.core.management import call_command

    from uzel.flows.portal.connect_portal import connect
    from uzel.flows.setup.set_up_portal import set_up
    from uzel.flows.staff.map_employee import map_employee

    say("База данных и таблицы")
    call_command("migrate", interactive=False, verbosity=0)
    say("Портал: подключение, поля сделок, смарт-процессы, узлы обмена, сотрудники")
    portal, _ = connect(town.portal.webhook, speed=speed, event_token=EVENT_TOKEN)
    for shop in SHOPS:
        _add_node(shop)
    failed = [check.what for check in set_up(portal) if not check.passed]
    if failed:
        raise RuntimeError(f"настройка портала не закончена: {', '.join(failed)}")
    for number, user_id in list(PEOPLE.items())[:-1]:  # the last one is found by his full name
        map_employee(portal, number, user_id)
    _add_promo_codes(portal)
    town.portal.set_event_handler(f"{town.hub_url}/portal/{portal.code}/events", EVENT_TOKEN)


def _add_promo_codes(portal: Any) -> None:
    """Cards that people make in the portal; the hub reads them at once, as it does when one changes."""
    from django.utils import timezone

    from uzel.bitrix24.entities.smart_process import PROMO_CODES, add_item
    from uzel.flows.portal.portal_line import open_line
    from uzel.flows.promo.read_promo_codes import read_promo
    from uzel.hub.queries import known_process

    process = known_process(portal, PROMO_CODES)
    if process is None:
        raise RuntimeError("в портале нет смарт-процесса промокодов")
    with open_line(portal) as client:
        for code, values in CARDS.items():
            command = add_item("card", process, "", code, {"UZEL_CODE": code, **values})
            client.call(command.method, command.params)
        read_promo(portal, client, timezone.now())


def _add_node(shop: Shop) -> None:
    from uzel.hub.models import Node, Portal
    from uzel.hub.passwords import hash_password

    Node.objects.create(
        code=shop.code, title=shop.title, login=shop.login, password_hash=hash_password(shop.password), profile=shop.profile,
        encoding=shop.encoding, receives_changes=shop.receives_changes, catalog_source=shop.catalog_source,
        stages=[] if shop.profile == "ut" else [list(row) for row in STAGES], portal=Portal.objects.get(),
    )  # fmt: skip


def _start_hub(town: Town, home: Path, say: Callable[[str], None]) -> None:
    host, port = town.hub_url.removeprefix("http://").split(":")
    say(f"Страница обмена {town.hub_url}/1c/… и фоновый обработчик")
    for name, arguments in (("serve", ["serve", "--host", host, "--port", port]), ("worker", ["worker"])):
        with (home / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "uzel.cli", *arguments]
            town.processes.append(subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True))  # noqa: S603
    _wait_for(lambda: _answers(town.hub_url), START_S, "страница обмена не отвечает")


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/bitrix/admin/1c_exchange.php", trust_env=False).status_code < 500
    except httpx2.HTTPError:
        return False


def _wait_for(ready: Callable[[], Any], seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.1)


def _stop(town: Town, home: Path) -> None:
    from uzel import embedded_postgres

    for base in town.bases.values():
        base.close()
    for process in town.processes:
        _end(process)
    town.portal.stop()
    from django.db import connections

    connections.close_all()
    embedded_postgres.stop(home)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Our own child with its own children: asked first, then ended."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, sign)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            continue


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
