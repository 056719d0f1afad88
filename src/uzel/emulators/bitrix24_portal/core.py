"""What every method works with: the portal's parts, one call, one reply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.convert import Converter
from uzel.emulators.bitrix24_portal.errors import ApiError, missing
from uzel.emulators.bitrix24_portal.events import Events
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

    def converter(self, entity_type_id: int) -> Converter:
        """Reader of values for one entity type."""
        return Converter(self.store, self.clock.zone, entity_type_id)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method in the name of a user."""

    core: Core
    user: User
    method: str
    params: Mapping[str, Any]

    def required(self, name: str) -> Any:
        """A parameter without which there is no call."""
        if self.params.get(name) is None:
            raise missing(name)
        return self.params[name]

    def fields(self) -> dict[str, Any]:
        """The required map ``fields``; PHP cannot tell an empty map from an empty list."""
        fields = self.required("fields")
        if not isinstance(fields, dict):
            if fields in ([], ""):
                return {}
            raise ApiError("100", "Invalid value {fields} to match with parameter {fields}. Should be value of type array.")
        return fields

    def old(self, name: str) -> Any:
        """A parameter of an old method."""
        return without_case(self.params, name)

    def old_id(self) -> int:
        """``id`` of an old method; 0 when it is missing or wrong."""
        return to_int(self.old("id")) or 0

    @property
    def original_names(self) -> bool:
        """Whether user fields go by their original names."""
        return is_yes(self.params.get("useOriginalUfNames"))


@dataclass(frozen=True, slots=True)
class Reply:
    """``result`` and, for lists, ``total`` and ``next``."""

    result: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A method in the registry. ``needs_application``: not for webhooks (bitrix24-rest A1)."""

    name: str
    run: Callable[[Call], Reply]
    scope: str = "crm"
    needs_application: bool = False
