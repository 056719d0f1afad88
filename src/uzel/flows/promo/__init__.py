"""Promo codes: the directory, its versions for the bases, the judgement of orders by it."""
