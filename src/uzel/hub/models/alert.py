"""Pauses of bases, the watch over them, and what people are told of it."""

from django.db import models

from uzel.hub.models.node import Node
from uzel.hub.models.portal import Portal


class NodePause(models.Model):
    """A pause between two calls of a base, or before its first one: all that its rhythm is judged from."""

    node = models.ForeignKey(Node, models.CASCADE)
    began = models.DateTimeField()
    ended = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "began"], name="one_pause_a_beginning")]


class SilenceWatch(models.Model):
    """The one row of the watch. ``up_since``: the hub itself was away before, and its pause is nobody else's."""

    began_at = models.DateTimeField(help_text="the first look: pauses before it are not known")
    looked_at = models.DateTimeField()
    up_since = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="the last alert of silence")


class Alert(models.Model):
    """Something that a person is told by one way. Due while it has neither ``done_at`` nor ``given_up``."""

    class Way(models.TextChoices):
        MAIL = "mail", "почта"
        PORTAL = "portal", "уведомление портала"

    way = models.CharField(max_length=10, choices=Way.choices)
    portal = models.ForeignKey(Portal, models.CASCADE, null=True)
    receiver = models.CharField(max_length=1000, help_text="addresses of the e-mail, or id of the portal's employee")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    made_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True, help_text="an e-mail was handed over and the answer is not known")
    done_at = models.DateTimeField(null=True)
    given_up = models.BooleanField(default=False)
    problem = models.TextField(blank=True, help_text="why it has not reached, in plain Russian")

    class Meta:
        indexes = [
            models.Index(fields=["way"], condition=models.Q(done_at=None, given_up=False), name="alerts_due"),
        ]
