"""The registry of what is looked at in the real calls of a base."""

from collections.abc import Sequence

from uzel.flows.doctor.checks_of_calls import CALL_CHECKS
from uzel.flows.doctor.checks_of_files import FILE_CHECKS
from uzel.flows.doctor.finding import Check
from uzel.flows.doctor.node_record import ObservedNode

NODE_CHECKS: Sequence[Check[ObservedNode]] = (*CALL_CHECKS, *FILE_CHECKS)
