"""The registries of what is looked at: the real calls of a base, and the way to the exchange page."""

from collections.abc import Sequence

from uzel.flows.doctor.checks_of_calls import CALL_CHECKS
from uzel.flows.doctor.checks_of_files import FILE_CHECKS
from uzel.flows.doctor.checks_of_page import PAGE_CHECKS
from uzel.flows.doctor.checks_of_talk import TALK_CHECKS
from uzel.flows.doctor.finding import Check
from uzel.flows.doctor.node_record import ObservedNode
from uzel.flows.doctor.page_record import ObservedPage

NODE_CHECKS: Sequence[Check[ObservedNode]] = (*CALL_CHECKS, *FILE_CHECKS)
WAY_CHECKS: Sequence[Check[ObservedPage]] = (*PAGE_CHECKS, *TALK_CHECKS)
