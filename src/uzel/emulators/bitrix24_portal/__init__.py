"""An emulated Bitrix24 portal: REST over real HTTP, its limits, events, faults and a page of its own.

A product of its own: it imports nothing from the rest of uzel. ``docs/reference/portal-emulator.md`` describes it.
"""

from uzel.emulators.bitrix24_portal.applications import Application
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.option_words import parse_options
from uzel.emulators.bitrix24_portal.options import ENTERPRISE, Options
from uzel.emulators.bitrix24_portal.portal import RunningPortal, run, start_portal

__all__ = ["ENTERPRISE", "ApiError", "Application", "Options", "RunningPortal", "parse_options", "run", "start_portal"]
