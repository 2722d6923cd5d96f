"""The example home and the shipped experts, and a function that traces a call to some words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.assistant import Assistant
from alexa_cli.assistant.house import House
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import Paths, find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState
from alexa_cli.context.household import load_household
from alexa_cli.decide.model import Reading, Request
from alexa_cli.decide.registry import build_cascade
from alexa_cli.decide.resolution import resolve
from alexa_cli.guard.provenance import Tracer
from alexa_cli.store.store import Store
from alexa_cli.turn import Basis, Call, Plan, Question

TZ = "America/New_York"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo(TZ))


@cache
def experts(folder: str) -> tuple[Catalogue, Tracer]:
    catalogue = load_catalogue(Settings(), find_paths({"ALEXA_HOME": folder}))
    return catalogue, Tracer(catalogue)


@dataclass
class Trace:
    """Traces calls to words; ``doubts`` of the last one, ``events`` in its trace."""

    house: House
    tracer: Tracer
    events: list[tuple[str, Any]] = field(default_factory=list)

    def request(
        self, say: str, memory: ConversationState | None = None, question: Question | None = None
    ) -> Request:
        """Return the request of these words; the turn's own spans are left out of it."""
        request = Assistant(self.house).request(say, "c", NOW)
        if memory is not None:
            request = replace(request, snapshot=replace(request.snapshot, memory=memory))
        return replace(request, question=question)

    def call(self, request: Request, name: str, arguments: Mapping[str, Any]) -> Call:
        reading = Reading(self.house.catalogue.api(name), arguments, 1.0, pointers=True)
        found = resolve(reading, request)
        assert isinstance(found, Call), found
        return found

    def plan(self, request: Request, *calls: Call, basis: Basis | None = None) -> Plan:
        plan = Plan(tuple(calls), "llm", basis=Basis() if basis is None else basis)
        plan = self.tracer.doubts(request, plan)
        spans = request.meter.recorder.spans()
        guards = [span for span in spans if span.name.startswith("guard")]
        self.events = [(span.name, span.attributes.get("alexa.reason")) for span in guards]
        return plan

    def __call__(self, say: str, name: str, /, **arguments: Any) -> str:
        """Return the doubt about one call, planned by a model for these words."""
        request = self.request(say)
        return self.plan(request, self.call(request, name, arguments)).calls[0].doubt


@pytest.fixture(scope="session")
def experts_home(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder whose cache keeps the compiled catalogue for all tests of this room."""
    return str(tmp_path_factory.mktemp("experts"))


@pytest.fixture
def trace(experts_home: str, paths: Paths) -> Trace:
    catalogue, tracer = experts(experts_home)
    settings = Settings()
    house = House(
        settings, catalogue, Store(":memory:"), load_household(None),
        build_cascade(settings, paths), TZ, run_handler, provide_list,
    )  # fmt: skip
    return Trace(house, tracer)
