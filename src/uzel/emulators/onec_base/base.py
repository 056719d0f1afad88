"""The emulated base: a shop, its exchange with a site, and its state in a file."""

import datetime as dt
import functools
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from uzel.emulators.onec_base import catalogue, conversation, directory, fetch
from uzel.emulators.onec_base.catalogue_files import Goods
from uzel.emulators.onec_base.codec import from_plain, to_plain
from uzel.emulators.onec_base.conversation import Conversation
from uzel.emulators.onec_base.errors import ExchangeError, VanishedError
from uzel.emulators.onec_base.faults import Faults
from uzel.emulators.onec_base.journal import Journal
from uzel.emulators.onec_base.lists import SiteLists
from uzel.emulators.onec_base.profiles import make_settings
from uzel.emulators.onec_base.records import Books, DirectoryElement, Order
from uzel.emulators.onec_base.shop import Shop
from uzel.emulators.onec_base.view import plain_order
from uzel.emulators.onec_base.wire import Wire

STATE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Report:
    """What one exchange did.

    ``loaded``, ``skipped`` and ``sent`` are document ids; ``skipped`` were closed to the site. ``error`` is the first
    error in Russian, empty when ``ok``. ``vanished_before`` names the step of a scripted disappearance.
    """

    ok: bool
    loaded: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    error: str = ""
    vanished_before: str = ""
    remarks: tuple[str, ...] = ()


def local_now() -> dt.datetime:
    """The base's local time: the protocol has no time zones."""
    return dt.datetime.now(dt.UTC).astimezone().replace(tzinfo=None, microsecond=0)


