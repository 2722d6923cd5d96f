"""What an expert is, once its declaration has been read and checked."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read at run time when the cache is decoded
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alexa_cli.turn import Json
else:
    Json = Any  # the cache's decoder takes no recursive alias

DEEPEST_STEPS = 5
"""How deep ``steps`` may call other ``steps``."""


class Effect(StrEnum):
    """What a call does to the world, from harmless to final."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"

    @property
    def danger(self) -> int:
        """0 for ``read`` to 3 for ``irreversible``."""
        return list(Effect).index(self)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an API."""

    name: str
    schema: Mapping[str, Json]
    """Its JSON Schema, without the ``x-`` keys."""
    description: str = ""
    required: bool = False
    x_type: str | None = None
    """``datetime``, ``duration``, ...: the grammar that reads it (alexa_cli.language)."""
    x_list: str | None = None
    """The list of the context whose members it accepts."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Value to the phrases that name it, expanded from ``enum`` or ``x-choices`` templates."""
    default: Json = None
    has_default: bool = False
    half: str | None = None
    """``morning``: the half of the day that a bare hour is of."""

    @property
    def free(self) -> bool:
        """Whether any words will do (a plain string)."""
        return (
            self.schema.get("type") == "string"
            and not self.x_type and not self.x_list and not self.choices
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """An argument marked in an example: characters ``start`` to ``end`` are ``parameter``."""

    start: int
    end: int
    parameter: str


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence as a person would say it, with marked arguments."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Handler:
    """How a call is run. ``kind``: python, http, shell, steps, mcp.

    ``spec`` is the declaration, checked and made uniform: ``{"python": "module:function"}``,
    ``{"http": {"method", "url", "query", "headers", "json"?, "timeout"?: seconds}}``,
    ``{"shell": [argv...]}``, ``{"steps": [{"call": "expert.api", "arguments": {...}}, ...]}``
    with every call's full name, ``{"mcp": {"server", "tool"}}``.
    """

    kind: str
    spec: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Undo:
    """The API of the same expert that takes a call back; it may use ``$outcome.x``, ``$param``."""

    api: str
    arguments: Mapping[str, Json] | None = None
    """None: same-named fields of the outcome, then of the call."""


@dataclass(frozen=True, slots=True)
class Api:
    """One thing an expert can do."""

    expert: str
    name: str
    description: str
    effect: Effect = Effect.READ
    undo: Undo | None = None
    speculate: bool = False
    confirm: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    sentences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language to hassil templates."""
    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)
    run: Handler | None = None
    say: Mapping[str, str] = field(default_factory=dict)
    """Language to wording."""
    line: int = 0
    """Line of its declaration, for messages."""
    declared: Mapping[str, Json] = field(default_factory=dict)
    """Those of effect, speculate and confirm that were written down, as written."""

    @property
    def full_name(self) -> str:
        """``expert.api``."""
        return f"{self.expert}.{self.name}"


@dataclass(frozen=True, slots=True)
class Expert:
    """A plugin: a group of APIs that share context, lists, rules and a store."""

    name: str
    description: str
    apis: Mapping[str, Api]
    context: tuple[str, ...] = ()
    lists: Mapping[str, Handler] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    sampling: Mapping[str, Json] = field(default_factory=dict)
    folder: str = ""
    """Absolute path of the folder it was read from."""
    source: str = ""
    """``shipped``, ``user``, ``package NAME`` or ``folder PATH``."""
    fingerprint: str = ""
    """Changes when any file of the expert's folder changes."""
