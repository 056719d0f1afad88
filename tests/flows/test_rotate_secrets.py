"""New keys for what is sealed, while others read it: nobody is ever left without the key he needs."""

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection, transaction

from uzel.flows import rotate_secrets as rotation
from uzel.flows.rotate_secrets import Rotation, RotationError, rotate_secrets
from uzel.hub.models import Portal
from uzel.hub.secrets import KeyFile, seal, unseal

pytestmark = pytest.mark.django_db
URL = "https://портал.bitrix24.ru/rest/1/секрет/"


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    """The key file of this test; the process has loaded it."""
    path = tmp_path / "uzel_secret_box_keys"
    path.touch(mode=0o600)
    path.write_text(Fernet.generate_key().decode())
    settings.UZEL_SECRET_BOX_KEYS = KeyFile(path)
    return path


@pytest.fixture
def portal(file: Path) -> Portal:
    portal = Portal(code="main")
    portal.webhook = URL
    portal.save()
    return portal


def keys_in(file: Path) -> list[str]:
    return file.read_text().split()


def opens(sealed: str, key: str) -> bool:
    try:
        return Fernet(key).decrypt(sealed).decode() == URL
    except InvalidToken:
        return False


def test_a_new_first_key_seals_and_the_old_one_is_kept(portal: Portal, file: Path) -> None:
    before, (old,) = portal.sealed_webhook, keys_in(file)
    assert rotate_secrets() == Rotation(secrets=1, old_keys=1)
    new, kept = keys_in(file)
    portal.refresh_from_db()
    assert kept == old != new
    assert (opens(portal.sealed_webhook, new), opens(portal.sealed_webhook, old)) == (True, False)
    assert unseal(before) == portal.webhook == URL  # a dump from before, too
    assert opens(seal(URL), new)


def test_the_file_stays_its_owners_alone_and_nothing_is_left_beside_it(portal: Portal, file: Path) -> None:
    file.chmod(0o640)
    os.chown(file, os.getuid(), os.getgid())
    rotate_secrets()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.glob("*uzel_secret*")] == [file.name]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root rotates for another user")
def test_root_leaves_the_file_to_its_owner(portal: Portal, file: Path) -> None:
    os.chown(file, 65534, 65534)
    rotate_secrets()
    assert (file.stat().st_uid, file.stat().st_gid, stat.S_IMODE(file.stat().st_mode)) == (65534, 65534, 0o600)


def test_a_link_to_the_file_stays_a_link(portal: Portal, file: Path, tmp_path: Path, settings: Any) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    settings.UZEL_SECRET_BOX_KEYS = KeyFile(link)
    rotate_secrets()
    assert link.is_symlink()
    assert len(keys_in(file)) == 2


def test_old_keys_are_forgotten_when_asked(portal: Portal, file: Path) -> None:
    rotate_secrets()
    assert rotate_secrets(forget_old=True) == Rotation(secrets=1, old_keys=0)
    (key,) = keys_in(file)
    portal.refresh_from_db()
    assert opens(portal.sealed_webhook, key)


def test_without_a_portal_there_is_only_a_new_key(file: Path) -> None:
    assert rotate_secrets() == Rotation(secrets=0, old_keys=1)


def test_keys_of_the_environment_are_not_ours_to_change(settings: Any) -> None:
    settings.UZEL_SECRET_BOX_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(RotationError, match="UZEL_SECRET_BOX_KEYS"):
        rotate_secrets()


def test_what_no_key_opens_stops_it_before_anything_is_touched(portal: Portal, file: Path) -> None:
    foreign = Fernet(Fernet.generate_key()).encrypt(URL.encode()).decode()
    Portal.objects.filter(pk=portal.pk).update(sealed_webhook=foreign)
    before = keys_in(file)
    with pytest.raises(RotationError, match=r"sealed_webhook.*ни одним"):
        rotate_secrets(forget_old=True)
    assert keys_in(file) == before


