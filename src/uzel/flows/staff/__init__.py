"""Employees by their personnel numbers."""
