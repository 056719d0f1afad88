"""The ledger of catalogue files: what came of the groups, goods and offers in each. Counts only, no decisions."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from uzel.hub.models import Package

OUTCOMES = ("created", "changed", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One file. ``received`` is the reader's count; ``kinds`` has what came of each kind of entry: they must be equal."""

    node: str
    title: str
    package: int
    file: str
    finished_at: dt.datetime | None
    received: int
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    problem_code: str = ""
    problem: str = ""

    @property
    def outcomes(self) -> dict[str, int]:
        """All kinds together."""
        return {name: sum(of_kind.get(name, 0) for of_kind in self.kinds.values()) for name in OUTCOMES}

    @property
    def balanced(self) -> bool:
        """Whether every entry received has exactly one outcome."""
        return self.received == sum(self.outcomes.values())

    def as_json(self) -> dict[str, Any]:
        """The file with its sums and balance, for scripts."""
        return {**asdict(self), **self.outcomes, "balanced": self.balanced}


def catalog_ledger(since: dt.date, node_code: str = "") -> list[CatalogFile]:
    """Catalogue files that were read since then, newest first."""
    read = Package.objects.filter(catalog__isnull=False, finished_at__date__gte=since).order_by("-finished_at", "-pk")
    return catalog_files(read.filter(node__code=node_code) if node_code else read)


def catalog_files(packages: Iterable[Package]) -> list[CatalogFile]:
    """Those of the files that are of a catalogue."""
    return [_file(package) for package in packages if package.catalog is not None]


def _file(package: Package) -> CatalogFile:
    return CatalogFile(
        node=package.node.code,
        title=package.node.title,
        package=package.pk,
        file=package.file_name,
        finished_at=package.finished_at,
        received=package.entries_received,
        kinds=package.catalog or {},
        problem_code=package.problem_code,
        problem=package.problem,
    )
