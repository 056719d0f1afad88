"""The set-up doctor: observations are made first, then small pure checks say what they mean and what to do."""
