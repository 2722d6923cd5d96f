"""The JSON Schema of a planner's answer, for models that are asked for JSON instead of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def answer_schema(tools: Iterable[str]) -> dict[str, Any]:
    """Return the schema: ``calls`` of ``tools``, or ``ask``, or ``none``, or ``say``.

    Which arguments a call takes stands in the prompt and is checked afterwards: a schema with
    every API's own would be as long as the tools, and some providers count it as prompt.
    """
    value = {"type": ["string", "number", "boolean", "array", "object"]}
    call = {
        "type": "object",
        "properties": {
            "api": {"type": "string", "enum": sorted(tools)},
            "arguments": {"type": "object", "additionalProperties": value},
        },
        "required": ["api", "arguments"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "calls": {"type": "array", "items": call},
            "ask": {"type": "string"},
            "none": {"type": "boolean"},
            "say": {"type": "string"},
        },
        "additionalProperties": False,
    }
