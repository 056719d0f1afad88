"""Misbehaviour on a script: every fault is armed for a number of times and spends itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

STEPS = ("checkauth", "init", "query", "success", "file", "import", "deactivate", "complete", "info")

#: Faults of one request; each may be narrowed to a step.
REQUEST_FAULTS: Mapping[str, str] = {
    "vanish_before": "база выключилась перед запросом",
    "lose_answer": "запрос ушёл, ответ потерян",
    "wrong_sessid": "в запросе чужой sessid",
    "no_cookie": "запрос без cookie сеанса",
    "wrong_password": "запрос с неверным паролем",
}
#: Faults of an uploaded file.
FILE_FAULTS: Mapping[str, str] = {
    "send_twice": "файл отправлен ещё раз отдельным сеансом",
    "post_twice": "одна часть файла отправлена дважды в том же сеансе",
    "split_file": "файл разрезан на три части",
    "truncate_file": "файл оборван на середине",
    "windows_1251": "файл в кодировке windows-1251",
    "documents_first": "оплаты и отгрузки отправлены отдельным файлом раньше заказов",
}


@dataclass(slots=True)
class _Armed:
    what: str
    step: str
    times: int
    after: int


class Faults:
    """Armed faults, oldest first; ``say`` hears of each one that happens, in Russian."""

    def __init__(self, say: Callable[[str], None] = lambda text: None) -> None:
        self._armed: list[_Armed] = []
        self._say = say

    def arm(self, what: str, step: str = "", times: int = 1, after: int = 0) -> None:
        """Let the fault happen ``times`` times, once ``after`` occasions have passed.

        ``what`` is a key of :data:`REQUEST_FAULTS` (at ``step``, or at any request when it is empty) or of
        :data:`FILE_FAULTS` (no step). Anything else is a ValueError.
        """
        if what not in REQUEST_FAULTS and what not in FILE_FAULTS:
            raise ValueError(f"неизвестный сбой «{what}», есть: {', '.join((*REQUEST_FAULTS, *FILE_FAULTS))}")
        if step and (what in FILE_FAULTS or step not in STEPS):
            raise ValueError(f"у сбоя «{what}» не может быть шага «{step}»")
        self._armed.append(_Armed(what, step, times, after))

    def take(self, what: str, step: str = "") -> bool:
        """Whether the fault happens now; spends one."""
        for one in self._armed:
            if one.what == what and one.step in ("", step) and self._spend(one):
                title = REQUEST_FAULTS.get(what) or FILE_FAULTS[what]
                self._say(f"Сбой по сценарию: {title}" + (f" ({step})" if step else ""))
                return True
        return False

    def _spend(self, one: _Armed) -> bool:
        if one.after:
            one.after -= 1
            return False
        one.times -= 1
        if one.times <= 0:
            self._armed.remove(one)
        return True

    def pending(self) -> dict[str, int]:
        """What is still armed, for the log and for tests: ``{"lose_answer:file": 2}``."""
        left: dict[str, int] = {}
        for one in self._armed:
            name = f"{one.what}:{one.step}" if one.step else one.what
            left[name] = left.get(name, 0) + one.times
        return left
