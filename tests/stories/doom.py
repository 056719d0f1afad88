"""A process that dies in the middle of its work, as ``kill -9`` would have it: nothing after that point runs.

The work is done in a child of the test, which ends itself at a given step of what is seen from outside: a statement of
the database, or a request to the portal before it is sent or after it was answered.
"""

import itertools
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from uzel.bitrix24 import wire

DEAD, BROKEN = 9, 3  # exit codes of the child: it died where it should, it failed by itself
NAME = "doomed"  # by which the database knows the child
PATIENCE_S = 10.0


def die_in(work: Callable[[], object], at: int) -> bool:
    """Do ``work`` in a child that dies at its step ``at`` (from 1); False when it had ended before."""
    pid = os.fork()
    if not pid:
        _live(work, at)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code not in (0, DEAD):
        raise AssertionError(f"the work of the child failed by itself, exit code {code}: see its traceback in stderr")
    _wait_for_the_database()
    return code == DEAD


def _live(work: Callable[[], object], at: int) -> None:
    """The whole life of the child; it never returns."""
    try:
        kept = connection.connection  # the parent's: neither used nor closed here
        connection.connection = None
        connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "application_name": NAME}
        step = _counter(at)
        _watch_the_portal(step)
        with connection.execute_wrapper(_watching(step)):
            work()
        os._exit(0 if kept is not connection else BROKEN)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(BROKEN)


def _counter(at: int) -> Callable[[], None]:
    numbers = itertools.count(1)

    def step() -> None:
        if next(numbers) == at:
            os._exit(DEAD)

    return step


def _watching(step: Callable[[], None]) -> Callable[..., Any]:
    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, CursorWrapper]) -> Any:
        step()
        return run(sql, params, many, context)

    return execute


def _watch_the_portal(step: Callable[[], None]) -> None:
    send = wire._exchange

    def exchange(*arguments: Any) -> Any:
        step()
        answer = send(*arguments)
        step()
        return answer

    wire._exchange = exchange


def _wait_for_the_database() -> None:
    """The server notices the death a moment later: then transactions are rolled back and locks are free."""
    end = time.monotonic() + PATIENCE_S
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [NAME])
            if not cursor.fetchone()[0]:
                return
        assert time.monotonic() < end, "the database still serves a dead process"
        time.sleep(0.002)
