"""THE STRAIGHT LINES: one folder is one subject, one file is one story."""
