"""What a handler is given and what it gives back: the seam between experts and the house."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the public signature
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from alexa_cli.errors import AlexaError
from alexa_cli.turn import Json, Trust

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from random import Random


class HandlerFailed(AlexaError):
    """A handler failed, or returned what nobody can use. The message is one line."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a Python handler may return instead of a plain JSON value."""

    value: Json = None
    """What a later call may point to, and what ``say`` may name."""
    say: str | None = None
    """The reply; wins over the API's ``say``."""
    undo: Mapping[str, Json] | None = None
    """``{"api": ..., "arguments": {...}}`` takes it back; without ``api`` the declared undo's."""
    expects_answer: bool = False
    """Whether the reply asks something, so that the microphone stays open."""
    asks: str | None = None
    """The parameter that ``say`` asks for: the next words are taken for it, and the API is called
    again with it and what it was given."""
    untrusted: bool = False
    """Whether it holds text that somebody wrote, which no language model must obey."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a handler gave back, checked."""

    value: Json = None
    say: str | None = None
    undo: Mapping[str, Json] | None = None
    """``api`` and ``arguments``, or None: the API's declared undo, if any, holds."""
    expects_answer: bool = False
    asks: str | None = None
    source: str = ""
    """Where the value comes from: ``python``, ``http:api.example.org``, ``shell:PROGRAM``."""
    trust: Trust = Trust.HOUSEHOLD


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a request or a program may take and how much it may answer."""

    http_seconds: float = 5.0
    shell_seconds: float = 10.0
    output_bytes: int = 1_000_000


class Notified(Protocol):
    """Something that was scheduled."""

    @property
    def key(self) -> str:
        """What it was scheduled under."""

    @property
    def at(self) -> datetime:
        """When it is due, or was; of what is repeated, the next time. In UTC."""

    @property
    def heard(self) -> datetime:
        """When it was said, which may be late; of what is still to come, as ``at``."""

    @property
    def text(self) -> str:
        """What is said."""

    @property
    def repeat(self) -> str | None:
        """The rule; None: once."""

    @property
    def kind(self) -> str:
        """``notice``, ``timer``, ``alarm`` or ``reminder``."""

    @property
    def missed(self) -> int:
        """How many occurrences before this one came while nobody could tell them."""


class Notify(Protocol):
    """Says something later."""

    def __call__(
        self, text: str, *, at: datetime, key: str, repeat: str | None = None,
        kind: str = "notice", until: datetime | None = None,
    ) -> str | None:  # fmt: skip
        """Say ``text`` at ``at``; returns who will say it, None if nobody is running now.

        Who is ``here`` for this program, else one such as ``alexa watch``. The same ``key``
        replaces what was scheduled under it. ``repeat`` is a rule such as
        ``FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=6;BYMINUTE=45``, by the household's clock; ``at`` is the
        first time then and ``until`` the last at most. ``kind`` (``timer``, ``alarm``,
        ``reminder``) is shown. Raises AlexaError for a bad rule.
        """

    def cancel(self, key: str) -> bool:
        """Do not say it; returns whether it was still to come."""

    def pending(self) -> Sequence[Notified]:
        """What this expert has scheduled and is still to come, the earliest first."""

    def delivered(self, limit: int = 20) -> Sequence[Notified]:
        """What was said for this expert in the last days, the newest first."""

    def first(self, repeat: str, after: datetime) -> datetime | None:
        """The first time behind ``after`` that fits a rule; None if there is none."""

    def next(self, repeat: str, last: datetime) -> datetime | None:
        """The time that follows ``last``, itself one of the rule's, counted from there."""


class Home(Protocol):
    """The household as it is now, and changes to it: kept, and applied over the user's file.

    Sections are ``people, pets, floors, areas, devices, contacts``. Each change returns what was
    changed before, which ``restore`` takes; all raise AlexaError, with nothing changed, for what
    no household can say.
    """

    def read(self) -> Mapping[str, Json]:
        """Return the household as its file would say it, every member with its ``id``."""

    def add(self, section: str, name: str, fields: Mapping[str, Json]) -> tuple[str, Json]:
        """Add a member; returns its id as well."""

    def change(self, section: str, member: str, fields: Mapping[str, Json]) -> Json:
        """Set fields of the member with this id; None as the value of one: not set."""

    def rename(self, section: str, member: str, name: str) -> Json:
        """Give a member another name; the old one is dropped."""

    def alias(self, section: str, member: str, name: str) -> Json:
        """Let a member be called this too."""

    def pronounce(self, word: str, said: str) -> Json:
        """Say how a word is said that no member is called."""

    def remove(self, section: str, member: str) -> Json:
        """Have a member no more."""

    def restore(self, before: Json) -> None:
        """Take a change back."""


class Lists:
    """The household as one expert may see it: an attribute for each list that it declared."""

    __slots__ = ("_expert", "_lists")

    def __init__(self, expert: str, lists: Mapping[str, Any]) -> None:
        self._expert, self._lists = expert, lists

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a NameList, of a room above
        try:
            return self._lists[name]
        except KeyError:
            msg = f"{self._expert} does not see {name!r}: add it to `context:` in its expert.yaml"
            raise AttributeError(msg) from None

    def __dir__(self) -> list[str]:
        return sorted(self._lists)


def _nobody(*_given: object, **_more: object) -> Any:  # noqa: ANN401 - it never returns
    raise HandlerFailed("there is no assistant here that could be asked")


@dataclass(frozen=True, slots=True)
class HandlerContext:
    """What a Python handler gets if it has a parameter named ``context``."""

    now: datetime
    """The turn's one instant, timezone-aware."""
    tz: str
    """IANA name."""
    language: str
    household: Lists
    """The lists that the expert declared in ``context:``, each an attribute."""
    store: Any
    """The expert's own store: get, set, delete, items, transaction."""
    conversation: str
    speaker: str | None
    emit: Callable[..., None]
    """``emit(name, **data)`` tells the house (``undo``, ``again``, ``stop``)."""
    notify: Notify
    limits: Limits = field(default_factory=Limits)
    seed: int | None = None
    """``--seed`` of this turn; None: chance."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What config.yaml tells this expert: ``experts.options.NAME``."""
    said: Mapping[str, str] = field(default_factory=dict)
    """The user's words for each argument that came from words."""
    snooze: float = 540.0
    """Seconds by which "snooze" puts something off: ``watch.snooze``."""

    similar: Callable[[str, Sequence[str]], list[float]] = _nobody
    """``similar(words, texts)``: how near each text is in meaning, 0 to 1, by the encoder of
    ``models.nearest``. It may have to load."""
    understand: Callable[..., list[dict[str, Json]]] = _nobody
    """``understand(words, exact=False)``: what the words ask for, as ``steps``; nothing is run.
    The small models decide; ``exact``: only those that do not estimate. Raises AlexaError."""
    call: Callable[..., Awaitable[Json]] = _nobody
    """``await context.call("api", x=1)``: the value of another API of this expert that reads."""
    temperature_unit: str = "fahrenheit"
    """``temperature_unit`` of the settings: ``fahrenheit`` or ``celsius``."""
    home: Home | None = None
    """The household itself, for an expert that changes it."""

    def chance(self) -> Random:
        """Return a source of chance: with ``--seed``, the same each time it is asked for."""
        from random import Random  # noqa: PLC0415 - few handlers draw lots

        return Random(self.seed)  # noqa: S311 - for jokes and dice, not for secrets
