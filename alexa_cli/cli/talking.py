"""What a session has only with language models. Each part is made when it is first needed.

A turn that the small models decide must not pay for prompts, guards and planners.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from alexa_cli.assistant.house import Talkers
from alexa_cli.decide.later import Later
from alexa_cli.decide.registry import build_cascade
from alexa_cli.models.llm.registry import LanguageModels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import Loaded
    from alexa_cli.decide.cascade import Cascade
    from alexa_cli.decide.model import Request
    from alexa_cli.decide.plan_cache import PlanCache
    from alexa_cli.guard.provenance import Tracer
    from alexa_cli.models.chat import ChatRequest, ModelSpec
    from alexa_cli.models.meter import Check, Meter
    from alexa_cli.prompt.texts import Texts
    from alexa_cli.store.store import Store
    from alexa_cli.turn import Plan


class Talking:
    """The parts, and how they are put together."""

    def __init__(
        self, loaded: Loaded, folders: Sequence[Path], catalogue: Catalogue, store: Store
    ) -> None:
        self._loaded, self._folders = loaded, folders
        self._catalogue, self._store = catalogue, store
        self.talkers = Talkers(LanguageModels(loaded.settings), self.texts, (self._check,))

    def cascade(self, paths: Paths) -> Cascade:
        """Return the cascade of ``jobs.decide``."""
        return build_cascade(
            self._loaded.settings, paths, self.talkers.models, self.texts,
            Later("cache", self.plans), doubts=Doubting(self),
        )  # fmt: skip

    def texts(self) -> Texts:
        """Return the texts of prompts. Raises FileError for one that is wrong."""
        return self._texts

    def plans(self) -> PlanCache:
        """Return the plan cache."""
        return self._plans

    def _check(self, spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        """Let every guard on the way out look at a request."""
        for check in self._guards:
            request = check(spec, request, meter)
        return request

    @cached_property
    def _texts(self) -> Texts:
        from alexa_cli.prompt.texts import load_texts

        return load_texts(self._folders)

    @cached_property
    def _plans(self) -> PlanCache:
        from alexa_cli.decide.plan_cache import PlanCache, fingerprints_of

        settings = self._loaded.settings
        return PlanCache(self._store, settings, fingerprints_of(settings, self._texts.fingerprint))

    @cached_property
    def tracer(self) -> Tracer:
        """What traces calls to the user's words."""
        from alexa_cli.guard.provenance import Tracer

        return Tracer(self._catalogue)

    @cached_property
    def _guards(self) -> tuple[Check, ...]:
        from alexa_cli.guard.limits import Pace
        from alexa_cli.guard.outgoing import checks
        from alexa_cli.prompt.tokens import estimate

        guard = self._loaded.settings.guard
        return checks(
            guard, known=self._loaded.secrets(), spent_today=self._spent_today,
            pace=Pace(guard.requests_per_minute, earlier=self._lately), estimate=estimate,
        )  # fmt: skip

    def _lately(self) -> int:
        """Requests of the last minute, of all turns that are stored."""
        from alexa_cli.guard.limits import MINUTE
        from alexa_cli.models.ledger import usage_rows

        return sum(row.asked for row in usage_rows(self._store, self._store.clock() - MINUTE))

    def _spent_today(self) -> float:
        """US dollars since midnight, as the computer's clock has it."""
        from datetime import datetime

        from alexa_cli.models.ledger import spent_since

        midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0)
        return spent_since(self._store, midnight.timestamp())


class Doubting:
    """Doubts the calls of language models' plans (``decide.planner.Planner``)."""

    def __init__(self, talking: Talking) -> None:
        self._talking = talking

    def __call__(self, request: Request, plan: Plan) -> Plan:
        """Return the plan, with its doubts."""
        return self._talking.tracer.doubts(request, plan)

    def prepare(self, request: Request) -> None:
        """Do ahead what does not hang on the plan."""
        self._talking.tracer.prepare(request)
