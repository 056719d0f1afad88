"""WHAT SHOULD HAPPEN: matching, merging and planning, as pure functions over records."""
