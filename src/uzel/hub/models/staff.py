"""Employees: the same person on both sides, by personnel number."""

from django.db import models

from uzel.hub.models.node import Node
from uzel.hub.models.portal import Portal


class PortalUser(models.Model):
    """A user of the portal as last read; the source of unique full names."""

    portal = models.ForeignKey(Portal, models.CASCADE)
    user_id = models.PositiveBigIntegerField()
    full_name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "user_id"], name="one_row_a_portal_user")]


class Employee(models.Model):
    """Personnel number (табельный номер) → portal user.

    ``learned``: nobody said so; an order named the number together with a full name that one user alone bears.
    """

    portal = models.ForeignKey(Portal, models.CASCADE)
    personnel_number = models.CharField(max_length=50)
    user_id = models.PositiveBigIntegerField()
    learned = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["portal", "personnel_number"], name="one_user_a_personnel_number")]


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
