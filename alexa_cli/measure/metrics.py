"""What is measured over a run: shares with 95 % intervals, times, and how each case fared."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from alexa_cli.language.text import words
from alexa_cli.turn import Pass, Plan, Question, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alexa_cli.measure.sound import Sounded
    from alexa_cli.measure.suite import Expected, ExpectedCall
    from alexa_cli.turn import Call, Decision

IN_SCOPE_REFUSED = 0.05
"""The share of in-scope cases refused at which ``out_of_scope_refused_at_5`` is read off."""
RESAMPLES = 300
_Z = 1.959964
ARTICLES = frozenset({"the", "a", "an", "my"})

Interval: TypeAlias = tuple[float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judged:
    """One turn, and how it fared."""

    id: str
    say: str
    expected: str
    """What should have come of it, in words."""
    decided: str
    """What came of it, in words."""
    expert: str | None
    """The (first) expert expected; None: nobody's, or not labelled."""
    in_scope: bool
    """Whether somebody's."""
    out_of_scope: bool
    """Whether nobody's, by its label."""
    expert_right: bool | None
    api_right: bool | None
    """None: not labelled."""
    exact: bool
    refused: bool
    wrong_action: bool
    """Whether something that changes the world would be done that should not."""
    pairs: tuple[int, int, int] = (0, 0, 0)
    """Labelled arguments: found, given in all, labelled in all."""
    gate: float | None = None
    """What a threshold would be compared with: the higher, the surer."""
    seconds: float = 0.0
    why: str = ""
    sound: Sounded | None = None
    """How it was heard; None: the words were given."""

    @property
    def right(self) -> bool:
        """Whether expert and API are right, or it was rightly refused."""
        if self.out_of_scope:
            return self.refused
        if self.expert_right is None:
            return self.exact
        return self.expert_right and self.api_right is not False


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures of a run. A figure is None where nothing was labelled that it could count."""

    cases: int
    turns: int
    values: Mapping[str, float | None]
    intervals: Mapping[str, Interval]
    """Of those shares that have one: 95 %."""
    experts: Mapping[str, Mapping[str, float | int | None]] = field(default_factory=dict)


def judge(
    turn_id: str, say: str, expected: Expected, decision: Decision, *,
    changes: frozenset[str] = frozenset(), gate: float | None = None, seconds: float = 0.0,
    sound: Sounded | None = None,
) -> Judged:  # fmt: skip
    """Compare one decision with what was expected. ``changes``: names of APIs with effects."""
    calls = calls_of(decision)
    refused = not isinstance(decision, (Plan, Question))
    labelled = expected.calls
    expert_right = api_right = None
    if labelled:
        expert_right = _same((c.expert for c in labelled), (c.expert for c in calls))
        if all(c.api for c in labelled):
            api_right = _same((c.name for c in labelled), (c.name for c in calls))
    asked = decision.parameter if isinstance(decision, Question) else None
    wrong = []
    if expected.refused and not refused:
        wrong.append("should be refused")
    if labelled and not expert_right:
        wrong.append("refused" if refused else "another expert")
    elif labelled and api_right is False:
        wrong.append("another API")
    if expected.asks is not None and asked != expected.asks:
        wrong.append(f"should ask for {expected.asks}")
    if expected.asks is None and labelled and isinstance(decision, Question):
        wrong.append(f"asks for {asked or 'a yes'}")
    if expected.not_expert and any(c.expert == expected.not_expert for c in calls):
        wrong.append(f"should not be {expected.not_expert}'s")
    wrong += _argument_faults(labelled or (), calls)
    acts = [c for c in calls if c.name in changes] if isinstance(decision, Plan) else []
    return Judged(
        turn_id, say, described(expected), shown(decision),
        labelled[0].expert if labelled else None, bool(labelled), expected.refused,
        expert_right, api_right, not wrong, refused, bool(acts) and _unwanted(expected, acts),
        _pairs(labelled or (), calls), gate, seconds,
        "; ".join(dict.fromkeys(wrong)) + (f" ({_reason(decision)})" if refused and wrong else ""),
        sound,
    )  # fmt: skip


def _reason(decision: Decision) -> str:
    return decision.reason if isinstance(decision, (Pass, Refusal)) else "answered in words"


def calls_of(decision: Decision) -> tuple[Call, ...]:
    """Return the calls that a decision makes or asks about."""
    plan = decision.plan if isinstance(decision, Question) else decision
    return plan.calls if isinstance(plan, Plan) else ()


def _same(first: Iterable[str], second: Iterable[str]) -> bool:
    return Counter(first) == Counter(second)


def _unwanted(expected: Expected, acts: Sequence[Call]) -> bool:
    if expected.not_expert:
        return any(call.expert == expected.not_expert for call in acts)
    wanted = expected.calls or ()
    return any(
        all(call.expert != want.expert or want.api not in {None, call.api} for want in wanted)
        for call in acts
    )


def _matched(
    labelled: Sequence[ExpectedCall], calls: Sequence[Call]
) -> list[tuple[ExpectedCall, Call | None]]:
    """Pair each expected call with the best planned one of the same API, each used once."""
    left = list(calls)
    pairs: list[tuple[ExpectedCall, Call | None]] = []
    for want in labelled:
        same = [c for c in left if c.expert == want.expert and want.api in {None, c.api}]
        best = max(same, key=lambda c: len(_found(want, c)), default=None)
        if best is not None:
            left.remove(best)
        pairs.append((want, best))
    return pairs


def spoken(text: str) -> tuple[str, ...]:
    """Return the words of an argument as they are compared.

    An article before them is nothing, nor is a possessive ("mom's" number) after them.
    """
    said = words(text.removesuffix("'s").removesuffix("’s"))
    return said[1:] if len(said) > 1 and said[0] in ARTICLES else said


def _found(want: ExpectedCall, call: Call) -> list[str]:
    return [
        name
        for name, text in (want.arguments or {}).items()
        if (given := call.arguments.get(name)) is not None
        and given.words is not None
        and spoken(given.words) == spoken(text)
    ]


def _argument_faults(labelled: Sequence[ExpectedCall], calls: Sequence[Call]) -> list[str]:
    faults = []
    for want, call in _matched(labelled, calls):
        given = call.arguments if call else {}
        for name in want.arguments or {}:
            if call is not None and name not in _found(want, call):
                got = given[name].words if name in given else None
                faults.append(f"{name} is {got!r}" if got else f"{name} is missing")
        for name, value in (want.values or {}).items():
            if call is not None and (name not in given or given[name].value != value):
                got_value = given[name].value if name in given else "missing"
                faults.append(f"{name} is {got_value!r}, not {value!r}")
    return faults


def _pairs(labelled: Sequence[ExpectedCall], calls: Sequence[Call]) -> tuple[int, int, int]:
    """Count labelled arguments: found, given, labelled. Unlabelled calls do not count."""
    found = given = total = 0
    pairs = [pair for pair in _matched(labelled, calls) if pair[0].arguments is not None]
    for want, call in pairs:
        total += len(want.arguments or ())
        if call is not None:
            found += len(_found(want, call))
            given += sum(argument.words is not None for argument in call.arguments.values())
    if pairs and not any(call for _, call in pairs):
        given += sum(a.words is not None for c in calls for a in c.arguments.values())
    return found, given, total


def described(expected: Expected) -> str:
    """Return what is expected, in words."""
    if expected.not_expert:
        return f"not {expected.not_expert}"
    if expected.refused:
        return "nobody's"
    parts = [_call_text(c.name, c.arguments or c.values or {}) for c in expected.calls or ()]
    return " and ".join(parts) + (f" asks for {expected.asks}" if expected.asks else "")


def shown(decision: Decision) -> str:
    """Return what was decided, in words."""
    calls = calls_of(decision)
    text = " and ".join(
        _call_text(c.name, {n: a.words or a.value for n, a in c.arguments.items()}) for c in calls
    )
    if isinstance(decision, Question):
        return f"{text} asks for {decision.parameter or 'a yes'}"
    return text or "refused"


def _call_text(name: str, arguments: Mapping[str, object]) -> str:
    inside = ", ".join(f"{key}={value}" for key, value in arguments.items())
    return f"{name}({inside})" if inside else name


# Figures --------------------------------------------------------------------------------------


def summarise(judged: Sequence[Judged]) -> Metrics:
    """Return the figures over all turns."""
    inside = [j for j in judged if j.in_scope]
    outside = [j for j in judged if j.out_of_scope]
    shares = {
        "expert_accuracy": [j.expert_right is True for j in inside],
        "api_accuracy": [j.api_right is True for j in inside if j.api_right is not None],
        "exact_match": [j.exact for j in judged],
        "refused": [j.refused for j in inside],
        "out_of_scope_refused": [j.refused for j in outside],
        "wrong_action_rate": [j.wrong_action for j in judged],
    }
    values: dict[str, float | None] = {name: share(hits) for name, hits in shares.items()}
    intervals = {name: wilson(sum(hits), len(hits)) for name, hits in shares.items() if hits}
    pairs = [j.pairs for j in inside]
    values["argument_f1"] = f1(pairs)
    if values["argument_f1"] is not None:
        intervals["argument_f1"] = bootstrap(pairs, f1)
    values["out_of_scope_refused_at_5"] = refused_at(inside, outside, IN_SCOPE_REFUSED)
    seconds = sorted(j.seconds for j in judged)
    for name, level in (("p50_ms", 0.5), ("p95_ms", 0.95)):
        values[name] = round(quantile(seconds, level) * 1000, 3) if seconds else None
    by_ear = [(j.exact, j.sound) for j in judged if j.sound is not None]
    if by_ear:
        from alexa_cli.measure.sound_metrics import figures  # noqa: PLC0415 - few suites have sound

        heard, around = figures(by_ear)
        values, intervals = values | heard, intervals | around
    lines = {j.id.partition("#")[0] for j in judged}
    return Metrics(len(lines), len(judged), values, intervals, _by_expert(judged))


def _by_expert(judged: Sequence[Judged]) -> dict[str, dict[str, float | int | None]]:
    found: dict[str, list[Judged]] = {}
    for each in judged:
        if each.expert is not None:
            found.setdefault(each.expert, []).append(each)
    return {
        name: {
            "turns": len(mine),
            "expert_accuracy": share([j.expert_right is True for j in mine]),
            "api_accuracy": share([j.api_right is True for j in mine if j.api_right is not None]),
            "exact_match": share([j.exact for j in mine]),
            "refused": share([j.refused for j in mine]),
        }
        for name, mine in sorted(found.items())
    }


def share(hits: Sequence[bool]) -> float | None:
    """Return the share of True, or None of nothing."""
    return sum(hits) / len(hits) if hits else None


def f1(pairs: Iterable[tuple[int, int, int]]) -> float | None:
    """Return the micro F1 of (found, given, labelled) counts; None if there is nothing."""
    found, given, labelled = (
        (sum(column) for column in zip(*pairs, strict=True)) if pairs else (0,) * 3
    )
    return 2 * found / (given + labelled) if given + labelled else None


def refused_at(inside: Sequence[Judged], outside: Sequence[Judged], rate: float) -> float | None:
    """Return the share of ``outside`` that is refused where ``rate`` of ``inside`` is.

    None where there is nothing outside or the decider has no gate.
    """
    near = sorted(j.gate for j in inside if j.gate is not None)
    far = [j.gate for j in outside if j.gate is not None]
    if not near or not far:
        return None
    threshold = quantile(near, rate)
    return sum(gate < threshold for gate in far) / len(far)


def quantile(ordered: Sequence[float], level: float) -> float:
    """Return the quantile of sorted numbers, between neighbours by proportion."""
    place = level * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def wilson(hits: int, total: int) -> Interval:
    """Return the 95 % interval of a share (Wilson 1927): right also near 0 and 1."""
    rate, square = hits / total, _Z * _Z / total
    middle = (rate + square / 2) / (1 + square)
    reach = _Z * math.sqrt(rate * (1 - rate) / total + square / (4 * total)) / (1 + square)
    return max(0.0, min(rate, middle - reach)), min(1.0, max(rate, middle + reach))


def bootstrap(turns: Sequence[T], figure: Callable[[Sequence[T]], float | None]) -> Interval:
    """Return the 95 % interval of a figure by resampling turns; the same for the same turns."""
    lots = random.Random(0)  # noqa: S311 - resampling, no secret
    scores = sorted(figure(lots.choices(turns, k=len(turns))) or 0.0 for _ in range(RESAMPLES))
    return quantile(scores, 0.025), quantile(scores, 0.975)
