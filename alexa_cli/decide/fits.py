"""Whether a value fits the JSON Schema of its parameter."""

from __future__ import annotations

import math
import operator
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.turn import Json

BITS = 64
"""Of the largest integer that is taken for a number."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "array": (list,), "object": (dict,),
}  # fmt: skip


_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", operator.lt, "is less than"),
    ("maximum", operator.gt, "is more than"),
    ("exclusiveMinimum", operator.le, "is not more than"),
    ("exclusiveMaximum", operator.ge, "is not less than"),
)


def breaks_schema(schema: object, value: Json) -> str | None:
    """Return how ``value`` breaks its JSON Schema ("is more than 100"), None if it does not.

    The keywords for single values are checked: type, minimum, maximum, exclusive bounds,
    minLength, maxLength, pattern; the catalogue refuses others at load.
    """
    if not isinstance(schema, dict) or value is None:
        return None
    if not is_finite(value):
        return "is not a number"
    kind = schema.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        is_bool = isinstance(value, bool)
        if not isinstance(value, _TYPES[kind]) or (is_bool and kind != "boolean"):
            return f"is not {'an' if kind[0] in 'aio' else 'a'} {kind}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        for key, breaks, text in _BOUNDS:
            if key in schema and breaks(value, schema[key]):
                return f"{text} {schema[key]}"
    if isinstance(value, str):
        if len(value) < int(schema.get("minLength", 0)):
            return "is too short"
        if len(value) > int(schema.get("maxLength", 10**9)):
            return "is too long"
        if not re.search(str(schema.get("pattern", "")), value):
            return "is not of that form"
    return None


def is_finite(value: Json) -> bool:
    """Whether a value is no number, or one that means something: no NaN, and of 64 bits."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or value.bit_length() <= BITS
