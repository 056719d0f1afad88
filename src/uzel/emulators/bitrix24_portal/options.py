"""Every knob of the emulated portal. What the documentation leaves open is a switch here (bitrix24-rest, marks [?])."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uzel.emulators.bitrix24_portal.rights import Rights, check, check_catalog

#: Seconds of execution a call costs (bitrix24-rest J). ``method:entityTypeId`` is looked up before ``method``.
COSTS: Mapping[str, float] = {
    "crm.item.add": 0.25,
    "crm.item.add:3": 0.2,
    "crm.item.add:4": 0.2,
    "crm.item.update": 0.25,
    "crm.item.delete": 0.2,
    "crm.item.import": 0.2,
    "crm.item.batchImport": 0.2,  # an item
    "crm.deal.add": 0.25,
    "crm.deal.update": 0.25,
    "crm.contact.add": 0.2,
    "crm.contact.update": 0.2,
    "crm.company.add": 0.2,
    "crm.company.update": 0.2,
    "crm.item.productrow.set": 0.15,
    "crm.item.productrow.add": 0.15,
    "crm.item.productrow.update": 0.15,
    "crm.deal.productrows.set": 0.15,
    "crm.requisite.add": 0.2,
    "crm.requisite.update": 0.2,
    "catalog.product.add": 0.2,
    "catalog.product.update": 0.2,
    "catalog.product.offer.add": 0.2,
    "catalog.product.offer.update": 0.2,
    "catalog.product.sku.add": 0.2,
    "catalog.product.sku.update": 0.2,
    "catalog.product.service.add": 0.2,
    "catalog.product.service.update": 0.2,
    "catalog.productImage.add": 0.3,
    "catalog.price.modify": 0.15,
    "catalog.document.conduct": 0.3,
}

#: What a method costs that is not named above, by its last word.
COSTS_BY_VERB: Mapping[str, float] = {"list": 0.05, "get": 0.03, "fields": 0.03, "add": 0.1, "update": 0.1, "delete": 0.1}
OTHER_COST_S = 0.02

SCOPES = ("crm", "user", "user.userfield", "userfieldconfig", "catalog", "placement", "im", "basic")

#: The first one is the base currency.
CURRENCIES = ("RUB", "USD", "EUR", "BYN", "KZT", "UAH", "CNY")


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one emulated portal; durations are the portal's own seconds, before ``speed`` divides them."""

    # Rate limit: leaky bucket per source address.
    bucket_threshold: int = 50
    bucket_drain_per_second: int = 2
    rejected_requests_fill_bucket: bool = False

    # Execution time.
    operating_limit_s: float = 480.0
    operating_window_s: float = 600.0
    operating_per: str = "webhook"
    operating_in_result_time: bool = True
    costs: Mapping[str, float] = field(default_factory=lambda: dict(COSTS))
    request_timeout_s: float = 60.0
    continue_after_timeout: bool = True

    # Answers.
    wrong_secret_error: str = "INVALID_CREDENTIALS"  # noqa: S105 - a code of an error
    wrong_secret_status: int = 401
    numeric_codes_as_numbers: bool = False
    empty_findbycomm_as_list: bool = True
    origin_in_filter: bool = True
    case_insensitive_filters: bool = True
    boolean_user_fields: str = "YN"
    upper_case_names: bool = True
    parents_in_everything: bool = True

    # Rules of saving.
    multifield_update: str = "by_key"
    check_required_fields: bool = True
    empty_row_set_clears: bool = True
    requisite_save_touches_card: bool = False
    address_save_touches_requisite: bool = False
    row_price_digits: int = 2
    exclusive_price_when_tax_not_included: str = "divide"
    deal_userfield_name_limit_chars: int = 50

    # The catalogue.
    inventory_accounting: bool = False
    catalog_product_sees_all: bool = False
    parent_product_in_row: str = "refused"
    variation_of_simple_product: str = "makes_a_parent"
    row_xml_id: str = "empty"
    section_delete_takes_products: bool = False
    largest_picture_bytes: int = 32 * 1024 * 1024

    # Events.
    event_delay_s: float = 1.0
    event_jitter_s: float = 1.0
    events_in_order: bool = False
    productrow_set_fires_update: bool = True
    productrow_set_touches_deal: bool = True
    unchanged_update_fires_event: bool = False
    import_fires_events: bool = True
    webhook_hears_category_moves: bool = True
    smart_process_events_by_type: bool = True
    comment_event_has_fields: bool = False
    event_timeout_s: float = 5.0

    # Applications and their events.
    access_token_life_s: float = 3600.0
    oauth_server: str = "oauth.bitrix.info"
    application_paid: bool = True
    install_event_brings_tokens: bool = True
    uninstall_event_name: str = "ONAPPUNINSTALL"
    event_bind_twice: str = "error"
    placement_bind_twice: str = "error"
    offline_event_data: str = "fields"
    offline_ping_after_pause: bool = False
    auth_connector_in_crm_item: bool = True

    # The portal and its people.
    notify_by_webhook: bool = True
    exchange_user_is_admin: bool = True
    exchange_user_is_crm_admin: bool = False
    exchange_user_rights: Rights = "all"
    manager_rights: Rights = "all"
    observer_may: str = "read"
    exchange_user_catalog: Rights = "edit"
    manager_catalog: Rights = "read"
    currencies: tuple[str, ...] = CURRENCIES
    scopes: tuple[str, ...] = SCOPES
    features: Mapping[str, str] = field(default_factory=dict)
    commercial_plan: bool = True
    most_smart_processes: int = 150
    smart_process_items_editable: bool = True
    require_https: bool = False
    seed: int = 20260101
    utc_offset_hours: int = 3

    # Limits of the emulator itself.
    max_body_bytes: int = 64 * 1024 * 1024
    max_journal_calls: int = 200_000

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}: {getattr(self, name)!r} is not one of {', '.join(allowed)}")
        for name in ("exchange_user_rights", "manager_rights"):
            check(name, getattr(self, name))
        for name in ("exchange_user_catalog", "manager_catalog"):
            check_catalog(name, getattr(self, name))

    def cost_s(self, method: str, entity_type_id: str = "") -> float:
        """Emulated execution time of one call, in the portal's seconds."""
        for key in (f"{method}:{entity_type_id}", method):
            if key in self.costs:
                return self.costs[key]
        return COSTS_BY_VERB.get(method.rpartition(".")[2], OTHER_COST_S)


CHOICES: Mapping[str, tuple[str, ...]] = {
    "operating_per": ("webhook", "portal"),
    "boolean_user_fields": ("YN", "10", "json"),
    "multifield_update": ("by_key", "append"),
    "exclusive_price_when_tax_not_included": ("divide", "same"),
    "observer_may": ("read", "change"),
    "parent_product_in_row": ("refused", "accepted"),
    "variation_of_simple_product": ("makes_a_parent", "refused"),
    "row_xml_id": ("empty", "product"),
    "uninstall_event_name": ("ONAPPUNINSTALL", "ONAPPSUNINSTALL"),
    "event_bind_twice": ("error", "accepted"),
    "placement_bind_twice": ("error", "accepted"),
    "offline_event_data": ("fields", "false"),
}

#: An Enterprise portal: ``Options(**ENTERPRISE)``.
ENTERPRISE: Mapping[str, int] = {"bucket_threshold": 250, "bucket_drain_per_second": 5}