class Base:
    """One 1C base of a profile (``unf``, ``ut``, ``bitrix``) that exchanges orders with one address.

    ``options`` are the fields of :class:`profiles.Settings`. The same login, title and seed make the same orders.
    ``client`` is closed by its owner; a base without one makes its own and closes it in :meth:`close`.
    """

    def __init__(
        self,
        profile: str,
        url: str,
        login: str,
        password: str,
        *,
        title: str = "",
        seed: int = 0,
        clock: Callable[[], dt.datetime] = local_now,
        sleep: Callable[[float], None] = time.sleep,
        client: httpx2.Client | None = None,
        **options: Any,
    ) -> None:
        self.settings = make_settings(profile, options)
        self.url, self.login, self.title, self.seed = url, login, title, seed
        self.journal = Journal(clock)
        self.faults = Faults(self.journal.warning)
        self.shop = Shop(self.settings, login, title, seed, clock)
        self._password, self._sleep = password, sleep
        self._own_client = httpx2.Client(trust_env=False) if client is None else None
        self._client = client or self._own_client
        self._exchanges = 0

    # --- the exchange -------------------------------------------------------------------------------------------

    def exchange(self, *, everything: bool = False) -> Report:
        """One real session set: download, then upload; each fails on its own.

        ``everything`` uploads unchanged orders too («Выполнять полную выгрузку принудительно»).
        """
        talk = self._converse()
        errors, vanished = [], ""
        try:
            for way in (conversation.download, functools.partial(conversation.upload, everything=everything)):
                try:
                    way(talk)
                except ExchangeError as error:
                    errors.append(str(error))
                    self.journal.error(str(error))
        except VanishedError as gone:
            vanished = gone.step
            errors.append(f"База выключилась перед запросом {vanished}")
        return self._report(talk, errors, vanished)

    def give_catalogue(self, goods: Sequence[Goods] = catalogue.GOODS, *, only_changes: bool = False) -> Report:
        """The exchange of goods as this client does it; what was not given is its own business, but for a full load."""
        return self._one_way("catalog", functools.partial(catalogue.give, goods=goods, only_changes=only_changes))

    def take_promo_codes(self) -> Report:
        """Load the site's directory of promo codes; ``loaded`` are the ids of its elements."""
        return self._one_way("reference", directory.take)

    def give_promo_codes(self, elements: Sequence[DirectoryElement] | None = None, *, only_changes: bool = False) -> Report:
        """Send these elements of the directory of promo codes, all that the base has without any named."""
        own = tuple(self.shop.books.promo_codes.values()) if elements is None else elements
        return self._one_way("reference", functools.partial(directory.give, elements=own, only_changes=only_changes))

    def _one_way(self, kind: str, way: Callable[[Conversation], Sequence[str] | None]) -> Report:
        talk, loaded = self._converse(kind), tuple[str, ...]()
        errors, vanished = [], ""
        try:
            loaded = tuple(way(talk) or ())
        except ExchangeError as error:
            errors.append(str(error))
            self.journal.error(str(error))
        except VanishedError as gone:
            vanished = gone.step
            errors.append(f"База выключилась перед запросом {vanished}")
        return Report(ok=not errors, loaded=loaded, error=errors[0] if errors else "", vanished_before=vanished)

    def fetch_catalogue(self) -> tuple[Report, fetch.Fetched]:
        """Load the site's catalogue as Bitrix's module does it, and what has come of it until the end or an error."""
        talk, fetched = self._converse("get_catalog"), fetch.Fetched()
        try:
            fetch.fetch(talk, fetched)
        except ExchangeError as error:
            self.journal.error(str(error))
            return Report(ok=False, error=str(error)), fetched
        except VanishedError as gone:
            return Report(ok=False, error=f"База выключилась перед запросом {gone.step}", vanished_before=gone.step), fetched
        return Report(ok=True), fetched

    def info(self) -> SiteLists:
        """Statuses, payment systems and delivery services of the site; ExchangeError when they cannot be had."""
        return conversation.ask_lists(self._wire())

    def orders(self) -> list[dict[str, Any]]:
        """All orders in plain fields, in the order they were put in."""
        return [plain_order(order, self.shop.books) for order in self.shop.books.orders.values()]

    def due(self) -> list[Order]:
        """Orders that the next exchange would upload, if it loaded none of them."""
        return conversation.orders_due(self.shop.books, self.settings)

    def close(self) -> None:
        """Close the connections of a client of its own."""
        if self._own_client is not None:
            self._own_client.close()

    def _wire(self, kind: str = "sale") -> Wire:
        assert self._client is not None
        return Wire(self.url, self.login, self._password, self.settings, self._client, self.faults, self.journal, kind)

    def _converse(self, kind: str = "sale") -> Conversation:
        self._exchanges += 1
        rng = random.Random(f"{self.shop.seed_text}|exchange|{self._exchanges}")
        return Conversation(self.shop, self._wire(kind), self.faults, self.journal, self._sleep, rng)

    def _report(self, talk: Conversation, errors: list[str], vanished: str) -> Report:
        loaded = talk.loaded
        for remark in loaded.remarks:
            self.journal.warning(remark)
        created, updated, skipped = len(loaded.created), len(loaded.updated), len(loaded.skipped)
        self.journal.info(f"Загружено заказов: создано {created}, изменено {updated}, пропущено {skipped}")
        self.journal.info(f"Выгружено заказов: {len(talk.sent)}")
        return Report(
            ok=not errors,
            loaded=(*loaded.created, *loaded.updated),
            skipped=tuple(loaded.skipped),
            sent=tuple(talk.sent),
            error=errors[0] if errors else "",
            vanished_before=vanished,
            remarks=tuple(loaded.remarks),
        )

    # --- state --------------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the whole state as JSON; the file is replaced at once, never half written."""
        state = {"format": STATE_FORMAT, **self._identity(), "exchanges": self._exchanges, "books": to_plain(self.shop.books)}
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".new")
        draft.write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(draft, path)

    def load(self, path: Path) -> None:
        """Take the state of a file that the same base saved; a ValueError otherwise."""
        state = json.loads(path.read_text(encoding="utf-8"))
        wanted = {"format": STATE_FORMAT, **self._identity()}
        other = [name for name, value in wanted.items() if state.get(name) != value]
        if other:
            raise ValueError(f"{path}: состояние другой базы, не совпадает {', '.join(other)}")
        self._exchanges = state["exchanges"]
        self.shop.books = from_plain(Books, state["books"])

    def _identity(self) -> dict[str, Any]:
        return {"profile": self.settings.profile, "login": self.login, "title": self.title, "seed": self.seed}
