"""Suites of cases, what is measured over them, and comparing two runs."""
