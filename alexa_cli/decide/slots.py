"""Fills an API's slots once the API is known: grammars, lists, and what marked examples teach.

``don't let me forget [the milk](message) [at six](due)`` teaches that a message may follow
"forget" and may be followed by a due. A typed or listed parameter is found wherever its grammar
or list accepts, best after words it was seen after; a free string only where marked examples
say so. Of all ways to place spans without overlap, each parameter once, the best sum wins;
between equals the earlier and longer span. Deterministic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.decide.spans import ARTICLES, Spans
from alexa_cli.language.text import tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alexa_cli.catalog.expert import Api, Example, Parameter
    from alexa_cli.decide.model import Request

START, END, MARK = "<s>", "</s>", "<mark>"
"""Neighbours of a mark that are no words: the sentence's ends, and another mark."""
REACH = 3
"""Words beside a mark that are learned."""
MOST_PARAMETERS = 10
LONGEST_SPAN = 40
"""Words of a free string."""

ACCEPTED, SEEN = 1.0, 0.6
"""What a span is worth for being accepted by a grammar or list, and for having been marked."""
DOUBT = 0.3
"""What a name that several things share is worth less."""
PER_WORD = 0.25
"""Longer spans of a grammar or list explain more."""
WEAK = frozenset(
    "a an and are as at be by can do for from have how i in is it me my of on or our please so "
    "that the then this to up us was we what with would you your".split()
)
"""Words that stand before anything: on their own they say little about what follows."""

