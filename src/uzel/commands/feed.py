"""``uzel import``: files of documents or of a catalogue fed by hand."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uzel.commands.output import CommandError, setup, show_json, the_node
from uzel.console import CATALOGUE_KINDS, OUTCOMES, VERDICTS, Titles, print_table

if TYPE_CHECKING:
    from uzel.hub.models import Package

IMPORTED: Titles = {"position": "№", "operation": "документ", "number": "номер", "word": "вердикт", "reason": "почему"}
COUNTED: Titles = {"file": "файл", "word": "что", **OUTCOMES}
NOTED: Titles = {"place": "где", "word": "что с ним", "reason": "почему"}
NOTES_SHOWN = 50


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    feed = groups.add_parser("import", help="передать файлы вручную, тем же путём, что и база")
    feed.add_argument("file", type=Path, nargs="+")
    feed.add_argument("--node", required=True, metavar="CODE")
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)


def _import(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.files.import_file import import_file

    node = the_node(options.node)
    for path in options.file:
        if not path.is_file():
            raise CommandError(f"файла {path} нет")
    results = [import_file(node, path) for path in options.file]
    _show([package for package, _ in results], as_json=options.json)
    for path, (_, progress) in zip(options.file, results, strict=True):
        if progress.failed:
            raise CommandError(progress.lines[0] if len(results) == 1 else f"{path.name}: {progress.lines[0]}")


def _show(packages: "Sequence[Package]", *, as_json: bool) -> None:
    """Documents by their verdicts, catalogue files by their counts and what was not taken."""
    from django.db.models import Q

    from uzel.hub.models import Package

    files = Package.objects.filter(Q(pk__in=[package.pk for package in packages]) | Q(archive__in=packages)).order_by("pk")
    counted, noted = list(_counted(files)), list(_noted(files))
    verdicts = list(_verdicts(files))
    if as_json:
        show_json(verdicts + counted + noted)
        return
    if verdicts or not counted:
        print_table(verdicts, IMPORTED)
    if counted:
        print_table(counted, COUNTED)
    if noted:
        print_table(noted[:NOTES_SHOWN], NOTED)
    if len(noted) > NOTES_SHOWN:
        print(f"… и ещё {len(noted) - NOTES_SHOWN}; все: uzel import --json")


def _verdicts(files: "Any") -> Iterator[dict[str, Any]]:
    from uzel.hub.models import DocumentVerdict

    columns = ("position", "operation", "number", "document_id", "verdict", "reason_code", "reason")
    for row in DocumentVerdict.objects.filter(package__in=files).order_by("package", "position").values(*columns):
        yield {**row, "word": VERDICTS[row["verdict"]]}


def _counted(files: "Any") -> Iterator[dict[str, Any]]:
    from uzel.hub.catalog_ledger import catalog_files

    for one in catalog_files(files.select_related("node")):
        for kind, counts in one.kinds.items():
            outcomes = {name: counts.get(name, 0) for name in OUTCOMES}
            yield {"file": one.file, "kind": kind, "word": CATALOGUE_KINDS[kind], **outcomes}


def _noted(files: "Any") -> Iterator[dict[str, Any]]:
    from uzel.hub.models import CatalogNote

    columns = ("package__file_name", "place", "xml_id", "refused", "reason_code", "reason")
    for row in CatalogNote.objects.filter(package__in=files).order_by("package", "pk").values(*columns):
        yield {"file": row.pop("package__file_name"), **row, "word": "отклонено" if row["refused"] else "взято не всё"}
