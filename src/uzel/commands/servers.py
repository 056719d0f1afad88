"""``uzel serve|worker|migrate``: the processes of an installation."""

import argparse

from uzel.commands.output import setup


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the command line."""
    serve = groups.add_parser("serve", help="веб-сервер: страница обмена и события портала")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)
    worker = groups.add_parser("worker", help="фоновая работа: чтение файлов, запись в портал и опрос портала")
    worker.add_argument("--once", action="store_true", help="сделать, что пора, и закончить")
    worker.set_defaults(run=_worker)
    migrate = groups.add_parser("migrate", help="создать или обновить таблицы; можно повторять")
    migrate.add_argument("--quiet", action="store_true", help="ничего не писать")
    migrate.set_defaults(run=_migrate)


def _serve(options: argparse.Namespace) -> None:
    setup()
    from uzel.web.server import serve

    serve(options.host, options.port)


def _worker(options: argparse.Namespace) -> None:
    setup()
    from uzel import jobs

    if options.once:
        jobs.work_once()
    else:
        jobs.work_forever()


def _migrate(options: argparse.Namespace) -> None:
    setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0 if options.quiet else 1)
