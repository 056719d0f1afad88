"""``uzel demo``: five shops and a portal on this machine, to look at or to check."""

import argparse
import shutil
import tempfile
from pathlib import Path

from uzel.commands.output import CommandError


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    demo = groups.add_parser("demo", help="пять магазинов обмениваются заказами с порталом, всё на этой машине")
    demo.add_argument("--check", action="store_true", help="проиграть всю историю без человека; код 0, только если всё сошлось")
    demo.add_argument("--orders", type=int, default=None, help="заказов в истории (200) или в магазинах при начале показа (25)")
    demo.add_argument("--port", type=int, default=8024, help="порт страницы портала; страница обмена на следующем порту")
    demo.add_argument("--speed", type=float, default=20.0, help="во столько раз быстрее идёт время эмулированного портала")
    demo.add_argument("--seed", type=int, default=1, help="одно и то же число даёт одни и те же заказы")
    demo.add_argument("--duration", type=float, default=None, help="сколько секунд работать; без него до Ctrl+C")
    demo.add_argument(
        "--keep", type=Path, default=None, metavar="FOLDER", help="работать в этой папке и оставить её (обычно новая)"
    )
    demo.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    home = options.keep or Path(tempfile.mkdtemp(prefix="uzel-demo-"))
    home.mkdir(parents=True, exist_ok=True)
    if (home / "postgres").exists():
        raise CommandError(f"в папке {home} уже есть база данных: для демонстрации нужна пустая")
    try:
        return _check(home, options) if options.check else _live(home, options)
    finally:
        if options.keep is None:
            shutil.rmtree(home, ignore_errors=True)


def _check(home: Path, options: argparse.Namespace) -> int:
    from uzel.demo.check import check

    return check(home, orders=options.orders or 200, speed=options.speed, seed=options.seed)


def _live(home: Path, options: argparse.Namespace) -> int:
    from uzel.demo.live import live

    live(
        home, orders=options.orders or 25, port=options.port, speed=options.speed, seed=options.seed, duration=options.duration
    )
    return 0
