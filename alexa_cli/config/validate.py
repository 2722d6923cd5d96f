"""Plain values to msgspec types, with errors for people.

msgspec says ``Expected `int`, got `str` - at `$.a[...].x` `` and leaves out mapping keys, so on
an error the value is walked again beside its type, down to the innermost part that fails.
"""

from __future__ import annotations

import enum
import re
import types
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from alexa_cli.config.document import QUOTE, At, Document, shown
from alexa_cli.errors import did_you_mean

T = TypeVar("T")

_NAMES = {
    "int": "a whole number", "float": "a number", "str": "text", "bool": "true or false",
    "object": "a mapping", "array": "a list", "null": "nothing",
}  # fmt: skip
_EXPECTED = re.compile(r"Expected `([a-z |]+)`(?:, got `[a-z]+`)?(.*)")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_PLACE = re.compile(r" - at `[^`]*`$")


def read(document: Document, type_: type[T], at: At = ()) -> T:
    """Return what the document says at ``at`` as a ``type_``.

    A class that msgspec does not know is built by its ``from_plain(value)``, which raises
    ValueError. Raises FileError at the innermost key that is wrong.
    """
    value = document.value(at)
    try:
        return convert(value, type_)
    except msgspec.ValidationError:
        where, message, hint = _explain(value, type_, at)
    raise document.error(message, where, hint=hint)


def convert(value: object, type_: type[T]) -> T:
    """Convert plain values. Raises msgspec.ValidationError."""
    return msgspec.convert(value, type_, dec_hook=_custom)


def _custom(type_: type, value: object) -> object:
    return type_.from_plain(value)  # type: ignore[attr-defined]


def child_type(type_: Any, step: str | int) -> Any:  # noqa: ANN401 - annotations of any form
    """Return the type that ``type_`` gives to its key or list item, or None if it has none."""
    wanted: tuple[Any, ...] = (list, tuple, set, frozenset) if isinstance(step, int) else (dict,)
    for member in members(type_):
        origin, arguments = get_origin(member) or member, get_args(member)
        if isinstance(step, str) and (fields := struct_fields(member)) is not None:
            if step in fields:
                return fields[step]
        elif origin in wanted:
            fixed = origin is tuple and arguments and arguments[-1] is not Ellipsis
            if fixed and isinstance(step, int):
                return arguments[step] if step < len(arguments) else None
            if not arguments:
                return Any
            if origin is dict:
                keys = _choices(arguments[0])
                return arguments[1] if not keys or step in keys else None
            return arguments[0]
        elif member is Any:
            return Any
    return None


def struct_fields(type_: Any) -> dict[str, Any] | None:  # noqa: ANN401 - as above
    """Return key to type for a msgspec Struct, None for any other type."""
    if not (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return None
    from msgspec.structs import fields  # noqa: PLC0415 - on errors and overrides only

    return {field.encode_name: field.type for field in fields(type_)}


def members(type_: Any) -> list[Any]:  # noqa: ANN401 - as above
    """Return the alternatives of a union, without annotations."""
    origin = get_origin(type_)
    if origin is Annotated:
        return members(get_args(type_)[0])
    if origin in {Union, types.UnionType}:
        return [member for part in get_args(type_) for member in members(part)]
    return [type_]


def _explain(value: object, type_: Any, at: At) -> tuple[At, str, str | None]:  # noqa: ANN401
    """Return where it fails, what is wrong, and a hint."""
    for step, item in _items(value):
        inner = child_type(type_, step)
        if inner is None:
            known = _known_keys(type_) if isinstance(step, str) else []
            if known:
                hint = did_you_mean(str(step), known) or f"known: {', '.join(sorted(known))}"
                if item is None:  # {description: opens, closes}
                    hint += "; a text with a comma in it needs quotes"
                return (*at, step), f"unknown key {shown(step)}", hint
            continue
        try:
            convert(item, inner)
        except msgspec.ValidationError:
            return _explain(item, inner, (*at, step))
    try:
        convert(value, type_)
    except msgspec.ValidationError as error:
        return (at, *_reword(_PLACE.sub("", str(error)), value, type_))
    return at, "this does not fit", None


def _items(value: object) -> list[tuple[str | int, object]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _known_keys(type_: Any) -> list[str]:  # noqa: ANN401 - as above
    found = [key for member in members(type_) for key in struct_fields(member) or ()]
    for member in members(type_):
        if get_origin(member) is dict:
            found += [str(key) for key in _choices(get_args(member)[0])]
    return found


def _reword(message: str, value: object, type_: Any) -> tuple[str, str | None]:  # noqa: ANN401
    if missing := _MISSING.fullmatch(message):
        return f"{shown(missing[1])} is missing", None
    if message.startswith("Invalid enum value"):
        known = _choices(type_)
        listed = ", ".join(str(choice) for choice in known)
        hint = (
            did_you_mean(value, [str(choice) for choice in known])
            if (isinstance(value, str))
            else None
        )
        return f"{shown(value)} is not one of {listed}", hint
    if expected := _EXPECTED.fullmatch(message):
        names = [name for name in expected[1].split(" | ") if name != "null"] or ["null"]
        wanted = " or ".join(_NAMES.get(name, name) for name in names) + expected[2]
        return f"expected {wanted}, got {_kind(value)}", _quoting_hint(names, value, type_)
    return message, None


def _choices(type_: Any) -> list[object]:  # noqa: ANN401 - as above
    found: list[object] = []
    for member in members(type_):
        if get_origin(member) is Literal:
            found.extend(get_args(member))
        elif isinstance(member, type) and issubclass(member, enum.Enum):
            found.extend(each.value for each in member)
    return found


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {shown(value)}"
        case str():
            return f"the text {shown(value)}"
        case dict():
            return "a mapping"
    return "a list"


def _quoting_hint(names: list[str], value: object, type_: Any) -> str | None:  # noqa: ANN401
    if "str" not in names or isinstance(value, str):
        return None
    if isinstance(value, dict) and _fits(value, child_type(type_, 0)):
        return "a list of one has [ ] around it, or - before it"
    if isinstance(value, dict | list):
        return "text that begins with { or [, or holds ': ', needs quotes"
    return None if value is None else QUOTE


def _fits(value: object, type_: Any) -> bool:  # noqa: ANN401 - as above
    try:
        return type_ is not None and convert(value, type_) is not None
    except msgspec.ValidationError:
        return False
