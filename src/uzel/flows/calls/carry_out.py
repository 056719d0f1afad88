"""The commands of a base, one function each: what is done and what is answered. Calls are recorded by ``take_call``."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from uzel.exchange import commands, replies
from uzel.exchange.commands import Command
from uzel.exchange.replies import Answer
from uzel.exchange.session import CATALOG, GET_CATALOG
from uzel.flows.calls import answer_probe, confirm_from_node, offer_to_node
from uzel.flows.calls.give_info import info
from uzel.flows.calls.node_news import news_of
from uzel.flows.calls.open_session import init_giving, init_session, open_session
from uzel.flows.calls.receive_upload import (
    EMPTY,
    Piece,
    ask_import,
    import_answer,
    piece_refusal,
    read_answer,
    receive_piece,
)
from uzel.flows.catalog.deactivate_unnamed import deactivate_unnamed
from uzel.flows.catalog.give_catalog import give_piece
from uzel.flows.catalog.receive_pictures import receive_picture
from uzel.flows.files.read_in_turn import Stopped, read_in_turn
from uzel.flows.promo import promo_delta, promo_directory
from uzel.hub.models import ExchangeSession, Node, Package

INLINE_SECONDS = 30.0  # of reading inside ``file``; UT hangs up after 180, proxies often after 60 (onec-exchange 1.1)
READ_LATER = "Файл принят и сохранён, читается дальше в фоне."


@dataclass(frozen=True, slots=True)
class Errand:
    """A command with all that it may touch. The callables trigger work: reading of a package, a drain of a portal."""

    node: Node
    session: ExchangeSession | None
    piece: Piece | None
    now: dt.datetime
    start_reading: Callable[[int], None]
    drain_soon: Callable[[int], None]
    clock: Callable[[], float]

    @property
    def in_session(self) -> ExchangeSession:
        """The session that the table of steps has made sure of."""
        assert self.session is not None, "a step that needs a session has one"
        return self.session

    def tell_portal(self) -> None:
        """Something may have become due for the portal."""
        if self.node.portal_id:
            self.drain_soon(self.node.portal_id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is answered, and what the call's record should point to. ``code`` says why it was not carried out."""

    answer: Answer
    session: ExchangeSession | None = None
    package: Package | None = None
    code: str = ""


def carry_out(command: Command, errand: Errand) -> Outcome:
    """Do what the base asks for."""
    return _DOERS[type(command)](command, errand)


def _check_auth(command: commands.CheckAuth, errand: Errand) -> Outcome:
    session, to_read = open_session(errand.node, command, errand.now)
    _read_later(to_read, errand)
    if session.kind in GET_CATALOG:
        return Outcome(replies.check_auth_short(session.cookie), session)
    timestamp = int(session.started_at.timestamp()) if session.kind in CATALOG else None
    return Outcome(replies.check_auth(session.cookie, session.token, timestamp), session)


def _init(command: commands.Init, errand: Errand) -> Outcome:
    session = errand.in_session
    _read_later(init_session(session, command, errand.now), errand)
    if session.kind in CATALOG:
        return Outcome(replies.init_catalog(settings.UZEL_PART_LIMIT_BYTES))
    if command.version:
        return Outcome(replies.init_new(settings.UZEL_PART_LIMIT_BYTES, session.token))
    return Outcome(replies.init_old(settings.UZEL_FILE_LIMIT_BYTES))


def _store_file(command: commands.StoreFile, errand: Errand) -> Outcome:
    if errand.piece is None or not errand.piece.feed.size:
        return Outcome(replies.failure(EMPTY.text), code=EMPTY.code)
    taken = receive_piece(errand.in_session, command, errand.piece, errand.now)
    if taken.refusal:
        return Outcome(replies.failure(taken.refusal.text), package=taken.package, code=taken.refusal.code)
    return Outcome(_read_now(taken.package, errand) if taken.ready else replies.success(), package=taken.package)


def _store_picture(command: commands.StorePicture, errand: Errand) -> Outcome:
    if errand.piece is None or not errand.piece.feed.size:
        return Outcome(replies.failure(EMPTY.text), code=EMPTY.code)
    refusal = piece_refusal(errand.piece)
    if refusal:
        return Outcome(replies.failure(refusal.text), code=refusal.code)
    note = receive_picture(errand.node, command.file_name, errand.piece.feed, errand.piece.head)
    return Outcome(replies.success([note] if note else []))


