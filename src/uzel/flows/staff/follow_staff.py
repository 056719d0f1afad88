"""The portal's staff is read again and its deals follow: a dismissed employee's go to the fallback, and come back with him.

Who gets a number in the portal, or a name that he alone bears, gets the orders that waited for him. Nothing of it is told to
the bases: for them the responsible is who he was.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import F, QuerySet

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import user as users
from uzel.bitrix24.entities.user import User
from uzel.flows.portal.portal_reading import chunks
from uzel.flows.staff.map_employee import BATCH, give_orders
from uzel.hub.bulk import update_rows
from uzel.hub.models import Delivery, Node, OrderRow, Portal, PortalUser, UnmappedEmployee
from uzel.hub.queries import staff_of, users_of, want
from uzel.mapping.employees import Staff, assign, normal_number
from uzel.mapping.stages import is_last
from uzel.model import Order, Responsible
from uzel.model.codec import from_json
from uzel.model.order import CANCELED

NAME_CHARACTERS, NUMBER_CHARACTERS = 200, 50  # what the columns hold


def read_users(portal: Portal, client: PortalClient, now: dt.datetime) -> int:
    """Learn who works in the portal, by which names and numbers, and let the deals follow."""
    before, found = users_of(portal), list(all_users(client))
    PortalUser.objects.bulk_create(
        [_row(portal, user) for user in found],
        update_conflicts=True,
        unique_fields=["portal", "user_id"],
        update_fields=["full_name", "active", "personnel_number"],
    )
    portal.users_read_at = now
    portal.save(update_fields=["users_read_at"])
    follow(portal, _moved_numbers(before, found))
    return len(found)


def all_users(client: PortalClient) -> Iterator[User]:
    """Everybody in the portal, the dismissed ones too."""
    seen: set[int] = set()
    start: int | None = 0
    while start is not None:
        command = users.listing("users", start)
        page = client.call(command.method, command.params, repeatable=True)
        fresh = [user for user in map(users.read_user, page.result) if user.user_id not in seen]
        seen |= {user.user_id for user in fresh}
        yield from fresh
        start = page.next


def _row(portal: Portal, user: User) -> PortalUser:
    return PortalUser(
        portal=portal, user_id=user.user_id, full_name=user.full_name[:NAME_CHARACTERS], active=user.active,
        personnel_number=user.personnel_number[:NUMBER_CHARACTERS],
    )  # fmt: skip


def _moved_numbers(before: Sequence[User], found: Sequence[User]) -> set[str]:
    """Numbers that the portal's field has given to somebody, or to somebody else."""
    old = {(user.user_id, normal_number(user.personnel_number)) for user in before}
    new = {(user.user_id, normal_number(user.personnel_number)) for user in found if user.personnel_number}
    return {number for _, number in new - old}


@transaction.atomic
def follow(portal: Portal, numbers: set[str]) -> None:
    """Make due what the staff as now known moves; ``numbers`` belong to somebody else since the last look."""
    staff = {node.pk: staff_of(node) for node in Node.objects.filter(portal=portal).select_related("portal")}
    _stand_in(portal)
    _bring_back(portal, staff)
    for node_id, known in staff.items():
        for number in sorted(numbers & set(known.user_by_number)):
            give_orders(node_id, Responsible(number), known.user_by_number[number])
    _settle_unmapped(portal, staff)


def _stand_in(portal: Portal) -> None:
    """Open deals of the dismissed are due: the write gives them to whoever answers for them now."""
    gone = list(PortalUser.objects.filter(portal=portal, active=False).values_list("user_id", flat=True))
    rows = open_orders(portal).filter(absent_user_id=None, deal__assigned_by_id__in=gone) if gone else OrderRow.objects.none()
    batch = []
    for row in rows.select_for_update(of=("self",)).iterator(chunk_size=BATCH):
        if row.deal and not is_last(row.deal["stage_id"]):
            row.absent_user_id = row.deal["assigned_by_id"]
            batch.append(row)
    _due_again(batch)


def _bring_back(portal: Portal, staff: Mapping[int, Staff]) -> None:
    """Whoever works again gets his deals, but for those that are somebody else's by now."""
    back = list(PortalUser.objects.filter(portal=portal, active=True).values_list("user_id", flat=True))
    rows = OrderRow.objects.filter(node__portal=portal, absent_user_id__in=back).select_for_update(of=("self",))
    his = []
    for row in rows:
        if assign(from_json(Order, row.merged).responsible, staff[row.node_id]).user_id == row.absent_user_id:
            his.append(row)
        else:
            OrderRow.objects.filter(pk=row.pk).update(absent_user_id=None)
    _due_again(his)


def open_orders(portal: Portal) -> QuerySet[OrderRow]:
    """Orders with a deal that are not over for 1C; what the deal's stage says is for the caller to look at."""
    rows = OrderRow.objects.filter(node__portal=portal, deal_id__isnull=False, deal_deleted=False, deal__isnull=False)
    over = {"merged__shipped": True, "merged__paid": True}
    return rows.exclude(**over).exclude(merged__status=CANCELED).exclude(merged__deletion_mark=True).order_by("pk")


def _due_again(rows: Sequence[OrderRow]) -> None:
    for batch in chunks(rows, BATCH):
        for row in batch:
            row.version += 1
        update_rows(batch, ("absent_user_id", "version", "updated_at"))
        want(batch, Delivery.Target.PORTAL)


def _settle_unmapped(portal: Portal, staff: Mapping[int, Staff]) -> None:
    """Who was missing may be known by now: by a number in the portal, by a name that he alone bears."""
    for missing in UnmappedEmployee.objects.filter(node__portal=portal).annotate(code=F("node__code")).order_by("pk"):
        person = Responsible(missing.personnel_number, missing.full_name)
        assigned = assign(person, staff[missing.node_id])
        if assigned.mapped:
            give_orders(missing.node_id, person, assigned.user_id)
            missing.delete()
