"""Choosing among what may have been said: by sound, and by what would come of it.

A recogniser gives several readings of one sound. What the small models make of each is worth
something against how it sounds: words that answer the pending question most, then a command whose
names all exist, then what resembles a command. Words that mean nothing win only by sounding so.

``choose`` is pure. ``Judge`` asks the small models, each text once, and only as far as it matters:
a first hypothesis that nothing can beat is taken without a look at the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from alexa_cli.decide import questions
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.turn import Pass, Plan, Question, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from alexa_cli.assistant.house import Decider
    from alexa_cli.decide.cascade import SmallModel
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Call, Decision, Hypothesis

    MakeRequest: TypeAlias = "Callable[[str], Request]"

MARGIN = 2.0
"""Two readings that mean as much and sound within this are close: natural logarithm."""
FAR = 30.0
"""No reading counts as sounding worse than this."""
UNSCORED = 1.0
"""How much worse each reading is than the one before it, where the recogniser gives no scores."""
MOST = 20
"""Readings that are looked at."""
_BY_NAME = frozenset({"unknown_name", "unreadable"})


class Sense(Enum):
    """What words mean here; the value is its worth, a natural logarithm as scores of sound are."""

    NOTHING = 0.0
    NEARLY = 1.0
    """A command with a name that does not exist, or a value that cannot be read."""
    LIKENESS = 3.0
    """Something much like an example."""
    INCOMPLETE = 6.0
    """A command that lacks something: it would be asked for."""
    COMMAND = 8.0
    """Everything is said and exists."""
    ANSWER = 14.0
    """It answers the question that is open."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the small models make of one text."""

    sense: Sense
    deed: str = ""
    """What would be done: two texts with the same deed are the same to everybody."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which hypothesis it is, and why."""

    index: int
    why: str
    margin: float | None = None
    """By how much it is better than the best one that means something else; None: there is
    none."""
    rivals: tuple[int, ...] = ()
    """Those that mean as much, something else, and are within ``MARGIN``: better first."""


def sounds(hypotheses: Sequence[Hypothesis]) -> tuple[float, ...]:
    """Return how well each sounds against the best, 0 to ``-FAR``.

    Both engines give natural logarithms, but with other zeros; one without a score, or one that is
    no number, is taken by its place.
    """
    scores = [h.score if h.score is not None and not math.isnan(h.score) else None
              for h in hypotheses]  # fmt: skip
    known = [score for score in scores if score is not None and score < math.inf]
    best = max(known, default=0.0)
    best = best if math.isfinite(best) else 0.0
    return tuple(
        max(-FAR, -UNSCORED * place if score is None else min(0.0, score - best))
        for place, score in enumerate(scores)
    )


def choose(hypotheses: Sequence[Hypothesis], judged: Sequence[Judgement]) -> Choice:
    """Choose by sound and sense. There is at least one hypothesis, and a judgement for each."""
    heard = sounds(hypotheses)
    totals = [sound + each.sense.value for sound, each in zip(heard, judged, strict=True)]
    best = max(range(len(totals)), key=lambda n: (totals[n], -n))
    ranked = sorted(range(len(totals)), key=lambda n: (-totals[n], n))
    others: dict[str, int] = {}
    for n in ranked:
        if _other(n, best, hypotheses, judged):
            others.setdefault(judged[n].deed or hypotheses[n].text, n)
    margin = min((totals[best] - totals[n] for n in others.values()), default=None)
    rivals = tuple(
        n for n in others.values()
        if judged[n].sense is judged[best].sense and totals[best] - totals[n] <= MARGIN
    )  # fmt: skip
    return Choice(best, _why(best, heard, judged), _rounded(margin), rivals)


def _other(
    n: int, best: int, hypotheses: Sequence[Hypothesis], judged: Sequence[Judgement]
) -> bool:
    """Whether a hypothesis means something else than the best one."""
    if judged[n].deed or judged[best].deed:
        return judged[n].deed != judged[best].deed
    return hypotheses[n].text != hypotheses[best].text


def _why(best: int, heard: Sequence[float], judged: Sequence[Judgement]) -> str:
    clearest = max(range(len(heard)), key=lambda n: (heard[n], -n))
    if best == clearest:
        return f"it sounds most like it; {_MEANS[judged[best].sense]}"
    better = f"what sounds better by {heard[clearest] - heard[best]:.1f}"
    return f"{_MEANS[judged[best].sense]}; {better} {_MEANS[judged[clearest].sense]}"