def _read_now(package: Package, errand: Errand) -> Answer:
    """Old protocol: nobody will ask again, so the file is read here; what does not fit into the time is read later."""
    deadline = errand.clock() + INLINE_SECONDS

    def stop_in_time(_: int) -> None:
        if errand.clock() > deadline:
            raise Stopped

    try:
        read_in_turn(package.pk, errand.now, advance=stop_in_time)
    except Stopped:
        errand.start_reading(package.pk)
        return replies.success([READ_LATER])
    errand.tell_portal()
    return read_answer(Package.objects.filter(Q(pk=package.pk) | Q(archive=package.pk)).order_by("pk"))


def _read_later(package_ids: list[int], errand: Errand) -> None:
    for package_id in package_ids:
        errand.start_reading(package_id)


def _import(command: commands.Import, errand: Errand) -> Outcome:
    package = ask_import(errand.in_session, command.file_name)
    if package is None:
        reason = f"Файл {command.file_name} в этом сеансе не передавался, читать нечего."
        return Outcome(replies.failure(reason), code="file_unknown")
    if package.state == Package.State.WAITING:
        errand.start_reading(package.pk)
    return Outcome(import_answer(package, errand.now), package=package)


def _deactivate(command: commands.Deactivate, errand: Errand) -> Outcome:
    taken_down = deactivate_unnamed(errand.node, command.since, errand.clock)
    if taken_down.count:
        errand.tell_portal()
    return Outcome(replies.success([taken_down.text]) if taken_down.done else replies.progress(taken_down.text))


def _init_catalog(command: commands.InitCatalog, errand: Errand) -> Outcome:
    init_giving(errand.in_session, command)
    return Outcome(replies.init_give())


def _give_catalog(command: commands.GiveCatalog, errand: Errand) -> Outcome:
    piece = give_piece(errand.node, errand.in_session, command.after, errand.now)
    return Outcome(replies.piece(piece.text, piece.body) if piece else replies.finished())


def _query(_: commands.Query, errand: Errand) -> Outcome:
    return Outcome(replies.xml(offer_to_node.offer(errand.node, errand.in_session, errand.now)))


def _success(_: commands.Success, errand: Errand) -> Outcome:
    if confirm_from_node.confirm(errand.in_session):
        errand.tell_portal()
    return Outcome(replies.success())


def _info(_: commands.Info, errand: Errand) -> Outcome:
    return Outcome(replies.xml(info(errand.node)))


def _promo_query(command: commands.PromoQuery, errand: Errand) -> Outcome:
    return Outcome(replies.json(promo_delta.answer(errand.node, command.since), command.etags))


def _promo_success(command: commands.PromoSuccess, errand: Errand) -> Outcome:
    if not promo_delta.confirm(errand.node, command.version):
        return Outcome(replies.failure(promo_delta.NO_SUCH_VERSION), code="bad_version")
    return Outcome(replies.success())


def _directory_query(command: commands.DirectoryQuery, errand: Errand) -> Outcome:
    return Outcome(replies.xml(promo_directory.offer(errand.node, errand.in_session, command.since, errand.now)))


def _directory_success(_: commands.DirectorySuccess, errand: Errand) -> Outcome:
    if not promo_directory.confirm(errand.node, errand.in_session):
        return Outcome(replies.failure(promo_delta.NO_SUCH_VERSION), code="bad_version")
    return Outcome(replies.success())


def _listen(_: commands.Listen, errand: Errand) -> Outcome:
    has_news = bool(news_of([errand.node.pk]))
    return Outcome(replies.success() if has_news else replies.nothing_yet(errand.node.pk))


def _probe_file(_: commands.ProbeFile, errand: Errand) -> Outcome:
    answer, code = answer_probe.file_answer(errand.piece)
    return Outcome(answer, code=code)


def _probe_query(_: commands.ProbeQuery, errand: Errand) -> Outcome:
    return Outcome(answer_probe.empty_package(errand.in_session, errand.now))


def _probe_success(_: commands.ProbeSuccess, errand: Errand) -> Outcome:
    return Outcome(replies.success())


_DOERS: dict[type, Callable[..., Outcome]] = {
    commands.CheckAuth: _check_auth,
    commands.Init: _init,
    commands.StoreFile: _store_file,
    commands.StorePicture: _store_picture,
    commands.Import: _import,
    commands.Deactivate: _deactivate,
    commands.InitCatalog: _init_catalog,
    commands.GiveCatalog: _give_catalog,
    commands.Query: _query,
    commands.Success: _success,
    commands.Info: _info,
    commands.Listen: _listen,
    commands.ProbeFile: _probe_file,
    commands.ProbeQuery: _probe_query,
    commands.ProbeSuccess: _probe_success,
    commands.PromoQuery: _promo_query,
    commands.PromoSuccess: _promo_success,
    commands.DirectoryQuery: _directory_query,
    commands.DirectorySuccess: _directory_success,
}
