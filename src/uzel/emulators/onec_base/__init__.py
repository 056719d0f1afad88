"""A 1C base that drives a real exchange page over HTTP: docs/reference/base-emulator.md.

``Base`` is the base itself, ``run`` a small living shop around it.
"""

from uzel.emulators.onec_base.base import Base, Report
from uzel.emulators.onec_base.errors import ExchangeError
from uzel.emulators.onec_base.living import Conditions, run
from uzel.emulators.onec_base.profiles import parse_options
from uzel.emulators.onec_base.records import Counterparty, Employee, Item, Line, make_line

__all__ = [
    "Base",
    "Conditions",
    "Counterparty",
    "Employee",
    "ExchangeError",
    "Item",
    "Line",
    "Report",
    "make_line",
    "parse_options",
    "run",
]
