"""What a base may ask for: one frozen record a command."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckAuth:
    """Open a session."""

    kind: str


@dataclass(frozen=True, slots=True)
class Init:
    """Agree about the protocol: a non-empty ``version`` means the new one (onec-exchange 1.4)."""

    version: str
    cml_version: str


@dataclass(frozen=True, slots=True)
class StoreFile:
    """Append a piece to an upload; ``at_once``: old protocol, nobody will ask to import it (onec-exchange 8.2)."""

    file_name: str
    at_once: bool


@dataclass(frozen=True, slots=True)
class StorePicture:
    """Keep a picture of goods, or the next piece of it."""

    file_name: str


@dataclass(frozen=True, slots=True)
class Import:
    """Read an uploaded file, or say how far the reading is."""

    file_name: str


@dataclass(frozen=True, slots=True)
class Deactivate:
    """Take down the goods that the full load begun at ``since`` (Unix time) did not name."""

    since: int


@dataclass(frozen=True, slots=True)
class InitCatalog:
    """Begin to give the catalogue anew; ``in_packages``: the base will say itself which piece it has."""

    in_packages: bool


@dataclass(frozen=True, slots=True)
class GiveCatalog:
    """Give the next piece of the catalogue. ``after``: number of the last piece that the base has; ``None``: it names none."""

    after: int | None


@dataclass(frozen=True, slots=True)
class Query:
    """Give the node its changed orders."""


@dataclass(frozen=True, slots=True)
class Success:
    """The node took what its last query gave."""


@dataclass(frozen=True, slots=True)
class Info:
    """Give the lists of statuses, payment and delivery systems."""


@dataclass(frozen=True, slots=True)
class PromoQuery:
    """Give the promo codes that changed after version ``since``; ``etags`` are answers that the base still has."""

    since: int
    etags: str


@dataclass(frozen=True, slots=True)
class PromoSuccess:
    """The base has all promo codes up to this version."""

    version: int


@dataclass(frozen=True, slots=True)
class DirectoryQuery:
    """Give the promo codes as a directory: what changed after version ``since``, or, without one, since what is confirmed."""

    since: int | None


@dataclass(frozen=True, slots=True)
class DirectorySuccess:
    """The node took the directory that its last query gave."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Say when there is something for the node to take."""


@dataclass(frozen=True, slots=True)
class ProbeFile:
    """Say how many bytes came, and keep none of them."""


@dataclass(frozen=True, slots=True)
class ProbeQuery:
    """Answer as to a base for which there is nothing."""


@dataclass(frozen=True, slots=True)
class ProbeSuccess:
    """Answer as to a base that took what it was given; nothing was."""


Command = (
    CheckAuth
    | Init
    | StoreFile
    | StorePicture
    | Import
    | Deactivate
    | InitCatalog
    | GiveCatalog
    | Query
    | Success
    | Info
    | PromoQuery
    | PromoSuccess
    | DirectoryQuery
    | DirectorySuccess
    | Listen
    | ProbeFile
    | ProbeQuery
    | ProbeSuccess
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """The call is not carried out. ``code`` is for scripts, ``text`` for the 1C user, in Russian."""

    code: str
    text: str
    challenge: bool = False
