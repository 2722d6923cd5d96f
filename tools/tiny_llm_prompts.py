"""Prompts for the tiny language model to learn on: the project's own, with a hole for the words.

A scene is a whole prompt as the chat template renders it, cut where the user's words stand. Many
samples then share one scene, and what comes before the hole need be read only once.
"""

# ruff: noqa: PLR2004 - shares of a draw are numbers
from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import yaml

from alexa_cli.context.conversation import Exchange
from alexa_cli.context.household import Household, load_household
from alexa_cli.context.names import Name, NameList
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ModelSpec
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, experts_shown, lists_of
from alexa_cli.prompt.render import render
from alexa_cli.prompt.texts import Texts, load_texts
from alexa_cli.prompt.tools import ASK, NONE, tool_names
from alexa_cli.turn import Call, Candidate, Outcome, Plan, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.models.chat import ChatRequest
    from alexa_cli.prompt.texts import Job, Mode
    from tools.tiny_llm_data import Sample, Speaker, Wanted

TEMPLATE = Path(__file__).parent / "tiny_llm_template.jinja"
HOLE = "HOLEFORWORDS"
SPEC = ModelSpec("tiny", model="openai/tiny", provider="openai")
START = datetime(2026, 1, 5, 7, 30, tzinfo=ZoneInfo("UTC"))
ZONES = ("America/New_York", "UTC", "Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles")
KINDS = ("light", "light", "light", "switch", "fan", "cover", "lock", "media_player")
REPLY = "Here is what I found."
"""What the model says to any results: it has not learnt to word them."""


def render_chat(request: ChatRequest) -> str:
    """The text that the engine makes of a request."""
    import jinja2  # noqa: PLC0415 - the engine has its own

    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - no HTML
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    messages, tools = list(request.messages), list(request.tools)
    return str(template.render(messages=messages, tools=tools, add_generation_prompt=True))


@dataclass(frozen=True, slots=True)
class Scene:
    """A prompt, cut where the words stand, and how its job is answered."""

    job: str
    mode: str
    before: str
    after: str
    experts: frozenset[str]
    """Whose calls it can answer with."""
    names: Mapping[str, str] = field(default_factory=dict)
    """``expert.api`` to the name of its tool."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Expert to what a router answers for it."""
    question: str = ""
    """What was asked before, if it is for the words to answer."""

    def fits(self, sample: Sample) -> bool:
        """Whether the scene has the experts that the sample is for."""
        if sample.question != self.question:
            return False
        if self.job in {"route", "reply"}:
            return True
        asked = {sample.expert} if sample.ask else set()
        return {c.api.partition(".")[0] for c in sample.calls} | asked <= self.experts

    def answer(self, sample: Sample) -> str:
        """What the model answers."""
        if self.job == "reply":
            return REPLY
        if self.job == "route":
            return self._route(sample)
        return self._json(sample) if self.mode == "json_schema" else self._tools(sample)

    def _route(self, sample: Sample) -> str:
        if sample.say:
            return "T"
        experts = [call.api.partition(".")[0] for call in sample.calls]
        if sample.ask:
            experts = [sample.expert]
        return " ".join(dict.fromkeys(self.numbers[expert] for expert in experts)) or "0"

    def _tools(self, sample: Sample) -> str:
        if sample.say:
            return sample.say
        calls: list[tuple[str, Any]] = [(self.names[c.api], c.arguments) for c in sample.calls]
        if not calls:
            calls = [(ASK, {"question": sample.ask}) if sample.ask else (NONE, {})]
        return "\n".join(
            f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"
            for name, arguments in calls
        )

    def _json(self, sample: Sample) -> str:
        if sample.say:
            return json.dumps({"say": sample.say})
        if sample.ask:
            return json.dumps({"ask": sample.ask})
        if not sample.calls:
            return json.dumps({"none": True})
        calls = [{"api": self.names[c.api], "arguments": c.arguments} for c in sample.calls]
        return json.dumps({"calls": calls})