Spoken: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What stood around one mark of an example."""

    left: Spoken
    """Words before it, nearest first; ends with ``START`` or at another mark."""
    right: Spoken
    """Words after it, nearest first."""
    inside: Spoken


_NUMBERS = frozenset({"number", "percent"})


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    start: int
    end: int
    parameter: str
    score: float


def fill(api: Api, request: Request) -> dict[str, str]:
    """Return the user's own words for each parameter that is found, in the API's order."""
    spans = place(api, request.words, request)
    found = {span.parameter: request.said(span.start, span.end) for span in spans}
    return {name: found[name] for name in api.parameters if name in found}


def place(api: Api, words: Spoken, request: Request) -> list[_Span]:
    """Return the best spans that do not overlap, each parameter once."""
    language = request.moment.language
    patterns = learn(tuple(api.examples.get(language, ())))
    names = [name for name in api.parameters][:MOST_PARAMETERS]  # noqa: C416 - a slice of keys
    accept = Spans(request.snapshot, language).accept(api, words)
    typed = [
        _Span(
            start,
            end,
            name,
            _worth(words, start, end, patterns.get(name, ()))
            - _doubt(api.parameters[name], words[start:end], request),
        )
        for name in names
        if not api.parameters[name].free
        for start in range(len(words))
        for end in accept(name, start) or ()
    ]
    typed = [span for span in typed if not _within(span, typed, api)]
    starts = {span.start for span in typed}
    ends = {span.end for span in typed}
    free = [
        span
        for name in names
        if api.parameters[name].free
        for span in _free(name, words, patterns.get(name, ()), starts, ends)
    ]
    return _best([*typed, *free], len(words))


def _within(span: _Span, others: Sequence[_Span], api: Api) -> bool:
    """Whether a number is a piece of a longer one: "forty" of "forty two" is none."""
    return api.parameters[span.parameter].x_type in _NUMBERS and any(
        other.parameter == span.parameter
        and other.start <= span.start and span.end <= other.end
        and other.end - other.start > span.end - span.start
        for other in others
    )  # fmt: skip


@lru_cache(maxsize=512)
def learn(examples: tuple[Example, ...]) -> Mapping[str, tuple[Pattern, ...]]:
    """Return what the marks of the examples teach, by parameter."""
    found: dict[str, dict[Pattern, None]] = {}
    for example in examples:
        marks = sorted(example.marks, key=lambda mark: mark.start)
        cuts = [0, *(at for mark in marks for at in (mark.start, mark.end)), len(example.text)]
        pieces = [_words(example.text[a:b]) for a, b in pairwise(cuts)]
        for number, mark in enumerate(marks):
            before, inside, after = pieces[2 * number : 2 * number + 3]
            left = (*reversed(before), MARK if number else START)
            right = (*after, MARK if number + 1 < len(marks) else END)
            pattern = Pattern(left[:REACH], right[:REACH], inside)
            found.setdefault(mark.parameter, {})[pattern] = None
    return {name: tuple(patterns) for name, patterns in found.items()}


def _words(text: str) -> Spoken:
    return tuple(token.text for token in tokenise(text))


def _worth(words: Spoken, start: int, end: int, patterns: Sequence[Pattern]) -> float:
    """What a span that a grammar or list accepts is worth."""
    worth = ACCEPTED + PER_WORD * (end - start)
    if not patterns:
        return worth
    beside = max(_left(words, start, p.left, {start}) + _right(words, end, p.right, set()) / 2
                 for p in patterns)  # fmt: skip
    return worth + beside


def _doubt(parameter: Parameter, span: Spoken, request: Request) -> float:
    """Prefer a choice ("lights") to a name that half the house answers to."""
    listed = request.snapshot.list(parameter.x_list) if parameter.x_list else None
    if listed is None:
        return 0.0
    bare = span[1:] if span[0] in ARTICLES else span
    return DOUBT if len(listed.forms().get(bare, ())) > 1 else 0.0


def _free(
    name: str, words: Spoken, patterns: Sequence[Pattern], starts: set[int], ends: set[int]
) -> Iterator[_Span]:
    """Yield the spans of a free string that marked examples support on both sides."""
    for start in range(len(words)):
        fit = [
            p
            for p in patterns
            if _left(words, start, p.left, ends) or p.inside[:1] == words[start : start + 1]
        ]
        for end in range(start + 1, min(len(words), start + LONGEST_SPAN) + 1) if fit else ():
            score = max(_supported(words, start, end, p, starts, ends) for p in fit)
            if score > 0:
                yield _Span(start, end, name, score)


def _supported(
    words: Spoken, start: int, end: int, pattern: Pattern, starts: set[int], ends: set[int]
) -> float:
    seen = SEEN if words[start:end] == pattern.inside else 0.0
    left = _left(words, start, pattern.left, ends)
    if not left and not seen:
        return 0.0
    right = _right(words, end, pattern.right, starts)
    if not right:
        # what followed in the example may be missing, or may come where nothing was
        right = 0.2 if end == len(words) or end in starts else 0.0
        if not right:
            return seen
    if pattern.left[0] == START and pattern.right[0] == END and not seen:
        return 0.0  # an example that is all argument says nothing about where it stands
    return left + right + seen


def _left(words: Spoken, start: int, context: Spoken, ends: set[int]) -> float:
    """How well the words before ``start`` match a learned left side; 0: not at all."""
    if context[0] == START:
        return 0.4 if start == 0 else 0.0
    if context[0] == MARK:
        return 0.4 if start in ends and start else 0.0
    return _matched(words[:start][::-1], context)


def _right(words: Spoken, end: int, context: Spoken, starts: set[int]) -> float:
    """How well the words from ``end`` match a learned right side; 0: not at all."""
    if context[0] == END:
        return 0.4 if end == len(words) else 0.0
    if context[0] == MARK:
        return 0.4 if end in starts else 0.0
    return _matched(words[end:], context)


def _matched(beside: Spoken, context: Spoken) -> float:
    """Score neighbours that match, nearest first: a word with meaning counts more."""
    score = 0.0
    for number, (said, learned) in enumerate(zip(beside, context, strict=False)):
        if said != learned:
            break
        score += (0.3 if said in WEAK else 0.7) / (1 + number)
    return score


def _best(spans: Sequence[_Span], length: int) -> list[_Span]:
    """Return the spans of the largest sum: no overlap, no parameter twice."""
    bits = {name: 1 << n for n, name in enumerate(sorted({span.parameter for span in spans}))}
    at: list[list[_Span]] = [[] for _ in range(length + 1)]
    for span in sorted(spans, key=lambda s: (-s.score, s.start - s.end, s.parameter)):
        at[span.end].append(span)
    # best[i]: for each set of parameters used in words[:i], the sum, and how it came about
    best: list[dict[int, tuple[float, tuple[_Span, ...]]]] = [{0: (0.0, ())}]
    for end in range(1, length + 1):
        here = dict(best[end - 1])
        for span in at[end]:
            bit = bits[span.parameter]
            for used, (score, chosen) in best[span.start].items():
                total = score + span.score
                if not used & bit and total > here.get(used | bit, (0.0, ()))[0] + 1e-9:
                    here[used | bit] = (total, (*chosen, span))
        best.append(here)
    _, chosen = max(best[-1].values(), key=lambda found: (found[0], [-s.start for s in found[1]]))
    return list(chosen)
