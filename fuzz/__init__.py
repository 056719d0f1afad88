"""Coverage-guided fuzzing of what takes bytes from outside: ``make fuzz``. Not part of the tests."""
