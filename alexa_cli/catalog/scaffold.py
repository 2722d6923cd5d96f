"""A new expert to start from: small, complete, and right (it passes ``check`` and its cases)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from alexa_cli.catalog.schema import NAME
from alexa_cli.config.paths import write_private
from alexa_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_FILE = "expert.schema.json"

_YAML = """\
# yaml-language-server: $schema={schema}
# All keys: docs/expert-format.md. See also: alexa experts check {name}
name: {name}
description: Notes of {spoken}, kept by the expert itself.
apis:
  add_note:
    description: Write a note down.
    effect: reversible
    undo: delete_note
    parameters:
      note: {{type: string, description: What to write down}}
    required: [note]
    sentences:
      - "(add|write down|take) [a|the] {spoken} note {{note}}"
    examples:
      - "please add a {spoken} note that says [buy stamps](note)"
      - "jot down a {spoken} note [call the bank](note)"
    run: {{python: "{name}:add_note"}}
    say: "Noted: {{note}}."

  read_notes:
    description: Read all notes aloud.
    effect: read
    sentences:
      - "read [me] [all] [my|the] {spoken} notes"
      - "what are my {spoken} notes"
    examples:
      - "tell me what {spoken} notes i have"
    run: {{python: "{name}:read_notes"}}

  delete_note:
    description: Delete one note, by its number.
    effect: idempotent
    parameters:
      number: {{type: integer, x-type: number, description: Its number}}
    required: [number]
    sentences:
      - "(delete|remove) {spoken} note [number] {{number}}"
    run: {{python: "{name}:delete_note"}}
    say: "That note is gone."
"""

_PYTHON = '''\
"""What the {spoken} expert does. Arguments come resolved; ``context`` is asked for by name."""

from __future__ import annotations

from typing import Any

from alexa_cli.catalog import HandlerContext, Result


def add_note(note: str, context: HandlerContext) -> dict[str, Any]:
    """Write a note down; its number is what ``undo`` needs to delete it again."""
    with context.store.transaction():
        notes: dict[str, str] = context.store.get("notes", {{}})
        number = max((int(each) for each in notes), default=0) + 1
        context.store.set("notes", {{**notes, str(number): note}})
    return {{"number": number, "note": note}}


def read_notes(context: HandlerContext) -> Result:
    """Return all notes, and how to say them."""
    notes: dict[str, str] = context.store.get("notes", {{}})
    said = " ".join(f"{{number}}: {{note}}." for number, note in notes.items())
    return Result(notes, say=said or "There are no {spoken} notes.")


def delete_note(number: int, context: HandlerContext) -> None:
    """Delete a note; one that is not there is gone already."""
    with context.store.transaction():
        notes: dict[str, str] = context.store.get("notes", {{}})
        context.store.set("notes", {{n: text for n, text in notes.items() if n != str(number)}})
'''


def scaffold(name: str, folder: Path, schema: str) -> Path:
    """Write a new expert into ``folder / name`` and return that folder.

    ``schema`` is the JSON Schema as text; it is written beside the experts, where the editor's
    comment line finds it. Raises UsageError for a bad name, ConfigError if it is there already,
    AlexaError if it cannot be written.
    """
    if not re.fullmatch(NAME, name) or len(name) > 40:  # noqa: PLR2004 - a folder's and a word's length
        raise UsageError(f"{name!r} is no name for an expert", hint="use snake_case: garden_lights")
    target = folder / name
    if target.exists():
        raise ConfigError(f"{target} is already there", hint="choose another name")
    values = {"name": name, "spoken": name.replace("_", " "), "schema": f"../{SCHEMA_FILE}"}
    write_private(target / "expert.yaml", _YAML.format(**values).encode())
    write_private(target / f"{name}.py", _PYTHON.format(**values).encode())
    write_private(target / "cases.jsonl", _cases(name, values["spoken"]).encode())
    write_private(folder / SCHEMA_FILE, schema.encode())
    return target


def _cases(name: str, spoken: str) -> str:
    """Return a suite: what must match, with its arguments, and what must not."""
    add: dict[str, object] = {"expert": name, "api": "add_note"}
    cases: list[dict[str, object]] = [
        {"say": f"add a {spoken} note buy stamps", **add, "arguments": {"note": "buy stamps"}},
        {"say": f"write down a {spoken} note call mom", **add, "arguments": {"note": "call mom"}},
        {"say": f"read my {spoken} notes", "expert": name, "api": "read_notes"},
        {"say": f"what are my {spoken} notes", "expert": name, "api": "read_notes"},
        {"say": f"delete {spoken} note number two", "expert": name, "api": "delete_note",
         "arguments": {"number": "two"}},
        {"say": "what is the airspeed of a swallow", "not": name},
    ]  # fmt: skip
    numbered = ({"id": f"{name}-{number}", **case} for number, case in enumerate(cases, 1))
    return "".join(json.dumps(case) + "\n" for case in numbered)
