"""Finds the grammar of an ``x-type`` in a language. A grammar is imported when it is asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import cast

from alexa_cli.language.grammar import Grammar, Moment, Unreadable

__all__ = ["Grammar", "Moment", "Unreadable", "grammar", "known_types"]

_MODULES = {
    "number": "number",
    "ordinal": "ordinal",
    "percent": "percent",
    "duration": "duration",
    "time": "time",
    "date": "date",
    "datetime": "datetime",
    "recurrence": "recurrence",
    "colour": "colour",
    "temperature": "temperature",
    "event": "event",
    "expression": "expression",
}
_LANGUAGES = {"en": "ENGLISH"}
"""Language to the constant that holds its grammar in each module."""


@cache
def grammar(x_type: str, language: str = "en") -> Grammar:
    """Return the grammar of ``x_type`` in ``language``; KeyError if there is none."""
    module, constant = _MODULES[x_type], _LANGUAGES[language]
    return cast("Grammar", getattr(import_module(f"alexa_cli.language.{module}"), constant))


def known_types() -> tuple[str, ...]:
    """Return every ``x-type`` there is."""
    return tuple(_MODULES)
