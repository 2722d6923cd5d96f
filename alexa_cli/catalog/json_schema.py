"""The JSON Schema of ``expert.yaml``, made from ``schema`` and the docstrings of its fields."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import msgspec

from alexa_cli.catalog import schema


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that editors use."""
    made = msgspec.json.schema(schema.ExpertFile)
    definitions = made.pop("$defs")
    documented = _field_docs()
    for name, definition in definitions.items():
        for key, part in definition.get("properties", {}).items():
            if (text := documented.get(name, {}).get(key)) is not None:
                _describe(part, text)
    top = definitions.pop("ExpertFile")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": "An expert of alexa-cli",
        "$defs": definitions,
    }


def json_schema_text() -> str:
    """Return the schema as the published file holds it."""
    text = msgspec.json.format(msgspec.json.encode(json_schema(), order="sorted"), indent=2)
    return text.decode() + "\n"


def _describe(part: dict[str, Any], text: str) -> None:
    if "$ref" in part:
        part["allOf"] = [{"$ref": part.pop("$ref")}]
    part["description"] = text


def _field_docs() -> dict[str, dict[str, str]]:
    """Return class to key to the docstring that stands below the field."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(inspect.getsource(schema)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        struct = getattr(schema, node.name)
        fields = getattr(struct, "__struct_fields__", ())
        keys = dict(zip(fields, getattr(struct, "__struct_encode_fields__", ()), strict=True))
        docs: dict[str, str] = {}
        for field, below in zip(node.body, node.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                text = _docstring(below)
                if text is not None and field.target.id in keys:
                    docs[keys[field.target.id]] = text
        found[node.name] = docs
    return found


def _docstring(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).replace("``", "`").split())
    return None
