"""Where a value may come from: the file, the environment, ``--set``; and how each is read."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from alexa_cli.config.document import HOOKS, At, Document, dotted, shown
from alexa_cli.config.files import load_yaml, parse_scalar
from alexa_cli.config.schema import Settings
from alexa_cli.config.units import Duration, Size
from alexa_cli.config.validate import child_type, members, struct_fields
from alexa_cli.errors import ConfigError, FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alexa_cli.turn import Json

PREFIX = "ALEXA_"

_VARIABLE = re.compile(r"\$\$\{|\$\{([^}]*)\}|\$\{")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SEGMENT = re.compile(r'"([^"]*)"|([^."]+)')
_SIMPLE = re.compile(r"[A-Za-z0-9_./+][A-Za-z0-9_./+-]*")


@dataclass(frozen=True, slots=True)
class Override:
    """One value from outside the file."""

    kind: Literal["env", "flag"]
    at: At
    text: str
    source: str
    """The variable, or the flag without its value (which may be a secret)."""


def from_flags(sets: Sequence[str]) -> Iterator[Override]:
    """Read ``a.b=value`` items. Raises UsageError for what is no such thing."""
    for item in sets:
        key, equals, text = item.partition("=")
        at = _split(key.strip())
        if not equals or not at:
            raise UsageError(
                f"--set {shown(key)}: expected key=value",
                hint="for example --set models.nearest.encoder=minilm",
            )
        yield Override("flag", at, text.strip(), f"--set {dotted(at)}")


def _split(key: str) -> At:
    """Return the segments of ``a."b.c".d``, or () if it is malformed."""
    at: list[str | int] = []
    end = 0
    for match in _SEGMENT.finditer(key):
        if match.start() != end + bool(at) or key[end : match.start()] not in {"", "."}:
            return ()
        at.append(match[2] if match[1] is None else match[1])
        end = match.end()
    return _join_hook(tuple(at)) if end == len(key) else ()


def _join_hook(at: At) -> At:
    """``experts.hooks.contacts.call``: the name of a hook has a dot in it."""
    if at[:2] == HOOKS and len(at) > 3 and "." not in str(at[2]):  # noqa: PLR2004 - models.NAME.data - two and two
        return (*HOOKS, f"{at[2]}.{at[3]}", *at[4:])
    return at


def from_environment(env: Mapping[str, str], tree: Json) -> tuple[list[Override], list[str]]:
    """Read ``ALEXA_A__B=value`` variables; return them and the names that match no option.

    ``tree`` is what is known from the file: names of models are matched in any case.
    """
    found, ignored = [], []
    groups = struct_fields(Settings) or {}
    for name in sorted(env):
        segments = name.removeprefix(PREFIX).lower().split("__")
        if not name.startswith(PREFIX) or name == f"{PREFIX}HOME":
            continue
        if segments[0] not in groups or not all(segments):
            ignored.append(name)
            continue
        at = _join_hook(tuple(_as_written(segments, tree)))
        found.append(Override("env", at, env[name], name))
    return found, ignored


def _as_written(segments: list[str], tree: Json) -> Iterator[str]:
    for segment in segments:
        known = tree if isinstance(tree, dict) else {}
        written = next((key for key in known if key.lower() == segment), segment)
        tree = known.get(written)
        yield written


def override_value(override: Override) -> Json:
    """Return the value: text where the option is text, else read as YAML. Raises FileError."""
    wanted: Any = Settings
    for step in override.at:
        wanted = child_type(wanted, step)
    kinds = [] if wanted is None else members(wanted)
    if kinds and all(_is_text(kind) for kind in kinds):
        empty = type(None) in kinds and override.text in {"", "null", "~"}
        return None if empty else override.text
    if _SIMPLE.fullmatch(override.text):
        try:
            return parse_scalar(override.text)
        except ValueError as error:
            raise FileError(str(error), path=override.source) from None
    return load_yaml(override.source, override.text).data


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - annotations of any form
    if get_origin(kind) is Literal:
        return all(isinstance(choice, str) for choice in get_args(kind))
    return kind in {str, Duration, Size, type(None)}


def put(tree: dict[str, Json], at: At, value: Json, source: str) -> dict[str, Json]:
    """Return a copy of the tree with ``value`` at ``at``. Raises FileError if that is no place."""
    changed = copy.deepcopy(tree)
    here: Json = changed
    for depth, step in enumerate(at):
        if not isinstance(here, dict):
            raise FileError("has no keys of its own", path=source, key=dotted(at[:depth]))
        if depth == len(at) - 1:
            here[str(step)] = value
        else:
            if here.get(str(step)) is None:
                here[str(step)] = {}
            here = here[str(step)]
    return changed


def substitute(document: Document, env: Mapping[str, str]) -> tuple[Document, frozenset[str]]:
    """Replace ``${NAME}`` in every string by the environment's value; ``$${`` is a plain ``${``.

    Values so replaced are secret from then on. Returns also the variables' values within hooks,
    where they are parts of headers and addresses. Raises FileError for a variable that is not set.
    """
    secret: set[At] = set()
    inside: set[str] = set()

    def replace(text: str, at: At) -> str:
        def one(match: re.Match[str]) -> str:
            if match.group() == "$${":
                return "${"
            name = match[1]
            if name is None or not _VARIABLE_NAME.fullmatch(name):
                raise document.error(
                    f"{shown(match.group())} names no environment variable", at,
                    hint="write $${ for a plain ${",
                )  # fmt: skip
            if name not in env:
                raise document.error(f"the environment variable {name} is not set", at)
            secret.add(at)
            if at[:2] != HOOKS:
                return env[name]
            inside.add(env[name])
            return env[name].replace("$", "$$")  # no placeholder, whatever the variable holds

        return _VARIABLE.sub(one, text)

    data = _map_text(document.data, replace)
    return Document(data, document.lines, document.path, frozenset(secret)), frozenset(inside)


def absolute_paths(data: Json, folder: Path) -> Json:
    """Return the tree with every path in it absolute; relative ones are below ``folder``."""

    def absolute(text: str, at: At) -> str:
        is_path = at in {("household",), ("prompt", "folder"), ("hear", "model")} or at[:2] == (
            "experts",
            "folders",
        )
        is_path |= len(at) == 3 and at[0] == "models" and at[2] in {"data", "script"}  # noqa: PLR2004
        if not (is_path and text):
            return text
        path = Path(text)
        if text.startswith("~"):
            try:
                path = path.expanduser()
            except RuntimeError:  # no such user: the path is then reported as missing
                return text
        try:
            return str(path if path.is_absolute() else folder.absolute() / path)
        except OSError as error:
            raise ConfigError(f"{text}: the current folder is gone: {error.strerror}") from error

    return _map_text(data, absolute)


def _map_text(value: Json, change: Callable[[str, At], str], at: At = ()) -> Json:
    if isinstance(value, str):
        return change(value, at)
    if isinstance(value, dict):
        return {key: _map_text(item, change, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_map_text(item, change, (*at, place)) for place, item in enumerate(value)]
    return value
