"""The settings of this run: flag > environment > file > default, and who said what."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from alexa_cli.config.check import Check
from alexa_cli.config.document import At, Document, dotted
from alexa_cli.config.layers import (
    Override,
    absolute_paths,
    from_environment,
    from_flags,
    override_value,
    put,
    substitute,
)
from alexa_cli.config.schema import ModelSettings, PriceSettings, Settings, Strategy
from alexa_cli.config.secrets import HIDDEN, MIN_PART, hide, hide_sets, texts
from alexa_cli.config.units import Duration, Size
from alexa_cli.config.validate import read
from alexa_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alexa_cli.config.paths import Paths
    from alexa_cli.errors import FileError
    from alexa_cli.turn import Json

__all__ = [
    "HIDDEN", "Duration", "Loaded", "ModelSettings", "Origin", "Settings", "Size", "load_settings",
    "options",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value came from."""

    kind: Literal["default", "file", "env", "flag"]
    detail: str = ""
    """The file and line, the variable, or the flag."""


@dataclass(frozen=True, slots=True)
class Layers(Document):
    """What file, variables and flags say together."""

    blame: Callable[[At], Document] | None = None
    """Returns the document whose error names whoever set a value."""

    def error(self, message: str, at: At = (), *, hint: str | None = None) -> FileError:
        """Return (for the caller to raise) an error that names file and line, variable or flag."""
        return (self.blame(at) if self.blame else self).error(message, at, hint=hint)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and where each came from."""

    settings: Settings
    origins: Mapping[str, Origin]
    """By dotted key, for every option that has a value."""
    path: Path | None
    """The file that was read; None if there is none."""
    secret: frozenset[At] = frozenset()
    """Values that came by way of ``${...}``."""
    ignored: tuple[str, ...] = ()
    """``ALEXA_...`` variables that match no option."""
    hidden: frozenset[str] = frozenset()
    """Secret texts, those that a later layer replaced among them."""
    sets: tuple[str, ...] = ()
    """The ``--set`` of this run, fit to be kept: without secrets."""

    def shown(self) -> dict[str, Json]:
        """Return every option that has a value, by dotted key, with secrets hidden."""
        return {dotted(at): hide(value, at, self.secret) for at, value in options(self.settings)}

    def secrets(self) -> frozenset[str]:
        """Return every secret text itself, for whoever must keep it out of what is stored."""
        return self.hidden


def load_settings(
    paths: Paths,
    *,
    file: Path | None = None,
    sets: Sequence[str] = (),
    env: Mapping[str, str] = os.environ,
) -> Loaded:
    """Read the settings from ``file`` (default: the user's, if there is one), ``env``, ``sets``.

    Paths in them come back absolute: relative ones in the file are below its folder, others
    below the current one. Raises FileError naming the line, variable or flag that is wrong,
    UsageError for a malformed ``--set``.
    """
    document, hidden = _load_file(paths, file, env)
    settings = read(document, Settings)
    tree = document.data if isinstance(document.data, dict) else {}
    variables, ignored = from_environment(env, tree)
    flags = list(from_flags(sets))
    overrides = [*variables, *flags]
    found = {text for text in hidden if len(text) >= MIN_PART}
    found |= texts(tree, (), document.secret)
    for override in overrides:
        layer = put({}, override.at, override_value(override), override.source)
        found |= texts(layer)
        value = Document(absolute_paths(layer, Path()), {}, "").value(override.at)
        tree = put(tree, override.at, value, override.source)

    def blame(at: At) -> Document:
        return _blame(at, document, overrides)

    if overrides:  # all at once: of a price, each part has a flag of its own
        settings = read(Layers(tree, {}, "", document.secret, blame), Settings)
    Check(blame).all(settings)
    origins = {dotted(at): _origin(at, document, overrides) for at, _ in options(settings)}
    path = Path(document.path) if document.path else None
    kept = frozenset(at for at in document.secret if not _origin_is_override(at, overrides))
    shown = hide_sets([(flag.at, flag.text) for flag in flags], found)
    return Loaded(settings, origins, path, kept, tuple(ignored), frozenset(found), shown)


def _load_file(
    paths: Paths, file: Path | None, env: Mapping[str, str]
) -> tuple[Document, frozenset[str]]:
    """Return the file's document, and what its variables brought into hooks."""
    path = file or paths.config_file
    if file is None and not _exists(path):
        return Document({}, {}, ""), frozenset()
    from alexa_cli.config.files import load_yaml  # noqa: PLC0415 - reads a file only here

    document, hidden = substitute(load_yaml(path), env)
    data = absolute_paths(document.data, path.parent)
    full = Document(_no_empty_groups(data), document.lines, document.path, document.secret)
    return full, hidden


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be looked at: {error.strerror or error}",
            hint="set ALEXA_HOME to a folder of your own",
        ) from error


def _no_empty_groups(data: Json) -> Json:
    """Let a file or group say nothing at all, as when each of its lines is commented out."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        return data
    full = _filled(data, msgspec.to_builtins(Settings(), enc_hook=str))
    if isinstance(models := full.get("models"), dict):
        full["models"] = {name: {} if item is None else item for name, item in models.items()}
    return full


def _filled(data: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``data`` with an empty mapping for each group of ``defaults`` that says nothing."""
    full = dict(data)
    for key, item in data.items():
        if isinstance(group := defaults.get(key), dict):
            if item is None:
                full[key] = {}
            elif isinstance(item, dict):
                full[key] = _filled(item, group)
    return full


def options(settings: Settings) -> Iterator[tuple[At, Json]]:
    """Walk every option that has a value: its key and the value as plain JSON."""
    return _walk(msgspec.to_builtins(settings, enc_hook=str), settings, ())


_NAMED = {("models",), ("experts", "hooks")}
"""Mappings whose keys are names of the user's choosing."""


def _walk(plain: Any, typed: Any, at: At) -> Iterator[tuple[At, Json]]:  # noqa: ANN401 - any option
    if isinstance(typed, msgspec.Struct) and not isinstance(typed, Strategy):
        for name in typed.__struct_fields__:
            value = getattr(typed, name)
            if not (isinstance(typed, ModelSettings | PriceSettings) and value in (None, {})):
                yield from _walk(plain[name], value, (*at, name))
    elif isinstance(typed, dict) and typed and (at in _NAMED or at[:2] == ("experts", "options")):
        for name, value in typed.items():
            yield from _walk(plain[name], value, (*at, name))
    else:
        yield at, plain


def _origin_is_override(at: At, overrides: Sequence[Override]) -> bool:
    return any(at[: len(each.at)] == each.at for each in overrides)


def _origin(at: At, document: Document, overrides: Sequence[Override]) -> Origin:
    for override in reversed(overrides):
        shared = min(len(at), len(override.at))
        if at[:shared] == override.at[:shared]:
            return Origin(override.kind, override.source)
    if at in document.lines:
        return Origin("file", f"{document.path}:{document.lines[at]}")
    return Origin("default")


def _blame(at: At, document: Document, overrides: Sequence[Override]) -> Document:
    """Return the document whose error names whoever set the value at ``at``."""
    origin = _origin(at, document, overrides)
    return document if origin.kind in {"file", "default"} else Document(None, {}, origin.detail)
