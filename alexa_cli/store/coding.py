"""Values to bytes and back, so that what was stored is what comes out.

JSON, because a person can read it and ``alexa forget`` can be believed. Anything a user or an
expert sends may be in it: lone surrogates become U+FFFD (SQLite and UTF-8 cannot hold them), NUL
and escapes stay what they were.
"""

from __future__ import annotations

import dataclasses
import enum
import re
import types
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from alexa_cli import turn
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from alexa_cli.turn import Json

T = TypeVar("T")

JSON, PACKED = "json", "json.zlib"
"""Codecs: UTF-8 JSON, and the same compressed."""
_SURROGATE = re.compile("[\ud800-\udfff]")
MAX_BYTES = 500_000_000
"""The most that a content may unpack to."""
_PACK_ABOVE = 1_024
"""Bytes. Smaller contents gain nothing from being compressed."""

_TAGGED: Mapping[str, type] = {
    name.lower(): getattr(turn, name)
    for name in (
        "Plan", "Question", "Answer", "Pass", "Refusal",
        "Heard", "Decided", "Started", "Acted", "Discarded", "Emitted", "Replied", "Finished",
    )
}  # fmt: skip
_TAGS = {type_: tag for tag, type_ in _TAGGED.items()}


def encode(value: object) -> bytes:
    """Return ``value`` (JSON or dataclasses of it) as UTF-8 JSON. NaN and infinity become null.

    Raises AlexaError for what is not JSON.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(without_surrogates(plain(value)))
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise AlexaError(f"this cannot be stored, it is not JSON: {error}") from error


def decode(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON value in ``data``. Raises AlexaError if it holds none."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise AlexaError(f"what was stored here cannot be read: {error}") from error


def pack(data: bytes) -> tuple[bytes, str]:
    """Return the bytes to store and their codec."""
    if len(data) < _PACK_ABOVE:
        return data, JSON
    return zlib.compress(data, 1), PACKED


def unpack(data: bytes, codec: str) -> bytes:
    """Return what ``pack`` was given. Raises AlexaError for an unknown codec or broken bytes."""
    if not isinstance(data, bytes):  # SQLite keeps any type in any column
        raise AlexaError("what was stored here cannot be read: these are no bytes")
    if codec == JSON:
        return data
    if codec == PACKED:
        try:
            unpacking = zlib.decompressobj()
            content = unpacking.decompress(data, MAX_BYTES)
        except zlib.error as error:
            raise AlexaError(f"what was stored here cannot be read: {error}") from error
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise AlexaError("what was stored here cannot be read: it is cut off, or too large")
        return content
    raise AlexaError(
        f"what was stored here is in an unknown form, {codec!r}", hint="update alexa-cli"
    )


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return ``value`` as plain JSON; decisions and events get a ``type``: ``plan``, ``heard``.

    This is the JSON of ``--json`` and of the store alike. Raises AlexaError for what is not JSON.
    """
    if isinstance(value, enum.Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        tag = _TAGS.get(type(value))
        fields = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return fields if tag is None else {"type": tag, **fields}
    raise AlexaError(f"this cannot be stored, it is not JSON: {type(value).__name__}")


def from_tagged(value: Json) -> Any:  # noqa: ANN401 - one of turn's nouns
    """Return the decision or event that ``plain`` wrote. Raises AlexaError for anything else."""
    type_ = _TAGGED.get(str(value.get("type"))) if isinstance(value, dict) else None
    if type_ is None:
        raise AlexaError("what was stored here is no decision and no event")
    return build(value, type_)


def without_surrogates(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON value with every lone surrogate replaced by U+FFFD, keys too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): without_surrogates(item) for key, item in value.items()}
    return value


def storable(text: str) -> str:
    """Return ``text`` with lone surrogates, which no database takes, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def build(value: Any, type_: type[T]) -> T:  # noqa: ANN401 - any JSON
    """Return the dataclass ``type_`` from plain JSON. Unknown keys, from other versions, are left.

    (msgspec cannot: the recursive ``Json`` of the nouns is no type that it supports.) Raises
    AlexaError if the value does not fit.
    """
    try:
        built: T = _build(value, type_)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise AlexaError(f"what was stored here cannot be read: {error}") from error
    return built


@lru_cache(maxsize=64)
def _hints(type_: type) -> dict[str, Any]:
    return get_type_hints(type_, localns={"Json": Any})


def _build(value: Any, hint: Any) -> Any:  # noqa: ANN401, C901, PLR0911 - one case a kind of type
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise TypeError(f"expected an object, got {type(value).__name__}")
        known = _hints(hint)  # type: ignore[arg-type]
        return hint(**{k: _build(v, known[k]) for k, v in value.items() if k in known})  # type: ignore[operator]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        rest = [a for a in arguments if a is not type(None)]
        return (
            from_tagged(value)
            if len(rest) > 1 and isinstance(value, dict)
            else _build(value, rest[0])
        )
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"{value!r} is none of {arguments}")
        return value
    if origin is tuple:
        return tuple(_build(item, arguments[0]) for item in value)
    if origin is list:
        return [_build(item, arguments[0]) for item in value]
    if origin is not None:
        return {key: _build(item, arguments[1]) for key, item in value.items()}
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint(value)
    if hint is float and type(value) is int:
        return float(value)
    if not isinstance(value, hint) or (hint is not bool and isinstance(value, bool)):
        raise TypeError(f"expected {hint.__name__}, got {type(value).__name__}")
    return value
