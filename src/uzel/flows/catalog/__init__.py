"""Nomenclature: from the source bases to rows, from rows to the portal, and rows of orders to products."""
