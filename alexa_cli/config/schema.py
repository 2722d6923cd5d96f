"""Every option of config.yaml, its default and what it does.

``config.example.yaml`` shows them all; a test holds the two together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from alexa_cli.config.units import Duration, Size

LANGUAGE_KINDS = ("llm", "scripted")
"""Kinds of models that take a prompt."""
BUILT_IN_MODELS = ("reflex", "sentences", "nearest")
"""The models that are always there."""

Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Dollars: TypeAlias = Annotated[float, msgspec.Meta(ge=0)]


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
    options: dict[str, dict[str, Any]] = {}
    """What an expert may be told, by its name: its handlers get it as ``context.options``."""


class PriceSettings(_Options, frozen=True):
    """US dollars for a million tokens."""

    input: Dollars
    """What is read afresh."""
    output: Dollars
    """What is answered, thoughts among it."""
    cache_read: Dollars | None = None
    """What is read from the provider's cache; left out, as ``input``."""
    cache_write: Dollars | None = None
    """What is read afresh and put in the provider's cache; left out, as ``input``."""


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
    """llm: provider and name, such as ``ollama_chat/qwen3:1.7b``. scripted: the model that it
    stands in for, so that prompts are built and cached as for that one."""
    api_key: str | None = None
    """llm: the provider's key; best as ``${VARIABLE}``. Left out, the variable that the provider
    is known for (``ANTHROPIC_API_KEY``)."""
    api_base: str | None = None
    """llm: address of the provider, if it is not its usual one; a server of your own."""
    timeout: Duration | None = None
    """llm: how long one request may stay silent, at its start and within its stream; left out,
    ``30s``."""
    deadline: Duration | None = None
    """llm: how long one job may take, retries included; left out, ``60s``."""
    retries: Count | None = None
    """llm: how often a request that failed for a passing reason is made again; left out, 2."""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    """llm: 0 is the same answer each time; left out, the expert's ``sampling``, else 0."""
    max_tokens: Count | None = None
    """llm: longest answer, in tokens; left out, 512."""
    context_window: Count | None = None
    """llm: the longest prompt and answer together, in tokens; left out, what is known of it."""
    price: PriceSettings | None = None
    """llm: what it costs; left out, what is known of it. Unknown is shown as unknown."""
    min_cache_tokens: Count | None = None
    """llm: the shortest prefix that the provider caches, in tokens; left out, as it is known."""
    cache: Literal["anthropic", "openai", "prefix", "none"] | None = None
    """llm: how the provider caches: with breakpoints, with a key, by itself, or not at all; left
    out, as the provider is known."""
    structured: Literal["tools", "json_schema"] | None = None
    """llm: how it is asked for calls: as tools, or as JSON that follows a schema; left out, as
    the model is known to do best."""
    options: dict[str, Any] = {}
    """llm: further arguments for the provider, passed on as they are (``extra_body``)."""
    script: str | None = None
    """scripted: the file of its answers ([format](models.md#scripted-models)). Relative to the
    file that names it."""


class Strategy(_Options, frozen=True, omit_defaults=True):
    """Several models for one place in a cascade; exactly one of these. May be nested."""

    race: list[str | Strategy] | None = None
    """The first to answer wins."""
    fallback: list[str | Strategy] | None = None
    """The next one is asked if the one before fails."""
    speculate: dict[Literal["draft", "verify"], str | Strategy] | None = None
    """A fast draft, verified by an accurate model."""

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models in it, in order."""
        pair = self.speculate or {}
        steps = self.race or self.fallback or [pair[r] for r in ("draft", "verify") if r in pair]
        found = ((step,) if isinstance(step, str) else step.models for step in steps)
        return tuple(name for names in found for name in names)


class JobsSettings(_Options, frozen=True):
    """Which model does which job."""

    decide: str | list[str | Strategy] = msgspec.field(
        default_factory=lambda: list[str | Strategy](BUILT_IN_MODELS)
    )
    """Picks expert, API and arguments; a list is a cascade, left to right."""
    reply: str | Strategy | None = None
    """Words a reply that the experts' own wording cannot; left out, the value is said as it is."""
    rerank: str | Strategy | None = None
    """Chooses among speech hypotheses."""
    summarise: str | Strategy | None = None
    """Sums up a long conversation, outside the turn; left out, the oldest is not shown."""

    @property
    def cascade(self) -> tuple[str, ...]:
        """The names of the models in ``decide``, in order, strategies taken apart."""
        steps = [self.decide] if isinstance(self.decide, str) else self.decide
        found = ((step,) if isinstance(step, str) else step.models for step in steps)
        return tuple(dict.fromkeys(name for names in found for name in names))


class PromptSettings(_Options, frozen=True):
    """What language models are shown."""

    folder: str | None = None
    """A folder of prompt sections; a file in it wins over the one that ships, by name. Left out,
    ``prompts`` beside config.yaml. Relative to the file that names it."""
    one_call_apis: Count = 24
    """With ``planning: auto``, up to this many APIs are shown at once; with more, the experts are
    chosen first."""
    history: Count = 6
    """Exchanges that are shown when the words lean on them."""
    summarise_above: Count = 600
    """Tokens of history above which the oldest is summed up."""


