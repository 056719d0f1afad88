"""Who works in the chain: the same people stand in the emulated bases and in the emulated portal."""

from collections.abc import Mapping

from uzel.emulators.onec_base.profiles import EMPLOYEES

FIRST_MANAGER_ID = 2  # in the emulated portal; 1 is the exchange employee

#: Personnel number → portal user, in the order in which both emulators list them.
PEOPLE: Mapping[str, int] = {person.personnel_number: FIRST_MANAGER_ID + place for place, person in enumerate(EMPLOYEES)}
