"""Employees: the same person on both sides, by personnel number."""

from django.db import models

from uzel.hub.models.node import Node
from uzel.hub.models.portal import Portal


class PortalUser(models.Model):
    """A user of the portal as last read; the source of unique full names and of the numbers that people keep there."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    user_id = models.PositiveBigIntegerField()
    full_name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    personnel_number = models.CharField(max_length=50, blank=True, help_text="from the portal's user field")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "user_id"], name="one_row_a_portal_user")]


class Employee(models.Model):
    """Personnel number (табельный номер) → portal user; in one base, or in all that have no word of their own.

    ``full_name``: how a base calls him, where it gives him no number. ``learned``: nobody said so; an order of the base named
    the number together with a full name that one user alone bears.
    """

    portal = models.ForeignKey(Portal, models.CASCADE)
    node = models.ForeignKey(Node, models.CASCADE, null=True, help_text="null: in every base")
    personnel_number = models.CharField(max_length=50, blank=True)
    full_name = models.CharField(max_length=200, blank=True, help_text="only where there is no number")
    user_id = models.PositiveBigIntegerField()
    learned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portal", "personnel_number", "full_name"], condition=models.Q(node=None), name="one_user_an_employee"
            ),
            models.UniqueConstraint(fields=["node", "personnel_number", "full_name"], name="one_user_an_employee_of_a_base"),
        ]


class UnmappedEmployee(models.Model):
    """An employee whom a base named and nobody has mapped; his orders went to the fallback."""

    node = models.ForeignKey(Node, models.CASCADE)
    personnel_number = models.CharField(max_length=50, blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "personnel_number", "full_name"], name="one_row_an_unmapped_employee")
        ]
