"""``uzel emulate base``: a shop that lives by a clock of the test."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.onec_base.answer_xml import answer, document
from tests.emulators.onec_base.conftest import NOW
from tests.emulators.onec_base.site import Site
from uzel.commands import emulate
from uzel.commands.output import CommandError
from uzel.emulators.onec_base import Conditions, run


class World:
    def __init__(self, interrupt_after: float = float("inf")) -> None:
        self.time = 100.0
        self.said: list[str] = []
        self.interrupt_after = interrupt_after

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        if self.time - 100 > self.interrupt_after:
            raise KeyboardInterrupt

    def conditions(self, **given: Any) -> Conditions:
        return Conditions(monotonic=lambda: self.time, sleep=self.sleep, say=self.said.append, **given)


@pytest.fixture
def live(site: Site) -> Callable[..., list[str]]:
    def run_it(world: World, *, conditions: dict[str, Any] | None = None, **options: Any) -> list[str]:
        run("unf", site.url, "shop", "пароль", conditions=world.conditions(**conditions or {}), clock=lambda: NOW, **options)
        return world.said

    return run_it


def test_two_minutes_of_a_shop(site: Site, live: Callable[..., list[str]]) -> None:
    said = live(World(), orders_per_minute=6, duration=120)
    assert said[0] == f"База «shop» (unf): заказов 0, обмен с {site.url}"
    new = [line for line in said if re.fullmatch(r"Заказ НФНФ-\d{6}: новый заказ, .+, [\d.]+ RUB", line)]
    exchanges = [line for line in said if line.startswith("Обмен закончен: загружено 0, пропущено 0, выгружено ")]
    assert 9 <= len(new) <= 16
    assert len(exchanges) == 8
    assert site.modes.count("query") == 8
    assert any(": изменён комментарий" in line or ": изменены строки" in line for line in said)


def test_same_seed_lives_the_same_life(live: Callable[..., list[str]]) -> None:
    assert live(World(), duration=60, seed=3) == live(World(), duration=60, seed=3)
    assert live(World(), duration=60, seed=3) != live(World(), duration=60, seed=4)


def test_ctrl_c_ends_it_and_the_state_goes_on(live: Callable[..., list[str]], tmp_path: Path) -> None:
    state = tmp_path / "shop.json"
    said = live(World(interrupt_after=20), state_file=state)
    assert said[-1] == "База остановлена"
    count = len(json.loads(state.read_text())["books"]["orders"])
    assert count > 0
    assert live(World(), state_file=state, duration=0)[0].startswith(f"База «shop» (unf): заказов {count},")


def test_errors_and_faults_are_told(site: Site, live: Callable[..., list[str]]) -> None:
    site.reply("query", answer(document("1")), "failure\nНет прав")
    said = live(World(), duration=20, orders_per_minute=0.001, conditions={"faults": (("vanish_before", "success"),)})
    assert "Обмен: Сбой по сценарию: база выключилась перед запросом (success)" in said
    assert "Обмен не удался: загружено 1, пропущено 0, выгружено 0. База выключилась перед запросом success" in said
    assert "Обмен: Сервер сообщил об ошибке: Нет прав" in said


def command(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    emulate.register(parser.add_subparsers())
    options = parser.parse_args(["emulate", "base", "--login", "shop", "--password", "p", "--duration", "0", *arguments])
    options.run(options)


def test_command_line(site: Site, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    state = tmp_path / "s.json"
    given = ["--profile", "ut", "--url", site.url, "--title", "Юг", "--seed", "5", "--set", "portion_size=3"]
    command(*given, "--fault", "lose_answer:query", "--state-file", str(state))
    assert capsys.readouterr().out.splitlines() == [
        f"База «Юг» (ut): заказов 0, обмен с {site.url}",
        "Обмен: Сбой по сценарию: запрос ушёл, ответ потерян (query)",
        "Обмен: query: соединение разорвано, ответ сервера не получен",
        "Обмен не удался: загружено 0, пропущено 0, выгружено 0. query: соединение разорвано, ответ сервера не получен",
    ]
    assert json.loads(state.read_text())["seed"] == 5


def test_the_catalogue_is_given_first_when_asked(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--url", site.url, "--set", "import_pause_seconds=0", "--catalogue"]
    command(*given)
    assert "Каталог выгружен" in capsys.readouterr().out.splitlines()
    assert site.modes[: site.modes.index("query")].count("import") == 2
    site.reply("file", "failure\nНе источник каталога")
    command(*given)
    assert any(line.startswith("Каталог не выгружен. ") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("wrong", ["--set=colour=red", "--fault=explode", "--set=subordinate_documents=yes"])
def test_command_line_refuses_what_it_does_not_know(site: Site, wrong: str) -> None:
    with pytest.raises(CommandError):
        command("--profile", "ut", "--url", site.url, wrong)
    assert site.asked == []