def made_home(speaker: Speaker, folder: Path) -> Household:
    """A home with made-up names."""
    names, rng = speaker.names, speaker.rng
    rooms = list(dict.fromkeys(names.name("rooms", 0.7) for _ in range(rng.randint(2, 12))))
    devices = {f"{kind} {number}": (kind, number) for number, kind in enumerate(
        rng.choice(KINDS) for _ in range(rng.randint(3, 45))
    )}  # fmt: skip
    home = {
        "name": names.name(),
        "people": [{"id": f"p{n}", "name": names.name()} for n in range(rng.randint(1, 4))],
        "areas": [{"name": room} for room in rooms],
        "devices": [
            {"id": f"{kind}.{number}", "name": names.slot("device"), "area": rng.choice(rooms),
             "kind": kind} for kind, number in devices.values()
        ],
        "contacts": [
            {"id": f"c{n}", "name": names.name("people", 0.4)} for n in range(rng.randint(1, 9))
        ],
    }  # fmt: skip
    path = folder / f"home-{rng.randrange(10**9)}.yaml"
    path.write_text(yaml.safe_dump(home, sort_keys=False, allow_unicode=True), "utf-8")
    return load_household(path)


class Stage:
    """Makes scenes of one catalogue and the shipped texts."""

    def __init__(self, speaker: Speaker, folder: Path) -> None:
        self.speaker, self.rng, self._folder = speaker, speaker.rng, folder
        self.catalogue: Catalogue = speaker.catalogue
        self._texts: Texts = load_texts([])
        self._names = tool_names(self.catalogue)

    def scene(self) -> Scene:
        """One scene at random."""
        rng = self.rng
        job: Job = rng.choices(("plan", "route", "reply"), (86, 12, 2))[0]
        everyone = sorted(self.catalogue.experts)
        experts = everyone
        if job == "plan" and rng.random() < 0.6:
            experts = rng.sample(everyone, rng.choice((0, 1, 1, 1, 1, 2, 2, 3)))
        home = load_household(None) if rng.random() < 0.3 else made_home(self.speaker, self._folder)
        now = START + timedelta(minutes=rng.randrange(700_000))
        asked = self.speaker.follow_up() if rng.random() < 0.07 else None
        mode: Mode = "json_schema" if rng.random() < 0.2 else "tools"
        zone = rng.choice(ZONES)
        snapshot = Snapshot(now.astimezone(ZoneInfo(zone)), zone, "en", home, self._lists())
        return self.make(job, experts, snapshot, mode, question=asked or "", noisy=True)

    def _lists(self) -> dict[str, NameList]:
        return {
            "list_names": self._named("list_names", "list"),
            "timer_names": self._named("timer_names", "timer"),
        }

    def _named(self, kind: str, slot: str) -> NameList:
        said = (self.speaker.names.slot(slot) for _ in range(self.rng.randint(0, 5)))
        names = (Name(f"{kind}-{number}", name) for number, name in enumerate(said))
        return NameList(kind, tuple(names), "none")

    def make(
        self, job: Job, experts: list[str], snapshot: Snapshot, mode: Mode = "tools", *,
        question: str = "", noisy: bool = False,
    ) -> Scene:  # fmt: skip
        """The scene of one prompt; ``noisy``: with what may stand in it besides."""
        aliases = Aliases.of(snapshot.list, lists_of(self.catalogue, experts), {})
        open_ = Question(question, "open", Plan(())) if question and job != "reply" else None
        material = Material(
            self.catalogue, tuple(experts), snapshot, HOLE, aliases, question=open_,
            history=self._history() if noisy and self.rng.random() < 0.25 else (),
            candidates=self._candidates() if noisy and self.rng.random() < 0.3 else (),
            outcomes=self._outcomes() if job == "reply" else (), structured=mode,
        )  # fmt: skip
        prompt = build(job, material, self._texts)
        before, after = render_chat(render(prompt, SPEC)).split(HOLE)
        return Scene(
            job, mode, before, after, frozenset(experts), self._names,
            {name: number for number, name in experts_shown(self.catalogue).items()},
            question if open_ else "",
        )  # fmt: skip

    def _wanted(self) -> Wanted:
        return self.speaker.free().calls[0]

    def _history(self) -> tuple[Exchange, ...]:
        count = self.rng.randint(1, 4)
        return tuple(Exchange(self.speaker.sample().words, "OK.") for _ in range(count))

    def _candidates(self) -> tuple[Candidate, ...]:
        found = (self._wanted().api.split(".") for _ in range(self.rng.randint(1, 3)))
        return tuple(Candidate(expert, api, 0.5) for expert, api in found)

    def _outcomes(self) -> tuple[Outcome, ...]:
        expert, api = self._wanted().api.split(".")
        return (Outcome(Call(expert, api), value={"found": self.speaker.names.name()}),)
