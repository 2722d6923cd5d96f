"""From what a job needs to a prompt: a pure function, the same bytes from the same inputs.

No set is walked, no clock is read, nothing is hashed by Python: what is not ordered by itself is
sorted, and the only time is the turn's own, in a section that changes every turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from alexa_cli.prompt import fence
from alexa_cli.prompt.describe import household, own_lists
from alexa_cli.prompt.history import history_lines, is_tainted, question_lines, result_lines
from alexa_cli.prompt.schema import answer_schema
from alexa_cli.prompt.section import Prompt, Section, Stability
from alexa_cli.prompt.tools import Toolbox, tool_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.context.conversation import Exchange
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.prompt.aliases import Aliases
    from alexa_cli.prompt.texts import Job, Texts
    from alexa_cli.turn import Candidate, Outcome, Question

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip
MAX_CANDIDATES = 3
NOBODY, TALK = "0", "T"
"""What a router answers if no expert does it, and if there is nothing to do but answer. A plan
prompt without experts is for talk: it has no tools but the two that are no API."""


@dataclass(frozen=True, slots=True)
class Material:
    """All that a prompt may be made of. What is left empty is in no section."""

    catalogue: Catalogue
    experts: tuple[str, ...]
    """Those that were chosen; a router is shown all there are."""
    snapshot: Snapshot
    said: str
    aliases: Aliases
    question: Question | None = None
    history: tuple[Exchange, ...] = ()
    """Exchanges to show, the oldest first: the caller decides whether the words lean on any."""
    summary: str = ""
    candidates: tuple[Candidate, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    structured: Literal["tools", "json_schema"] = "tools"
    hypotheses: tuple[str, ...] = ()
    """Readings of the same sound (``rerank``)."""
    tainted: bool = False
    """Whether ``summary`` sums up words from outside."""


def lists_of(catalogue: Catalogue, experts: Sequence[str]) -> tuple[str, ...]:
    """Return the lists that a prompt about these experts shows: what ``Aliases.of`` takes.

    The home's lists first, then those that the experts provide.
    """
    chosen = [catalogue.experts[name] for name in sorted(set(experts)) if name in catalogue.experts]
    home = [name for expert in chosen for name in expert.context if name not in expert.lists]
    own = [name for expert in chosen for name in expert.lists]
    return tuple(dict.fromkeys((*home, *own)))


def experts_shown(catalogue: Catalogue) -> dict[str, str]:
    """Return the number of each expert in a router's prompt, to its name."""
    return {str(place): name for place, name in enumerate(sorted(catalogue.experts), 1)}


def build(job: Job, material: Material, texts: Texts) -> Prompt:
    """Return the prompt for a job. Deterministic, touches nothing outside its arguments."""
    used = texts.of(job, material.structured)
    filler = _Filler(material)
    values = {place: filler.fill(place) for text in used for place in text.places}
    filled = [(text, shown) for text in used if (shown := text.filled(values))]
    sections = [Section(text.name, text.stability, shown) for text, shown in filled]
    places = {place for text, _ in filled for place in text.places}
    names: dict[str, str] = {}
    schema = None
    if job == "plan":
        names = {tool: name for name, tool in filler.tools.names.items()}
        if material.structured == "tools":
            fixed = sum(s.stability is Stability.FIXED for s in sections)
            tools = filler.tools.text, filler.tools.functions()
            sections.insert(fixed, Section("tools", Stability.FIXED, *tools))
        else:
            schema = answer_schema(names)
    elif job == "route":
        names = experts_shown(material.catalogue)
    elif job == "rerank":
        names = {str(place): text for place, text in enumerate(material.hypotheses, 1)}
    has_history = bool(places & {"history", "summary"})
    return Prompt(
        job, tuple(sections), material.aliases, names,
        filler.lists if places & {"household", "lists"} else (), has_history,
        is_tainted(material, shows_history=has_history), schema,
    )  # fmt: skip


class _Filler:
    """Makes what stands in the places of texts; nothing that stands in none of them."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._lines_of: dict[str, Callable[[], str]] = {
            "said": lambda: fence.line(material.said),
            "now": lambda: when(material.snapshot.now, material.snapshot.tz),
            "summary": lambda: fence.block(material.summary),
            "history": lambda: history_lines(material.history),
            "outcomes": lambda: result_lines(material.outcomes),
            "experts": lambda: expert_lines(material.catalogue),
            "hypotheses": lambda: "\n".join(
                f"{place} {fence.line(text)}" for place, text in enumerate(material.hypotheses, 1)
            ),
            "question": self._question,
            "candidates": self._candidates,
            "household": lambda: self._home[0],
            "lists": lambda: self._home[1],
            "arguments": lambda: self.tools.arguments,
            "examples": lambda: self.tools.examples(material.snapshot.language),
            "tools": lambda: self.tools.signatures,
        }

    def fill(self, place: str) -> str:
        """Return what stands in a place; "" for nothing."""
        return self._lines_of[place]()

    @cached_property
    def tools(self) -> Toolbox:
        return Toolbox.of(self.material.catalogue, self.material.experts)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        return lists_of(self.material.catalogue, self.material.experts)

    @cached_property
    def _home(self) -> tuple[str, str]:
        """The lines about the home's lists, and about those that experts provide."""
        given, lists = self.material, self.lists
        theirs = {name for expert in given.catalogue.experts.values() for name in expert.lists}
        home, own = [n for n in lists if n not in theirs], [n for n in lists if n in theirs]
        lines, shown = household(given.snapshot, home, given.aliases)
        return lines, own_lists(given.snapshot, own, given.aliases, shown)

    def _question(self) -> str:
        question = self.material.question
        if question is None:
            return ""
        return question_lines(question, tool_names(self.material.catalogue))

    def _candidates(self) -> str:
        names = self.tools.names
        told = (names[each.name] for each in self.material.candidates if each.name in names)
        return ", ".join(list(dict.fromkeys(told))[:MAX_CANDIDATES])


def expert_lines(catalogue: Catalogue) -> str:
    """Return a line for each expert: its number, its name, what it is for."""
    return "\n".join(
        f"{number} {name}: {fence.line(catalogue.experts[name].description, 300)}"
        for number, name in experts_shown(catalogue).items()
    )


def when(now: datetime, tz: str) -> str:
    """Return the turn's instant to the minute, in the home's own time."""
    date = f"{DAYS[now.weekday()]}, {now.day} {MONTHS[now.month - 1]} {now.year}"
    return f"{date}, {now.hour:02}:{now.minute:02} ({fence.name(tz)})"
