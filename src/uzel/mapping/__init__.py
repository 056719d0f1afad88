"""TWO VOCABULARIES: the only place that knows documents of 1C and deals of the portal at once. No I/O."""
