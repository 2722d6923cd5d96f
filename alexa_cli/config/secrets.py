"""What must not be seen: which values are secrets, and how they are hidden.

An option is a secret by its name (``api_key``, a header called ``Authorization``) or because its
value came by way of ``${...}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.config.document import HOOKS, At, dotted, is_secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.turn import Json

HIDDEN = "•••"
"""What is shown in place of a secret."""
MIN_PART = 8
"""Characters. A variable that is only part of a value (a port) is no secret if it is shorter."""

_NO_KEYS = frozenset({"not-needed", "no-key-required", "sk-no-key-required", "not needed"})
"""What people write where a server wants a key and takes any."""
_MAY_BE_KEYS = frozenset({"api_key", "api_base", "model", "options"})


def hide(value: Json, at: At = (), secret: frozenset[At] = frozenset()) -> Json:
    """Return the value without its secrets; ``secret`` are places known to hold one."""
    if isinstance(value, dict):
        return {key: hide(item, (*at, key), secret) for key, item in value.items()}
    if isinstance(value, list):
        return [hide(item, (*at, place), secret) for place, item in enumerate(value)]
    return HIDDEN if _hidden(value, at, secret) else value


def texts(value: Json, at: At = (), secret: frozenset[At] = frozenset()) -> set[str]:
    """Return every secret text within the value: what must be kept out of all that is stored.

    A unit or a path that came from a variable is hidden on screen, but is no such secret.
    """
    if isinstance(value, dict):
        return {t for key, item in value.items() for t in texts(item, (*at, key), secret)}
    if isinstance(value, list):
        return {t for place, item in enumerate(value) for t in texts(item, (*at, place), secret)}
    if not (isinstance(value, str) and _hidden(value, at, secret)):
        return set()
    keeps = is_secret(at) or at[:2] == HOOKS or (at[0] == "models" and _MAY_BE_KEYS & {*at[2:3]})
    # Servers at home take any key, and people write "none": a word, which must not be masked.
    word = at[0] == "models" and (len(value) < MIN_PART or value.lower() in _NO_KEYS)
    return {value} if keeps and not word else set()


def hide_sets(sets: Iterable[tuple[At, str]], secrets: Iterable[str]) -> tuple[str, ...]:
    """Return ``--set`` items (key and value) as they may be kept: without secrets."""
    known = sorted(secrets, key=len, reverse=True)
    kept: list[str] = []
    for at, text in sets:
        shown = HIDDEN if is_secret(at) else text
        for secret in known:
            shown = shown.replace(secret, HIDDEN)
        kept.append(f"{dotted(at)}={shown}")
    return tuple(kept)


def _hidden(value: Json, at: At, secret: frozenset[At]) -> bool:
    if value is None or isinstance(value, bool) or value == "":
        return False
    if at in secret:
        return True
    # A hook's token may be all digits; of models only texts are keys (max_tokens is none).
    return is_secret(at) and (isinstance(value, str) or at[:2] == HOOKS)
