"""Waiting until nothing is under way: not in the bases, not in the hub, not in the portal."""

import time
from collections.abc import Callable

from uzel.demo.town import Town

QUIET_S = 300.0  # seconds until the demo gives up; an exchange of a healthy town takes a few
ROUNDS = 40  # of exchanges of all bases
PAUSE_S = 0.2


class NotQuietError(RuntimeError):
    """The town did not come to rest; the text says what was still under way."""


def settle(town: Town, say: Callable[[str], None]) -> int:
    """Let every base exchange until none has anything to give or to take; returns the number of rounds."""
    for done in range(1, ROUNDS + 1):
        for base in town.bases.values():
            base.exchange()
        wait_for_hub(town)
        if not any(base.due() for base in town.bases.values()) and not _owed_to_bases():
            return done
        say(f"круг обменов {done}")
    raise NotQuietError(f"базы не договорились с узлом за {ROUNDS} кругов обмена")


def wait_for_hub(town: Town) -> None:
    """Until packages are read, the portal has what it should, and its events are heard."""
    end = time.monotonic() + QUIET_S
    while left := _under_way(town):
        if time.monotonic() > end:
            raise NotQuietError("не дождались: " + ", ".join(f"{name} {count}" for name, count in left.items()))
        time.sleep(PAUSE_S)


def _under_way(town: Town) -> dict[str, int]:
    from django.db.models import F

    from uzel.hub.ledger import ledger
    from uzel.hub.models import DealNotice, NomenclatureRow, ProductPictures, PromoCheck, SectionRow

    rows = ledger()
    due = {"wanted__gt": F("confirmed"), "problem_code": "", "content__isnull": False}
    counts = {
        "событий портала": town.portal.events.waiting(),
        "сообщений о сделках": DealNotice.objects.filter(noticed__gt=F("handled")).count(),
        "промокодов к проверке": PromoCheck.objects.count(),
        "неразобранных файлов": sum(row.unfinished_packages for row in rows),
        "заказов к записи в портал": sum(row.to_portal for row in rows),
        "групп и товаров к записи в портал": sum(
            table._default_manager.filter(**due).count() for table in (SectionRow, NomenclatureRow)
        ),
        "товаров, чьих картинок нет в портале": ProductPictures.objects.exclude(due_since=None).filter(problem_code="").count(),
    }
    return {name: count for name, count in counts.items() if count}


def _owed_to_bases() -> bool:
    from uzel.hub.ledger import ledger

    return any(row.to_node for row in ledger())
