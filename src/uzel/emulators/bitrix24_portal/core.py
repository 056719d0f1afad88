"""What every method works with: the portal's parts, one call, one reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.emulators.bitrix24_portal.applications import Application, Applications
from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.convert import Converter
from uzel.emulators.bitrix24_portal.errors import ApiError, missing
from uzel.emulators.bitrix24_portal.events import Events
from uzel.emulators.bitrix24_portal.offline import OfflineQueue
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.records import User
from uzel.emulators.bitrix24_portal.store import Store
from uzel.emulators.bitrix24_portal.values import is_yes, to_int, without_case


@dataclass(frozen=True, slots=True)
class Core:
    """The parts of a portal that methods and human edits share."""

    store: Store
    options: Options
    clock: Clock
    events: Events
    applications: Applications
    offline: OfflineQueue

    def converter(self, entity_type_id: int) -> Converter:
        """Reader of values for one entity type."""
        return Converter(self.store, self.clock.zone, entity_type_id, self.options.currencies)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method in the name of a user, through a webhook or by an application."""

    core: Core
    user: User
    method: str
    params: Mapping[str, Any]
    application: Application | None = None

    def required(self, name: str) -> Any:
        """A parameter without which there is no call."""
        if self.params.get(name) is None:
            raise missing(name)
        return self.params[name]

    def fields(self) -> dict[str, Any]:
        """The required map ``fields``; to PHP a list is a map too, whose names 0, 1, 2… no field has (``fields[]=``)."""
        fields = self.required("fields")
        if not isinstance(fields, dict):
            if isinstance(fields, list) or fields == "":
                return {}
            raise ApiError("100", "Invalid value {fields} to match with parameter {fields}. Should be value of type array.")
        return fields

    def old(self, name: str) -> Any:
        """A parameter of an old method."""
        return without_case(self.params, name)

    def old_id(self) -> int:
        """``id`` of an old method; 0 when it is missing or wrong."""
        return to_int(self.old("id")) or 0

    def caller(self) -> Application:
        """The application; methods that need one are not called otherwise."""
        assert self.application is not None
        return self.application

    @property
    def granted(self) -> tuple[str, ...]:
        """Scopes of the application or of the webhook."""
        return self.application.granted if self.application else self.core.options.scopes

    def may_call(self, method: "Method") -> bool:
        """Whether the caller was granted a method."""
        return method.scope in self.granted and (self.application is not None or not method.needs_application)

    @property
    def original_names(self) -> bool:
        """Whether user fields go by their original names."""
        return is_yes(self.params.get("useOriginalUfNames"))


@dataclass(frozen=True, slots=True)
class Reply:
    """``result`` and, for lists, ``total`` and ``next``; a method that gives a file answers nothing but its ``content``."""

    result: Any
    total: int | None = None
    next: int | None = None
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A method in the registry. ``needs_application``: not for webhooks (A1); ``alone``: not in a batch (bitrix24-rest B4)."""

    name: str
    run: Callable[[Call], Reply]
    scope: str = "crm"
    needs_application: bool = False
    alone: bool = False