_MEANS = {
    Sense.NOTHING: "means nothing here",
    Sense.NEARLY: "names something that is not here",
    Sense.LIKENESS: "is much like a command",
    Sense.INCOMPLETE: "is a command that lacks something",
    Sense.COMMAND: "is a command",
    Sense.ANSWER: "answers the question",
}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


class Judge:
    """What the small models of a decider make of words, at one moment of a conversation."""

    def __init__(self, decider: Decider, make: MakeRequest) -> None:
        """``make`` returns the request that a text would be."""
        small = decider.small if isinstance(decider, Cascade) else ()
        self._exact = Cascade([m for m in small if isinstance(m, (Reflex, Sentences))])
        self._likeness = [m for m in small if not isinstance(m, (Reflex, Sentences))]
        self._make = make
        self._known: dict[tuple[str, bool], Judgement] = {}

    async def choice(self, hypotheses: Sequence[Hypothesis], *, close: bool = False) -> Choice:
        """Judge and choose. ``close``: what nearly won is wanted too, for somebody to ask."""
        few = hypotheses[:MOST]
        if len(few) == 1:
            return Choice(0, "there is no other")
        first = await self._of(few[0].text)
        heard = sounds(few)
        ahead = first.sense in self._unbeatable(few[0].text) and heard[0] == max(heard)
        if ahead and not (close and any(sound >= -MARGIN for sound in heard[1:])):
            return Choice(0, f"it sounds most like it; {_MEANS[first.sense]}")
        judged = [await self._of(each.text) for each in few]
        if all(each.sense.value < Sense.INCOMPLETE.value for each in judged):
            judged = [
                await self._of(each.text, likeness=True) if known.sense is Sense.NOTHING else known
                for each, known in zip(few, judged, strict=True)
            ]
        return choose(few, judged)

    def _unbeatable(self, text: str) -> tuple[Sense, ...]:
        """What nothing that sounds worse can beat."""
        question = self._make(text).question
        answerable = question is not None and question.kind != "open"
        return (Sense.ANSWER,) if answerable else (Sense.COMMAND,)

    async def _of(self, text: str, *, likeness: bool = False) -> Judgement:
        """Judge a text, once: by the exact models, or by those that go by likeness."""
        if (text, likeness) not in self._known:
            request = self._make(text)
            if not request.tokens:
                judged = Judgement(Sense.NOTHING)
            elif likeness:
                judged = _like(self._likeness, request)
            else:
                judged = await self._exactly(request)
            self._known[text, likeness] = judged
        return self._known[text, likeness]

    async def _exactly(self, request: Request) -> Judgement:
        question = request.question
        if question is not None and (answer := questions.answer(question, request)) is not None:
            return Judgement(Sense.ANSWER, _deed(answer) or "no")
        decision: Decision = Pass("nobody was asked")
        async for each in self._exact.decide(request):
            decision = each
        if isinstance(decision, Plan):
            return Judgement(Sense.COMMAND, _deed(decision))
        if isinstance(decision, Question) and decision.asked == 1:
            return Judgement(Sense.INCOMPLETE, _deed(decision))
        if isinstance(decision, Refusal) and decision.reason in _BY_NAME:
            return Judgement(Sense.NEARLY)
        return Judgement(Sense.NOTHING)


def _like(models: Sequence[SmallModel], request: Request) -> Judgement:
    for model in models:
        decision = model.judge(replace(request, may_ask=False))
        if isinstance(decision, (Plan, Question)):
            return Judgement(Sense.LIKENESS, _deed(decision))
    return Judgement(Sense.NOTHING)


def _deed(decision: Decision) -> str:
    """Return what would be done, the same for the same calls."""
    if isinstance(decision, Plan):
        return "; ".join(sorted(map(_call, decision.calls)))
    if isinstance(decision, Question):
        return f"{_deed(decision.plan)} asks {decision.parameter or 'whether'}"
    return ""


def _call(call: Call) -> str:
    given = sorted((name, each.pointer or each.value) for name, each in call.arguments.items())
    return f"{call.name} {given!r}"
