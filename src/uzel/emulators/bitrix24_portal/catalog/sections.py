"""Deleting a section: its subsections go with it; what happens to its products is a switch."""

from uzel.emulators.bitrix24_portal.catalog import products
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Core


def delete(core: Core, section: Entry) -> None:
    """Delete a section and everything under it."""
    catalog, number = core.store.catalog, section["id"]
    for inner in catalog.sections.having("iblockSectionId", number):
        delete(core, inner)
    for product in catalog.products.having("iblockSectionId", number):
        if core.options.section_delete_takes_products:
            products.delete(core, product)
        else:
            catalog.products.put({**product, "iblockSectionId": None})
    catalog.sections.remove(number)
