"""Why an order that is due is not written into the XML for its base now. Pure; the reason is put on record."""

from dataclasses import dataclass

#: UT cuts the number of a site order at 11 characters (onec-exchange 3.1).
NUMBER_LIMIT = {"ut": 11, "unf": 20, "bitrix": 20}

#: Beginnings of reasons that may have gone since they were put on record.
HELD, UNREAD = "удержан в портале", "файл «"


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What the decision looks at. ``pending_package`` is the name of an inbound file that is not read yet, or ""."""

    profile: str
    number: str
    has_date: bool
    currency: str
    hold: str = ""
    pending_package: str = ""
    deal_deleted: bool = False


def lock_reason(facts: OfferFacts) -> str:
    """Plain Russian reason, or "" when the order may go."""
    limit = NUMBER_LIMIT[facts.profile]
    reasons = (
        (bool(facts.pending_package), f"{UNREAD}{facts.pending_package}» этой базы ещё не разобран"),
        (bool(facts.hold), f"{HELD}: {facts.hold}"),
        (facts.deal_deleted, "сделка удалена в портале"),
        (not facts.number, "у заказа нет номера"),
        (len(facts.number) > limit, f"номер «{facts.number}» длиннее {limit} знаков, база его не примет"),
        (not facts.has_date, "у заказа нет даты"),
        (not facts.currency, "у заказа нет валюты"),
    )
    return next((reason for locked, reason in reasons if locked), "")
