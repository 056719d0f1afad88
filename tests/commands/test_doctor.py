"""``uzel doctor``: what a person reads, what a script reads, and the exit code."""

import io
import json

import pytest
from django.utils import timezone

from tests.exchange.talk import Talk, make_node, order, package
from tests.flows.portal_town import in_a_hurry, open_hub
from uzel.cli import main
from uzel.flows.doctor.checks_of_portal import PORTAL_CHECKS
from uzel.flows.doctor.node_checks import NODE_CHECKS, WAY_CHECKS
from uzel.hub.models import Portal

pytestmark = pytest.mark.django_db


def test_a_base_that_never_called_is_wrong_and_told_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    make_node("shop")
    assert main(("doctor", "node", "shop")) == 2
    said = capsys.readouterr().out
    assert "база хоть раз обращалась" in said
    assert "Проверить соединение" in " ".join(said.split())
    assert "база включена" not in said
    assert f"Проверок: {len(NODE_CHECKS)}" in said


def test_a_base_that_exchanges_is_well_as_far_as_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    make_node("shop", profile="ut")
    base = Talk().open()
    assert base.send(package(order("a")).replace(b"2026-01-10T10:00:00", b"")) == "success"
    assert main(("doctor", "node", "shop", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    grades = {one["code"]: one["grade"] for one in told["findings"]}
    assert list(grades) == [check.code for check in NODE_CHECKS]
    assert (grades["client_as_set"], grades["files_readable"], grades["base_clock"]) == ("ok", "ok", "unknown")
    assert told["summary"].startswith("Проверок")


def test_warnings_alone_are_exit_code_one_and_name_the_base(capsys: pytest.CaptureFixture[str]) -> None:
    make_node("shop", profile="ut")
    base = Talk().open()
    base.send(package(order("a")).replace(b"2026-01-10T10:00:00", b""))
    base.ask("rollback")
    base.kind = "catalog"
    base.ask("checkauth")
    assert main(("doctor", "node", "shop", "--all")) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "uzel node set shop --catalog-source" in said
    assert "база включена" in said


def test_with_an_address_the_page_is_called_and_the_password_is_read_from_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_node("shop")
    monkeypatch.setattr("sys.stdin", io.StringIO("тайна\n"))
    assert main(("doctor", "node", "shop", "--url", "http://127.0.0.1:1/", "--password", "-", "--json")) == 2
    told = capsys.readouterr().out
    codes = [one["code"] for one in json.loads(told)["findings"]]
    assert codes == [check.code for check in (*WAY_CHECKS, *NODE_CHECKS)]
    assert "тайна" not in told


def test_a_password_on_the_command_line_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(("doctor", "node", "shop", "--password", "тайна"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("nobody",), "nobody"), (("shop", "--days", "0"), "--days"), (("shop", "--url", "ftp://h"), "--url"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_at_is_said(words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    make_node("shop")
    assert main(("doctor", "node", *words)) == 2
    assert reason in capsys.readouterr().err


def test_without_a_portal_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("doctor", "portal")) == 2
    assert "uzel portal connect" in capsys.readouterr().err


def test_a_portal_that_is_set_up_is_told_of_with_its_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    with open_hub(default_responsible_id=2, stages=[["N", "Принят", "NEW"]]) as hub, in_a_hurry(hub.portal):
        Portal.objects.update(swept_at=timezone.now())
        assert main(("doctor", "portal", "--json")) == 1
        told = json.loads(capsys.readouterr().out)
        assert main(("doctor", "portal")) == 1
    assert [one["code"] for one in told["findings"]] == [check.code for check in PORTAL_CHECKS]
    said = capsys.readouterr().out
    assert "события приходят" in said or "портал сообщает об изменениях" in said
    assert "robots" not in said
