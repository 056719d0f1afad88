"""Catalogue files: groups, kinds of prices, goods, offers. One file an element; the registry is in ``reader``."""
