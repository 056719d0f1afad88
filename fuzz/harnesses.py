"""What is fuzzed, each with the files it begins with. A harness takes any bytes and may raise nothing but what it names.

A find is kept by atheris as ``crash-…``; it becomes a test beside the code, then the code is mended.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from uzel.commerceml.catalog.entry import Entry
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.counterparty_file import read_counterparty_file
from uzel.commerceml.document import Document
from uzel.commerceml.errors import PackageError
from uzel.commerceml.reader import read_documents
from uzel.commerceml.references import read_references
from uzel.commerceml.sniff import contents_of
from uzel.exchange.file_names import catalog_name_problem, name_problem
from uzel.exchange.request import CallRequest, parse_basic, parse_query, without_secrets
from uzel.exchange.session import Facts, decide
from uzel.exchange.uploads import HEAD_BYTES, TAIL_BYTES, Intake, OpenUpload, is_foreign, looks_complete, place_of
from uzel.exchange.zips import ZipEntry, ZipLimits, package_names, picture_names, zip_end_problem, zip_problem
from uzel.model import Counterparty

ROOT = Path(__file__).parents[1]
PIECE_BYTES = 512


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + PIECE_BYTES] for start in range(0, len(data), PIECE_BYTES))


def _told(error: PackageError) -> None:
    assert error.code, "a script knows it by its code"
    assert error.reason, "a person reads it"


def orders(data: bytes) -> None:
    """Documents or a PackageError with a reason."""
    try:
        assert all(isinstance(document, Document) for document in read_documents(_pieces(data)))
    except PackageError as error:
        _told(error)


def catalogue(data: bytes) -> None:
    """Entries or a PackageError."""
    try:
        assert all(isinstance(entry, Entry) for entry in read_catalog(_pieces(data)))
    except PackageError as error:
        _told(error)


def references(data: bytes) -> None:
    """Elements or a PackageError; and what a file is, is told of any bytes."""
    contents_of(_pieces(data))
    try:
        for element in read_references(_pieces(data)):
            assert element.values is not None
    except PackageError as error:
        _told(error)


def counterparties(data: bytes) -> None:
    """Counterparties, or None at the first document, or a PackageError."""
    try:
        assert all(one is None or isinstance(one, Counterparty) for one in read_counterparty_file(_pieces(data)))
    except PackageError as error:
        _told(error)


def uploads(data: bytes) -> None:
    """Any bytes in any pieces have a place; not more is kept than may be."""
    limit = data[0] * 16 if data else 0
    intake = Intake(_pieces(data), limit, len(data))
    kept = b"".join(intake)
    assert kept == data[:limit]
    assert intake.too_large == (len(data) > limit)
    looks_complete(intake.head, intake.tail)
    is_foreign(intake.head)
    for upload in (None, OpenUpload("a", "b"), OpenUpload("a", sha256(kept).hexdigest())):
        place_of(kept[:HEAD_BYTES], kept[-TAIL_BYTES:], len(kept), sha256(kept).hexdigest(), upload)


def zips(data: bytes) -> None:
    """A zip is refused in words or damaged; what is taken has harmless names."""
    limits = ZipLimits(inflated_bytes=1 << 20)
    if zip_end_problem(data[-TAIL_BYTES:], limits):
        return
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
        return
    entries = [ZipEntry(item.filename, item.file_size, item.compress_size, False, item.compress_type) for item in listed]
    if not zip_problem(entries, limits, len(data)):
        assert not any(map(name_problem, package_names(entries).values()))
        assert not any(".." in name.replace("\\", "/").split("/") for name in picture_names(entries))


def call(data: bytes) -> None:
    """Any query, header and method are decided upon."""
    query, _, header = data.partition(b"\n")
    params = parse_query(query)
    request = CallRequest(
        "GET", "/", params=params, query=query.decode(errors="replace"), authorization=header.decode("latin-1")
    )
    parse_basic(header.decode("latin-1"))
    assert "secret-of-1c" not in without_secrets(f"sessid=secret-of-1c&{request.query}")
    name_problem(params.get("filename", ""))
    catalog_name_problem(params.get("filename", ""))
    for method in ("GET", "POST"):
        facts = Facts(
            request.kind, request.mode, method, params.get("filename", ""), request.word("version"), initialised=True,
            since=request.word("since"), timestamp=request.word("timestamp"), catalog_source=True,
        )  # fmt: skip
        assert decide(facts) is not None


@dataclass(frozen=True)
class Harness:
    """One target and where its first inputs come from."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def _files(pattern: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((ROOT / "tests").glob(pattern)))


def _zip(name: str, data: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return target.getvalue()


QUERIES = (
    b"type=sale&mode=file&filename=orders.xml&sessid=1\nBasic YTpi",
    b"type=catalog&mode=deactivate&timestamp=1700000000",
    b"type=promocodes&mode=query&since=5",
    b"type=sale&mode=init&version=2.09&cmlVersion=2.10",
    b"type=crm&mode=query&ORDER_ID=7",
)
XML = _files("commerceml/golden/order_*.xml")
PARTIES = (
    "<КоммерческаяИнформация><Контрагенты><Контрагент><Ид>1</Ид><Наименование>Чай</Наименование><ИНН>7707083893</ИНН><Контакты>"
    "<Контакт><Тип>Почта</Тип><Значение>a@b.ru</Значение></Контакт></Контакты></Контрагент></Контрагенты><Документ/>"
    "</КоммерческаяИнформация>".encode(),
)
HARNESSES = {
    "orders": Harness(orders, XML),
    "catalogue": Harness(catalogue, _files("commerceml/catalog/golden/*.xml")),
    "references": Harness(references, XML[:1]),
    "counterparties": Harness(counterparties, PARTIES),
    "uploads": Harness(uploads, XML),
    "zips": Harness(zips, (_zip("a.xml", b"<a/>"), _zip("import_files/a.jpg", b"1"))),
    "call": Harness(call, QUERIES),
}