class GuardSettings(_Options, frozen=True):
    """What may reach a language model, and what may come of it."""

    topics: dict[str, list[str]] = {}
    """Topics that are refused: a name, and the words or phrases that tell it."""
    secrets: list[str] = []
    """Regular expressions; what matches is masked before a prompt leaves this machine, besides
    the kinds that are always masked (keys, card numbers, passwords that are said)."""
    spend_turn: Dollars | None = None
    """The most that one turn may cost, in US dollars; left out, no limit."""
    spend_day: Dollars | None = None
    """The most that a day may cost, in US dollars; left out, no limit."""
    requests_per_minute: Count | None = 60
    """Requests to language models within a minute; null: no limit."""


class CacheSettings(_Options, frozen=True):
    """Plans of language models that are kept for the same words."""

    plans: bool = True
    """Whether they are kept and used."""
    size: Count = 1000
    """How many; the least lately used is dropped."""
    keep: Duration = Duration("30d")
    """A plan older than this is not used."""


class PausesSettings(_Options, frozen=True):
    """How long a silence ends an utterance."""

    eager: Duration = Duration("300ms")
    """After it deciding begins, as far as that is harmless."""
    final: Duration = Duration("510ms")
    """After it the utterance stands, and what it asks for is done."""
    complete: Duration = Duration("300ms")
    """Instead of ``final``, after a sentence that is complete as it is."""
    unfinished: Duration = Duration("1200ms")
    """Instead of ``final``, after one that is plainly unfinished ("set a timer for")."""


class WakeSettings(_Options, frozen=True):
    """The word that it listens for."""

    words: list[str] = msgspec.field(default_factory=lambda: ["alexa"])
    """Any of these wakes it."""
    sensitivity: Literal["low", "medium", "high"] = "medium"
    """High hears it from further away, and more often where nobody said it."""


class HearSettings(_Options, frozen=True):
    """How it listens."""

    engine: Literal["vosk", "sphinx"] | None = None
    """What recognises speech; left out, vosk if a model of it is there, else sphinx."""
    model: str | None = None
    """A folder with a model of vosk; left out, the one that ``alexa models pull`` fetched.
    Relative to the file that names it."""
    device: str | int | None = None
    """The microphone, by name or number (``alexa audio devices``); left out, the system's."""
    pauses: PausesSettings = PausesSettings()
    """When an utterance ends."""
    patience: Duration = Duration("8s")
    """How long it waits for a first word before it stops listening."""
    wake: WakeSettings = WakeSettings()
    """The word that it wakes to."""
    n_best: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    """How many hypotheses are weighed by whether they make sense."""
    bias: bool = True
    """Whether it expects what fits now: answers to its question, names that it just said."""


class SpeakSettings(_Options, frozen=True):
    """How it speaks."""

    voice: str = "en-us"
    """A voice of espeak-ng, such as ``en-us``, ``en-gb`` or ``en-us+f3``."""
    rate: Annotated[int, msgspec.Meta(ge=80, le=450)] = 170
    """Words a minute."""
    command: list[str] = []
    """A program that speaks instead, such as ``[say, "$text"]``; empty, the built-in voice."""
    device: str | int | None = None
    """Where it is heard, by name or number (``alexa audio devices``); left out, the system's."""
    mute: bool = False
    """Whether replies are shown only."""


class WatchSettings(_Options, frozen=True):
    """How what is due (timers, alarms, reminders) reaches you, besides the terminal."""

    desktop: bool = True
    """Whether ``alexa watch`` shows a notification on the desktop, if there is one."""
    shell: list[str] = []
    """A program to run for each, such as ``[notify, "$text"]``."""
    http: dict[str, Any] = {}
    """A request to make for each: ``{method, url, headers, json, body, timeout}``."""
    late: Duration = Duration("2m")
    """What is delivered later than this says that it is late, and when it was due."""
    snooze: Duration = Duration("9m")
    """For how long "snooze" puts an alarm off."""


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
    planning: Literal["auto", "one_call", "two_calls"] = "auto"
    """How a language model plans: with every API in one prompt, or experts first and then one
    prompt with theirs; auto goes by how many there are."""
    prompt: PromptSettings = PromptSettings()
    """What language models are shown."""
    guard: GuardSettings = GuardSettings()
    """What may reach a language model, and what may come of it."""
    cache: CacheSettings = CacheSettings()
    """Plans that are kept."""
    hear: HearSettings = HearSettings()
    """How it listens."""
    speak: SpeakSettings = SpeakSettings()
    """How it speaks."""
    watch: WatchSettings = WatchSettings()
    """How what is due reaches you."""
    conversation: ConversationSettings = ConversationSettings()
    """How a conversation goes on."""
    act: ActSettings = ActSettings()
    """Limits on what experts do."""
    trace: TraceSettings = TraceSettings()
    """How long turns are kept."""

    @property
    def language_models(self) -> tuple[str, ...]:
        """The names of the language models that a job has, each once; empty: none is needed."""
        jobs = self.jobs
        names = [*jobs.cascade]
        for step in (jobs.reply, jobs.rerank, jobs.summarise):
            names.extend(() if step is None else (step,) if isinstance(step, str) else step.models)
        kinds = {name: model.kind for name, model in self.models.items()}
        return tuple(n for n in dict.fromkeys(names) if kinds.get(n) in LANGUAGE_KINDS)
