"""A notification of an employee in the portal (bitrix24-rest I)."""

from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int

SCOPE = "im"
CLIENT_ID = "uzel"  # a tag of a webhook counts together with it


def notify(key: str, user_id: int, text: str, tag: str) -> Command:
    """Tell an employee. Another one with the same tag takes the place of the first, so it is safe to repeat."""
    params = {"USER_ID": user_id, "MESSAGE": text, "MESSAGE_OUT": text, "TAG": tag, "CLIENT_ID": CLIENT_ID}
    return Command("im.notify.system.add", params, key)


def read_notification(result: Any) -> int:
    """Id of the notification; 0 when the portal made none, which it says by ``false``."""
    return as_int(result) if result else 0
