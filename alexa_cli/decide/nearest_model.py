"""``nearest`` as a model of the cascade: rank, gate, fill the slots, resolve.

It estimates, so it is held to more than the exact models: below its threshold it passes, within
its margin it passes, and what it would run must account for the words that carry meaning
(``Vocabulary.unexplained``): "turn off the bathroom radiator" is not "turn off the bathroom".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Effect
from alexa_cli.decide.courtesy import strip
from alexa_cli.decide.model import Reading
from alexa_cli.decide.nearest import Nearest
from alexa_cli.decide.resolution import Trouble, resolve
from alexa_cli.decide.sentences import as_decision
from alexa_cli.decide.vocabulary import Vocabulary
from alexa_cli.turn import Candidate, Pass, Plan, Question

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import ModelSettings
    from alexa_cli.decide.model import Request
    from alexa_cli.decide.nearest import Verdict
    from alexa_cli.turn import Decision

SHOWN = 5
"""Candidates that a decision carries."""


class NearestModel:
    """The model. It learns, or loads what it learned, when it is first asked."""

    def __init__(self, name: str, tuned: ModelSettings | None, paths: Paths) -> None:
        self.name, self._tuned, self._paths = name, tuned, paths
        self._learned: tuple[Catalogue, Nearest, Vocabulary] | None = None

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield one final decision."""
        yield self.judge(request)

    def learned(self, catalogue: Catalogue) -> tuple[Nearest, Vocabulary]:
        """Return what was learned from the catalogue's examples. Raises ConfigError."""
        if self._learned is None or self._learned[0] is not catalogue:
            from alexa_cli.models.encoder import load_encoder  # noqa: PLC0415 - imports numpy

            tuned = self._tuned
            encoder = load_encoder(
                (tuned.encoder if tuned else None) or "ngrams", self._paths.models
            )
            nearest = Nearest(
                encoder, tuned.threshold if tuned else None, tuned.margin if tuned else None
            )
            nearest.train(self._apis(catalogue), catalogue.language, self._paths.cache / "nearest")
            self._learned = (catalogue, nearest, Vocabulary(catalogue))
        return self._learned[1], self._learned[2]

    def _apis(self, catalogue: Catalogue) -> Iterable[Api]:
        """Return what there is to learn from: the catalogue's examples, and the model's own."""
        if self._tuned is None or self._tuned.data is None:
            return catalogue.apis()
        from alexa_cli.decide.further import with_further  # noqa: PLC0415 - few models have data

        return with_further(catalogue.apis(), self._tuned.data, catalogue.language)

    @property
    def threshold(self) -> float | None:
        """The nearness below which it passes; None before it has learned."""
        return self._learned[1].threshold if self._learned else None

    @property
    def margin(self) -> float | None:
        """The lead, in probability, below which it passes; None before it has learned."""
        return self._learned[1].margin if self._learned else None

    def judge(self, request: Request) -> Decision:
        """Decide: no input or output but the cache of what was learned."""
        nearest, vocabulary = self.learned(request.catalogue)
        part = request.part(strip(request.tokens, request.moment.language))
        verdict = nearest.consider(" ".join(part.words), SHOWN)
        candidates = tuple(
            Candidate(r.expert, r.api, round(r.probability, 4), f"cosine {r.cosine:.2f}")
            for r in verdict.ranked
        )
        winner = verdict.ranked[0] if verdict.ranked else None
        api = request.catalogue.find(winner.expert, winner.api) if winner else None
        if winner is None or api is None or (verdict.code != "ok" and not request.closed_set):
            code = verdict.code if verdict.code != "ok" else "no_match"
            return Pass(_why(verdict), code, candidates, self.name, verdict.nearness)
        return self._act_on(api, part, vocabulary, candidates, winner.probability)

    def _act_on(
        self, api: Api, request: Request, vocabulary: Vocabulary,
        candidates: tuple[Candidate, ...], score: float,
    ) -> Decision:  # fmt: skip
        from alexa_cli.decide.slots import fill  # noqa: PLC0415 - after the gate only

        said = fill(api, request)
        reading = Reading(api, said, score, why="like its examples")
        result = resolve(reading, request)
        # An estimate is not verified: what is irreversible is confirmed before it is done.
        decision = unverified(as_decision(reading, result, self.name, candidates))
        if request.closed_set:
            return decision
        if api.run is not None and said and not vocabulary.supported(api, request, said):
            reason = f"nothing but names speaks for {api.full_name}"
            return Pass(reason, "below_threshold", candidates, self.name, score)
        if api.effect is not Effect.READ and (word := vocabulary.denied(api, request)):
            return self._unsure(api, [word], candidates, score)
        if isinstance(result, Trouble):
            listed = result.code == "choice" and bool(result.choices)
            if listed or (result.code == "missing" and request.may_ask):
                unknown = vocabulary.unexplained(api, request, said)
                return decision if not unknown else self._unsure(api, unknown, candidates, score)
            code = "missing" if result.code == "choice" else result.code
            return Pass(result.text, code, candidates, self.name, score)
        if api.run is not None and (unknown := vocabulary.unexplained(api, request, said)):
            return self._unsure(api, unknown, candidates, score)
        if not said and _always_marked(api, request):
            reason = f"{api.full_name}: its examples all name something, and nothing is named"
            return Pass(reason, "missing", candidates, self.name, score)
        return decision

    def _unsure(
        self, api: Api, unknown: list[str], candidates: tuple[Candidate, ...], score: float
    ) -> Pass:
        words = ", ".join(repr(word) for word in unknown)
        reason = f"{api.full_name} does not account for {words}"
        return Pass(reason, "below_threshold", candidates, self.name, score)


def _always_marked(api: Api, request: Request) -> bool:
    """Whether every example of an API names an argument."""
    examples = api.examples.get(request.moment.language, ())
    return bool(examples) and all(example.marks for example in examples)


def unverified(decision: Plan | Question) -> Plan | Question:
    """Mark a decision as one that nobody verified."""
    if isinstance(decision, Question):
        return replace(decision, plan=replace(decision.plan, verified=False))
    return replace(decision, verified=False)


def _why(verdict: Verdict) -> str:
    if verdict.code == "below_threshold":
        return f"{verdict.nearness:.2f} is below the threshold {verdict.threshold:.2f}"
    if verdict.code == "ambiguous":
        first, second = verdict.ranked[0], verdict.ranked[1]
        return f"{first.name} and {second.name} are within {verdict.margin:.2f}"
    return "it resembles no example"