def test_a_file_that_cannot_be_written_changes_nothing(portal: Portal, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    before = keys_in(file)
    monkeypatch.setattr("uzel.hub.secrets.os.replace", refuse)
    with pytest.raises(RotationError, match="файл ключей"):
        rotate_secrets()
    monkeypatch.undo()
    portal.refresh_from_db()
    assert keys_in(file) == before
    assert opens(portal.sealed_webhook, before[0])
    assert [path.name for path in file.parent.glob("*uzel_secret*")] == [file.name]


@pytest.mark.parametrize("killed_at", ["_seal_anew", "write of the short file"])
def test_killed_half_way_everything_opens_and_it_may_be_repeated(
    portal: Portal, file: Path, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    class Killed(BaseException): ...

    write, seal_anew = KeyFile.write, rotation._seal_anew

    def die_instead(*_: Any) -> int:
        raise Killed

    def die_before_the_second(keys: KeyFile, values: list[str]) -> None:
        if len(values) == 1:
            raise Killed
        write(keys, values)

    if killed_at == "_seal_anew":
        monkeypatch.setattr(rotation, "_seal_anew", die_instead)
    else:
        monkeypatch.setattr(KeyFile, "write", die_before_the_second)
    with pytest.raises(Killed):
        rotate_secrets(forget_old=True)
    monkeypatch.setattr(rotation, "_seal_anew", seal_anew)
    monkeypatch.setattr(KeyFile, "write", write)
    portal.refresh_from_db()
    fresh = KeyFile(file)  # a process started now
    assert len(list(fresh)) == 2
    assert any(opens(portal.sealed_webhook, key) for key in fresh)
    assert rotate_secrets(forget_old=True) == Rotation(secrets=1, old_keys=0)
    assert len(keys_in(file)) == 1


def test_what_is_sealed_is_found_by_the_name_of_its_column() -> None:
    of_application = ("client_secret", "install_secret", "application_token", "access_token", "refresh_token")
    assert [(model.__name__, column) for model, column in rotation._columns()] == [
        ("Portal", "sealed_webhook"),
        ("Portal", "sealed_event_token"),
        *(("PortalApplication", f"sealed_{name}") for name in of_application),
    ]


WORKER = """
import django, sys
django.setup()
from uzel.hub.secrets import unseal
held = sys.stdin.readline().strip()
print("ready", flush=True)
for line in sys.stdin:
    print(unseal(line.strip()) if line.strip() else unseal(held), flush=True)
"""


@pytest.fixture
def workers(tmp_path: Path, settings: Any) -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Start real processes that load the key file of this test."""
    (tmp_path / "secrets").mkdir()
    path = tmp_path / "secrets" / "uzel_secret_box_keys"
    path.write_text(Fernet.generate_key().decode())
    settings.UZEL_SECRET_BOX_KEYS = KeyFile(path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UZEL_")}
    environment |= {
        "UZEL_HOME": str(tmp_path), "DATABASE_URL": "postgresql:///none", "DJANGO_SETTINGS_MODULE": "uzel.settings",
        "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    running: list[subprocess.Popen[str]] = []

    def start(held: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        running.append(process)
        assert ask(process, held) == "ready"
        return process

    yield start
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


def ask(process: "subprocess.Popen[str]", line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_processes_that_loaded_the_old_keys_go_on(workers: Any) -> None:
    """Several workers, each holding a secret that it fetched before its key was forgotten."""
    portal = Portal(code="main")
    portal.webhook = URL
    portal.save()
    running = [workers(portal.sealed_webhook) for _ in range(2)]
    for forget_old in (False, True, True):
        rotate_secrets(forget_old=forget_old)
        portal.refresh_from_db()
        assert [ask(worker, portal.sealed_webhook) for worker in running] == [URL, URL]
        assert [ask(worker, "") for worker in running] == [URL, URL]


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Run each in a thread with a database session of its own; what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # told by the test
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.mark.django_db(transaction=True)
def test_workers_and_connects_at_full_speed_never_meet_a_closed_secret(portal: Portal, file: Path) -> None:
    over = threading.Event()

    def rotate() -> None:
        try:
            for n in range(10):
                rotate_secrets(forget_old=n % 2 == 1)
        finally:
            over.set()

    def read() -> None:
        while not over.is_set():
            assert Portal.objects.get().webhook == URL

    def connect() -> None:  # as flows.connect_portal remembers an address
        while not over.is_set():
            with transaction.atomic():
                found = Portal.objects.select_for_update().get()
                found.webhook = URL
                found.save()

    assert at_once(rotate, read, read, connect) == []
    (key,) = keys_in(file)
    assert opens(Portal.objects.get().sealed_webhook, key)


@pytest.mark.django_db(transaction=True)
def test_two_rotations_at_once_lose_no_key(portal: Portal, file: Path) -> None:
    def rotate() -> None:
        for _ in range(5):
            rotate_secrets()

    assert at_once(rotate, rotate) == []
    assert len(keys_in(file)) == 11
    assert opens(Portal.objects.get().sealed_webhook, keys_in(file)[0])


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_just_being_changed_is_not_set_back(portal: Portal, file: Path) -> None:
    other = URL.replace("/1/", "/2/")
    locked = threading.Event()

    def connect() -> None:
        with transaction.atomic():
            found = Portal.objects.select_for_update().get()
            found.webhook = other
            found.save()
            locked.set()
            time.sleep(0.3)  # the rotation waits for the row meanwhile

    def rotate() -> None:
        locked.wait(20)
        rotate_secrets(forget_old=True)

    assert at_once(connect, rotate) == []
    assert Portal.objects.get().webhook == other
    assert Fernet(keys_in(file)[0]).decrypt(Portal.objects.get().sealed_webhook).decode() == other
