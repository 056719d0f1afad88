"""The feed archive: every call of a base is kept with its feed. Append-only but for the package's progress."""

from django.db import models
from django.utils import timezone

from uzel.hub.models.node import Node


class Feed(models.Model):
    """Bytes on disk, found by their SHA-256; written and flushed before anybody is answered."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(help_text="bytes, before compression")
    path = models.CharField(max_length=200, help_text="inside UZEL_HOME/feeds")
    stored_at = models.DateTimeField(auto_now_add=True)


class ExchangeSession(models.Model):
    """What one checkauth opened. Cursor, acknowledgement and uploads live here: bases are strangers."""

    node = models.ForeignKey(Node, models.CASCADE)
    cookie = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=64, help_text="sessid")
    kind = models.CharField(
        max_length=12, help_text="sale | crm | catalog | get_catalog | reference | promocodes | listen | probe"
    )
    version = models.CharField(max_length=10, blank=True, help_text="of init; non-empty means the new protocol")
    cml_version = models.CharField(max_length=10, blank=True)
    initialised = models.BooleanField(default=False)
    offered = models.JSONField(
        null=True, help_text="what the last query gave: {order id: [version, Order]}, or {promo_version: …}; null: nothing"
    )
    piece_given = models.BigIntegerField(
        null=True, help_text="of type=get_catalog: number of the last piece given (flows/catalog/give_catalog.py); null: none"
    )
    in_packages = models.BooleanField(default=False, help_text="of type=get_catalog: the base says which piece it has")
    started_at = models.DateTimeField(default=timezone.now)
    last_call_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["node", "kind", "-id"], name="sessions_of_a_node")]


class Package(models.Model):
    """A file of a base: being received, waiting, being read, or done. A zip is done when the files in it are packages."""

    class State(models.TextChoices):
        RECEIVING = "receiving"
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    node = models.ForeignKey(Node, models.CASCADE)
    session = models.ForeignKey(ExchangeSession, models.SET_NULL, null=True)
    archive = models.ForeignKey("self", models.CASCADE, null=True, help_text="the zip that this file came in")
    file_name = models.CharField(max_length=255)
    zipped = models.BooleanField(default=False, help_text="a zip, by its first bytes")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    feed = models.ForeignKey(Feed, models.PROTECT, null=True, help_text="the whole file, once it is put together")
    size = models.PositiveBigIntegerField(default=0, help_text="bytes received so far")
    head = models.BinaryField(default=b"", help_text="first bytes, while the file is being received")
    tail = models.BinaryField(default=b"", help_text="last bytes, while the file is being received")
    documents_received = models.PositiveIntegerField(default=0, help_text="documents seen by the reader")
    documents_done = models.PositiveIntegerField(
        default=0, help_text="documents with a verdict; reading goes on from here after a crash"
    )
    entries_received = models.PositiveIntegerField(default=0, help_text="goods, offers, groups… seen in a catalogue file")
    entries_done = models.PositiveIntegerField(default=0, help_text="those with an outcome; reading goes on from here")
    bytes_done = models.PositiveBigIntegerField(default=0, help_text="of a catalogue file: those before `entries_done`")
    full_load = models.BooleanField(default=False, help_text="a catalogue file that says that it names all goods of the base")
    catalog = models.JSONField(null=True, help_text="of a catalogue file: {kind: {outcome: how many}}; null: documents")
    problem_code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(blank=True, help_text="why the file could not be read to its end, in plain Russian")
    received_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["node"], condition=models.Q(state__in=["receiving", "waiting"]), name="packages_unfinished")
        ]


class PackagePart(models.Model):
    """One piece of an upload in its place. Rows, not memory: the next piece may reach another web process."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    feed = models.ForeignKey(Feed, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["package", "position"], name="one_part_a_position")]


class Call(models.Model):
    """One HTTP call of a base and what it was answered."""

    node = models.ForeignKey(Node, models.CASCADE, null=True, help_text="null: nobody we know")
    session = models.ForeignKey(ExchangeSession, models.SET_NULL, null=True)
    package = models.ForeignKey(Package, models.SET_NULL, null=True)
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    query = models.TextField(help_text="query string without secrets")
    kind = models.CharField(max_length=20, blank=True, help_text="type=")
    mode = models.CharField(max_length=20, blank=True, help_text="mode=")
    remote_address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=100, blank=True, help_text="the beginning of it")
    with_cookie = models.BooleanField(default=False, help_text="the cookie of a session came with it")
    status = models.PositiveSmallIntegerField()
    duration_ms = models.FloatField()
    body = models.ForeignKey(Feed, models.PROTECT, null=True, related_name="+")
    body_size = models.PositiveBigIntegerField(default=0)
    reply = models.ForeignKey(Feed, models.PROTECT, null=True, related_name="+")
    reply_line = models.CharField(max_length=300, help_text="the beginning of the answer, secrets starred")
    problem_code = models.CharField(max_length=60, blank=True, help_text="why it was not carried out; empty: it was")

    class Meta:
        indexes = [models.Index(fields=["node", "-id"], name="calls_of_a_node")]
