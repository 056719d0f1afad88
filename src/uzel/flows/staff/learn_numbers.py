"""Who was found by a unique full name is known by his personnel number from then on, so that he travels back by it."""

from collections.abc import Iterable

from uzel.hub.models import Employee, Node, Portal
from uzel.mapping.employees import Assignment, normal_number
from uzel.model import Responsible


def learn_numbers(portal: Portal, seen: Iterable[tuple[Node, Responsible, Assignment]]) -> None:
    """Remember numbers that came with a name, each for its base: in another it may be another person's."""
    found = {
        (node.pk, normal_number(responsible.personnel_number)): assigned.user_id
        for node, responsible, assigned in seen
        if assigned.by == "full_name" and normal_number(responsible.personnel_number)
    }
    rows = [
        Employee(portal=portal, node_id=node_id, personnel_number=number, user_id=user, learned=True)
        for (node_id, number), user in found.items()
    ]
    Employee.objects.bulk_create(rows, ignore_conflicts=True)
