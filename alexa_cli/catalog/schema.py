"""The format of ``expert.yaml``: what may stand where. The JSON Schema is generated from here.

These structures only hold what was written; ``build`` checks what it means.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from alexa_cli.catalog.expert import Effect  # noqa: TC001 - read at run time by msgspec

NAME = r"^[a-z][a-z0-9_]*$"
"""Experts, APIs, parameters, lists and rules are named in snake_case."""

Name = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": NAME})]
"""Held by ``build``, which knows the line; here only so that editors know it."""


_NAMES = msgspec.Meta(extra_json_schema={"propertyNames": {"pattern": NAME}})


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all parts have in common: unknown keys are refused."""


class ParameterFile(_Strict, frozen=True, rename={"x_type": "x-type", "x_list": "x-list",
                                     "x_half": "x-half",
                                     "x_choices": "x-choices", "min_items": "minItems",
                                     "max_items": "maxItems", "min_length": "minLength",
                                     "max_length": "maxLength", "multiple_of": "multipleOf",
                                     "exclusive_minimum": "exclusiveMinimum",
                                     "exclusive_maximum": "exclusiveMaximum"}):  # fmt: skip
    """A parameter: JSON Schema, and ``x-`` keys that say how its words become a value."""

    type: str | list[str] = "string"
    """JSON type of the value. A plain string without x-type, x-list and choices is free text."""
    description: str = ""
    """For people, and for language models."""
    x_type: str | None = None
    """The grammar that reads the words: datetime, date, time, duration, recurrence, number, ..."""
    x_half: Literal["morning"] | None = None
    """The half of the day that a bare hour is of, with the x-types datetime and recurrence."""
    x_list: str | None = None
    """The list of the context whose members it accepts; the value is the member's id."""
    x_choices: list[str] | dict[str, list[str]] | None = None
    """Fixed choices as hassil templates: {value: [template, ...]}, or a list of templates where
    the words heard are the value."""
    enum: list[str] | None = None
    """Fixed choices; underscores are spoken as spaces."""
    default: Any = msgspec.UNSET
    """The value if nothing is said."""
    minimum: float | int | None = None
    """Smallest value."""
    maximum: float | int | None = None
    """Largest value."""
    exclusive_minimum: float | int | None = None
    """The value must be larger."""
    exclusive_maximum: float | int | None = None
    """The value must be smaller."""
    multiple_of: float | int | None = None
    """The value must be a multiple of it."""
    min_length: int | None = None
    """Fewest characters."""
    max_length: int | None = None
    """Most characters."""
    pattern: str | None = None
    """A regular expression that the value must match."""
    format: str | None = None
    """JSON Schema format, for language models."""
    items: dict[str, Any] | None = None
    """JSON Schema of the members of an array."""
    min_items: int | None = None
    """Fewest members of an array."""
    max_items: int | None = None
    """Most members of an array."""
    title: str | None = None
    """A short name for people."""


class HttpFile(_Strict, frozen=True):
    """An HTTP request. Placeholders are ``$parameter`` and ``$parameter.attribute``."""

    url: str
    """http or https; placeholders after the host only, percent-encoded when they are filled."""
    method: str = "GET"
    """GET, HEAD, POST, PUT, PATCH or DELETE. GET and HEAD are ``read`` by default."""
    query: dict[str, Any] = {}
    """Query parameters; one whose placeholder has no value is left out."""
    headers: dict[str, str] = {}
    """Request headers."""
    json: Any = msgspec.UNSET
    """Body, sent as JSON; placeholders keep their JSON type."""
    timeout: str | float | int | None = None
    """Seconds, or a duration such as 5s; default: act.http_timeout of the configuration."""


class StepFile(_Strict, frozen=True):
    """One step: a call of an API of this or another expert."""

    call: str
    """``expert.api``, or an API of this expert."""
    arguments: dict[str, Any] = {}
    """``$parameter`` is one of ours, ``$1.field`` is from the outcome of step 1."""
    words: dict[str, str] = {}
    """Arguments as people say them, read when the step runs: ``{due: tomorrow at six}``."""


