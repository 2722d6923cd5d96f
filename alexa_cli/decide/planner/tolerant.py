"""Reading what a model wrote: JSON that may be cut, fenced, wrapped in tags or amid thoughts.

Nothing here trusts the text, and nothing here raises for it: a text of any bytes and length is
either read or it is not.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.turn import Json

MAX_JSON = 40_000
"""Characters of JSON that are looked at; a plan is a hundredth of that."""
MAX_DEPTH = 16
MAX_TRIES = 24
"""Braces in a text that are tried as the beginning of JSON."""
_THOUGHT = "think|thinking|thought|thoughts|reasoning|reflection"
_WHOLE_THOUGHT = re.compile(rf"<({_THOUGHT})>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHT = re.compile(rf"</(?:{_THOUGHT})>", re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[a-z_0-9]{1,40}\|>|</?s>|<(?:start|end)_of_turn>", re.IGNORECASE)
_TAGGED = re.compile(
    r"<(tool_calls?|function_calls?|functioncall)>(.*?)(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE
)
_FENCED = re.compile(r"```[a-z_]*\s*\n?(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)


class Unread(ValueError):
    """A text is no JSON. ``cut``: it begins as JSON and stops too early."""

    def __init__(self, reason: str, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.cut = cut


def loads(text: str) -> Json:
    """Return the JSON of ``text``, all strings in it printable. Raises Unread, nothing else."""
    if len(text) > MAX_JSON:
        raise Unread(f"it is {len(text):,} characters long")
    try:
        return clean(json.loads(text, parse_constant=_no_constant))
    except RecursionError:
        raise Unread("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        raise Unread(f"{error.msg} at character {error.pos + 1}", cut=cut) from None
    except ValueError as error:  # a number of thousands of digits
        raise Unread(str(error).split(";", 1)[0]) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def clean(value: Json, depth: int = 0) -> Json:
    """Return the value with every string printable. Raises Unread if it is nested too deeply."""
    if depth > MAX_DEPTH:
        raise Unread("it is nested too deeply")
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [clean(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {printable(key): clean(each, depth + 1) for key, each in value.items()}
    return value


def without_thoughts(text: str) -> str:
    """Return the text without what the model thought aloud in tags, and without special tokens."""
    text = _WHOLE_THOUGHT.sub("", text)
    if lone := list(_END_OF_THOUGHT.finditer(text)):
        text = text[lone[-1].end() :]  # the template opened the thought itself
    return printable(_SPECIAL.sub("", text)).strip()


def tagged(text: str) -> list[str]:
    """Return what stands in ``<tool_call>`` tags; the last may lack its end."""
    return [match.group(2).strip() for match in _TAGGED.finditer(text)]


def unfenced(text: str) -> str:
    """Return what stands in a code fence if the whole text is one, else the text."""
    match = _FENCED.fullmatch(text.strip())
    return match.group(1).strip() if match else text


def begins_json(text: str) -> bool:
    """Whether a text sets out to be JSON."""
    start = re.sub(r"\s+", "", unfenced(text)[:80])
    return start.startswith(("{", "[{", '["', "[[")) or start == "["


def embedded(text: str) -> Iterator[Json]:
    """Yield the JSON objects and lists that stand in a text, the first ones, not inside another."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    text, at = text[:MAX_JSON], 0
    for _ in range(MAX_TRIES):
        found = re.compile(r"[{\[]").search(text, at)
        if found is None:
            return
        at = found.start()
        try:
            value, end = decoder.raw_decode(text, at)
            yield clean(value)
            at = end
        except (ValueError, RecursionError):
            at += 1
