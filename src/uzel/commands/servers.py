"""``uzel serve|worker|migrate``: the processes of an installation."""

import argparse

from uzel.commands.output import setup


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the command line."""
    serve = groups.add_parser("serve", help="web server: the exchange page and the portal's events")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)
    worker = groups.add_parser("worker", help="background work: reading packages, draining and sweeping the portal")
    worker.add_argument("--once", action="store_true", help="do what is due and end")
    worker.set_defaults(run=_worker)
    migrate = groups.add_parser("migrate", help="create or upgrade the tables; safe to repeat")
    migrate.add_argument("--quiet", action="store_true", help="say nothing")
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