class McpFile(_Strict, frozen=True):
    """A tool of an MCP server. Accepted; running it comes with a later version."""

    server: str
    """Name of the server."""
    tool: str
    """Name of the tool."""


class RunFile(_Strict, frozen=True):
    """How a call is run: exactly one of these."""

    python: str | None = None
    """``module:function`` in the expert's own folder, sync or async."""
    http: HttpFile | None = None
    """An HTTP request."""
    shell: list[str] | None = None
    """A program and its arguments, one item each; never through a shell."""
    steps: list[StepFile] | str | None = None
    """Calls of other APIs, in this order; or ``$parameter.attribute``, where a list has them."""
    mcp: McpFile | None = None
    """A tool of an MCP server (comes later)."""


class ListFile(_Strict, frozen=True):
    """A list of names that the expert provides itself."""

    python: str | None = None
    """``module:function``; returns strings, or {id, name, aliases, attributes}."""
    kept: str | None = None
    """A key of the expert's store, where it keeps such a list."""


class UndoFile(_Strict, frozen=True):
    """The API of the same expert that takes a call back, and its arguments."""

    api: str
    """Name of the API."""
    arguments: dict[str, Any] | None = None
    """``$outcome.field`` and ``$parameter``; default: same-named fields of the outcome, then of
    the call."""


class ApiFile(_Strict, frozen=True):
    """One thing that the expert can do."""

    description: str
    """One sentence: for help, and for language models."""
    effect: Effect | None = None
    """What a call does to the world. Required where ``run`` is given, except for ``steps`` (the
    most dangerous one in it) and GET requests (``read``)."""
    undo: str | UndoFile | None = None
    """How a call is taken back."""
    speculate: bool | None = None
    """May it start before the decision is final? Default: true for ``read``, else false."""
    confirm: bool | None = None
    """Ask before doing it? Default: true for ``irreversible``, else false."""
    parameters: Annotated[dict[str, ParameterFile], _NAMES] = {}
    """Its parameters."""
    required: list[str] = []
    """Parameters that must be known before it runs."""
    sentences: list[str] | dict[str, list[str]] = []
    """hassil templates, or a language to templates mapping."""
    examples: list[str] | dict[str, list[str]] = []
    """Sentences as people say them, with arguments marked: ``[the milk](message)``."""
    run: RunFile | None = None
    """How a call is run; without it the API can be decided, not run."""
    say: str | dict[str, str] | None = None
    """The reply: ``{x}`` is a value, ``[...]`` drops out if a value in it is absent,
    ``{n|one light|# lights}`` is a plural."""


class ExpertFile(_Strict, frozen=True):
    """An expert of alexa-cli: a group of APIs that share context, lists and rules."""

    name: Name
    """Its name, in snake_case; also the name of its folder."""
    description: str
    """One sentence: for help, and for language models."""
    context: list[str] = []
    """The lists that it may see: in its prompt, its sentences and the recogniser's bias."""
    lists: Annotated[dict[str, ListFile], _NAMES] = {}
    """Lists of names that it provides itself."""
    apis: Annotated[dict[str, ApiFile], _NAMES] = {}
    """What it can do."""
    rules: Annotated[dict[str, str], _NAMES] = {}
    """hassil expansion rules for its sentences: ``<name>`` stands for the text."""
    sampling: dict[str, Any] = {}
    """Settings for a language model that plans for this expert, such as temperature."""


class ExpertHead(_Strict, frozen=True):
    """``ExpertFile`` with its parts unread, so that one bad API does not hide the others."""

    name: str
    description: str
    context: list[str] = []
    lists: dict[str, Any] = {}
    apis: dict[str, Any] = {}
    rules: dict[str, str] = {}
    sampling: dict[str, Any] = {}
