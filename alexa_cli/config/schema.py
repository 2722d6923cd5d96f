"""Every option of config.yaml, its default and what it does.

``config.example.yaml`` shows them all; a test holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from alexa_cli.config.units import Duration, Size

BUILT_IN_MODELS = ("reflex", "sentences", "nearest")
"""The models that are always there."""

Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class _Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all groups of options have in common: unknown keys are refused."""


class ExpertsSettings(_Options, frozen=True):
    """Where experts come from, besides those that ship, are installed or lie in the user folder."""

    folders: list[str] = []
    """More folders of experts; a later one wins over an earlier one of the same name.
    Relative to the file that names them."""
    off: list[str] = []
    """Names of experts that are not loaded."""
    hooks: dict[str, dict[str, Any]] = {}
    """Replaces the ``run`` of an API: ``expert.api`` to ``{shell: [...]}`` or ``{http: {...}}``."""


class ModelSettings(_Options, frozen=True):
    """One model. What is left out is as the model's kind has it."""

    kind: Literal["reflex", "sentences", "nearest", "llm", "scripted"] | None = None
    """What sort of model it is; left out, the sort that has the model's name."""
    encoder: Literal["ngrams", "minilm"] | None = None
    """nearest: what turns a sentence into numbers; left out, ``ngrams``. ``minilm`` is better
    and needs ``alexa models pull minilm``."""
    threshold: Share | None = None
    """Below this score it passes; left out, a value measured from the experts' own examples."""
    margin: Share | None = None
    """It also passes if another API scores within this of the best."""
    data: str | None = None
    """nearest: a suite (JSONL) of further examples to learn from. Relative to the file that
    names it."""
    model: str | None = None
    """llm: provider and name, such as ``ollama_chat/qwen3:1.7b``."""
    api_key: str | None = None
    """llm: the provider's key; best as ``${VARIABLE}``."""
    api_base: str | None = None
    """llm: address of the provider, if it is not its usual one."""
    timeout: Duration | None = None
    """llm: how long one request may take."""
    max_tokens: Count | None = None
    """llm: longest answer, in tokens."""
    min_cache_tokens: Count | None = None
    """llm: the shortest prefix that the provider caches, in tokens."""


class Strategy(_Options, frozen=True):
    """Several models for one place in a cascade; one of these."""

    race: list[str] | None = None
    """The first to answer wins."""
    fallback: list[str] | None = None
    """The next one is asked if the one before fails."""
    speculate: dict[Literal["draft", "verify"], str] | None = None
    """A fast draft, verified by an accurate model."""


class JobsSettings(_Options, frozen=True):
    """Which model does which job."""

    decide: str | list[str | Strategy] = msgspec.field(
        default_factory=lambda: list[str | Strategy](BUILT_IN_MODELS)
    )
    """Picks expert, API and arguments; a list is a cascade, left to right."""

    @property
    def cascade(self) -> tuple[str, ...]:
        """The names of ``decide`` in order, whichever way it was written."""
        steps = [self.decide] if isinstance(self.decide, str) else self.decide
        return tuple(step for step in steps if isinstance(step, str))


class ConversationSettings(_Options, frozen=True):
    """How a conversation goes on."""

    question_expires: Duration = Duration("5m")
    """A question that is not answered within this time is dropped."""
    history: Count = 20
    """Exchanges that a conversation remembers."""


class ActSettings(_Options, frozen=True):
    """Limits on what experts do."""

    deadline: Duration = Duration("10s")
    """Everything a turn does is over by then; what is not has failed."""
    http_timeout: Duration = Duration("5s")
    """How long one request of an ``http`` handler may take."""
    shell_timeout: Duration = Duration("5s")
    """How long one program of a ``shell`` handler may take."""
    output_limit: Size = Size("1MB")
    """The most that an ``http`` or ``shell`` handler may return."""


class TraceSettings(_Options, frozen=True):
    """How long turns are kept, by age and by size; what is over either limit is deleted."""

    keep: Duration = Duration("90d")
    """Turns older than this are deleted."""
    max_size: Size = Size("200MB")
    """The oldest turns are deleted when the store is larger than this."""


class Settings(_Options, frozen=True):
    """The whole configuration."""

    language: str = "en"
    """The language that is spoken; experts say what they speak."""
    timezone: str | None = None
    """An IANA name such as ``Europe/Berlin``; left out, the system's."""
    temperature_unit: Literal["fahrenheit", "celsius"] = "fahrenheit"
    """What "72 degrees" means, and how temperatures are said."""
    household: str | None = None
    """A file with your people, rooms, devices and contacts; left out, the example home.
    Relative to the file that names it."""
    experts: ExpertsSettings = ExpertsSettings()
    """Where experts come from."""
    models: dict[str, ModelSettings] = {}
    """Models by name; the built-in three (reflex, sentences, nearest) can be tuned here."""
    jobs: JobsSettings = JobsSettings()
    """Which model does which job."""
    conversation: ConversationSettings = ConversationSettings()
    """How a conversation goes on."""
    act: ActSettings = ActSettings()
    """Limits on what experts do."""
    trace: TraceSettings = TraceSettings()
    """How long turns are kept."""
