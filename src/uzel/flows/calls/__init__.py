"""One HTTP call of a base, from its first byte to the reply."""
