"""The tables, one file a group."""

from uzel.hub.models.alert import Alert, NodePause, SilenceWatch
from uzel.hub.models.application import PortalApplication
from uzel.hub.models.archive import Call, ExchangeSession, Feed, Package, PackagePart
from uzel.hub.models.node import Node
from uzel.hub.models.nomenclature import (
    CatalogNote,
    CatalogPicture,
    NomenclatureMatch,
    NomenclatureRow,
    PriceTypeRow,
    ProductPictures,
    SectionRow,
    SourceWord,
    UnmatchedLine,
)
from uzel.hub.models.order import Conflict, Delivery, DocumentVerdict, HeldDocument, OrderRow
from uzel.hub.models.portal import CounterpartyBinding, CounterpartyNote, DealNotice, MadeInPortal, Portal
from uzel.hub.models.promo import PromoCheck, PromoCodeRow
from uzel.hub.models.staff import Employee, PortalUser, UnmappedEmployee

__all__ = [
    "Alert",
    "Call",
    "CatalogNote",
    "CatalogPicture",
    "Conflict",
    "CounterpartyBinding",
    "CounterpartyNote",
    "DealNotice",
    "Delivery",
    "DocumentVerdict",
    "Employee",
    "ExchangeSession",
    "Feed",
    "HeldDocument",
    "MadeInPortal",
    "Node",
    "NodePause",
    "NomenclatureMatch",
    "NomenclatureRow",
    "OrderRow",
    "Package",
    "PackagePart",
    "Portal",
    "PortalApplication",
    "PortalUser",
    "PriceTypeRow",
    "ProductPictures",
    "PromoCheck",
    "PromoCodeRow",
    "SectionRow",
    "SilenceWatch",
    "SourceWord",
    "UnmappedEmployee",
    "UnmatchedLine",
]
