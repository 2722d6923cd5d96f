"""A file as read: plain values, and the line on which each of them stands."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - a field's type
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003 - as above
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.errors import FileError
from alexa_cli.turn import Json  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Sequence

At: TypeAlias = "tuple[str | int, ...]"
"""The way to a value: keys and list positions (from 0), outermost first."""

MAX_SHOWN = 60
"""Characters of a key or value that an error repeats."""
MAX_MESSAGE = 400
"""Characters of an error. What quotes a file must not quote all of it."""
HOOKS = ("experts", "hooks")
QUOTE = "put it in quotes if it is text"
"""The only hint that an error of a secret gives: any other may repeat it."""

_NO_SECRETS = frozenset({"max_tokens", "min_cache_tokens"})
_SECRET = re.compile(
    "key|token|secret|passw|passphrase|auth|credential|cookie|bearer", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML file says. ``data`` is None for a file that says nothing."""

    data: Json
    lines: Mapping[At, int]
    """Line (from 1) of each mapping key and list item; ``()`` is where the data begins."""
    path: Path | str
    """The file, or what stands in for one in messages (``--set jobs.decide``)."""
    secret: frozenset[At] = field(default_factory=frozenset)
    """Values that no message may repeat."""

    def line(self, at: At = ()) -> int | None:
        """Return the line of ``at``, or of the nearest thing around it; None if unknown."""
        while at not in self.lines and at:
            at = at[:-1]
        return self.lines.get(at)

    def value(self, at: At = ()) -> Json:
        """Return the value at ``at``. Raises KeyError if there is none."""
        found: Json = self.data
        for step in at:
            match found, step:
                case (dict(), str()):
                    found = found[step]
                case (list(), int()) if 0 <= step < len(found):
                    found = found[step]
                case _:
                    raise KeyError(step)
        return found

    def error(self, message: str, at: At = (), *, hint: str | None = None) -> FileError:
        """Return (for the caller to raise) an error that names file, line and key."""
        if at in self.secret or is_secret(at):
            message = "this value, which is not shown, does not fit here"
            hint = hint if hint == QUOTE else None
        if len(message) > MAX_MESSAGE:
            message = message[: MAX_MESSAGE // 2] + " … " + message[-MAX_MESSAGE // 2 :]
        key = dotted(at) or None
        return FileError(message, path=self.path, line=self.line(at), key=key, hint=hint)


def is_secret(at: At) -> bool:
    """Whether what stands at ``at`` in the configuration is a secret by its name."""
    if at[:2] == HOOKS:  # the name of a hook is an API's
        return any(isinstance(step, str) and _SECRET.search(step) for step in at[3:])
    return at[:1] == ("models",) and any(
        isinstance(step, str) and step not in _NO_SECRETS and _SECRET.search(step)
        for step in at[2:]
    )


def dotted(at: Sequence[str | int]) -> str:
    """Return ``apis.turn_on.sentences[2]`` for people; odd keys are quoted."""
    parts: list[str] = []
    for step in at:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(("." if parts else "") + _plain_or_quoted(step))
    return "".join(parts)


def _plain_or_quoted(key: str) -> str:
    if len(key) > MAX_SHOWN or not key.isprintable() or '"' in key:
        return shown(key)
    plain = key.replace("_", "a").replace("-", "a").isalnum()
    return key if plain else f'"{key}"'


def shown(value: object) -> str:
    """Return a value as an error repeats it: quoted, escaped, and not too much of it."""
    text = repr(value[: MAX_SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
