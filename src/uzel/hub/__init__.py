"""WHAT WE REMEMBER: the Django application with tables and queries; no decisions."""
