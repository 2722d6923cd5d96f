"""What makes a prompt slow, dear or wrong, found by looking at it.

Pure: takes prompts that were built and the catalogue they were built from. A ``problem`` costs
money or answers; a ``note`` is worth a look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from alexa_cli.language.english import MONTH_NAMES
from alexa_cli.language.text import words
from alexa_cli.prompt.section import Stability
from alexa_cli.prompt.tokens import estimate
from alexa_cli.prompt.tools import ASK, NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Example, Expert
    from alexa_cli.models.chat import ModelSpec
    from alexa_cli.prompt.section import Prompt, Section

STABLE = (Stability.FIXED, Stability.HOUSEHOLD)

_MONTHS = "|".join(MONTH_NAMES[1:])
_VOLATILE = (
    (re.compile(r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?"), "a date"),
    (re.compile(r"\b\d{1,2}:\d{2}:\d{2}\b"), "a time"),
    (re.compile(r"\b(?:it is|it's|now|time is):? \d{1,2}:\d{2}\b", re.IGNORECASE), "a time"),
    (
        re.compile(rf"(?:\b\d{{1,2}} )?\b(?:{_MONTHS})(?: \d{{1,2}},)? \d{{4}}\b", re.IGNORECASE),
        "a date",
    ),
    (
        re.compile(
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE
        ),
        "an identifier",
    ),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b"), "an identifier"),
    (re.compile(r"\b[a-z]+\.(?:[a-z0-9]+_)+(?=[a-z]*\d)[0-9a-z]{3,}\b"), "an identifier"),
    (re.compile(r"\b[tc]-[0-9a-z]{8,}\b"), "a turn's or conversation's id"),
)
_EMPTY_WORDS = frozenset("a an the of or and to for in on this that it its with your".split())


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that lint found."""

    code: str
    level: Literal["problem", "note"]
    where: str
    """``plan › tools``, ``timers.start``, ..."""
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """The same prompt built for two moments that differ in everything but its stable parts."""

    title: str
    """``plan``, ``plan timers``, ``route``."""
    prompt: Prompt
    another: Prompt
    """For other words, at another time, in the same home."""
    elsewhere: Prompt
    """For the same words and time in another home."""


def lint_prompt(
    sample: Sample, spec: ModelSpec, ids: Iterable[str] = (), *, factor: float = 1.0
) -> Iterator[Finding]:
    """Yield what is wrong with one prompt.

    ``ids``: identifiers of the home's things. ``factor``: corrects estimated tokens.
    """
    yield from _short(sample, spec, factor)
    yield from _changing(sample)
    yield from _order(sample)
    for section in sample.prompt.sections:
        if section.stability is Stability.FIXED:
            yield from _volatile(sample.title, section, ids)
        if section.stability in STABLE:
            yield from _unsorted(sample.title, section)


def lint_catalogue(catalogue: Catalogue, lists: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with what experts put in prompts.

    ``lists``: name of a list of the context to its text in a prompt.
    """
    for expert in catalogue.experts.values():
        yield from _unused(expert, lists)
        for api in expert.apis.values():
            yield from _repeating(api)
    yield from _examples(catalogue)


def _short(sample: Sample, spec: ModelSpec, factor: float) -> Iterator[Finding]:
    sections = [s.text for s in sample.prompt.sections if s.stability in STABLE]
    stable = round(factor * sum(map(estimate, sections)))
    if spec.cache != "none" and stable < spec.min_cache_tokens:
        yield Finding(
            "short-prefix", "note", sample.title,
            f"its stable prefix is ~{stable:,} tokens, and {spec.name} caches none under "
            f"{spec.min_cache_tokens:,}",
            "planning: one_call shows every API at once, which makes one long stable prefix",
        )  # fmt: skip


def _changing(sample: Sample) -> Iterator[Finding]:
    for other, allowed, what in (
        (sample.another, STABLE, "the words or the time"),
        (sample.elsewhere, (Stability.FIXED,), "the home"),
    ):
        texts = {section.name: section.text for section in other.sections}
        for section in sample.prompt.sections:
            if section.stability in allowed and texts.get(section.name) != section.text:
                yield Finding(
                    "changes", "problem", f"{sample.title} › {section.name}",
                    f"it is declared {section.stability}, and changes with {what}: nothing "
                    f"after it can come from a cache",
                    "declare it turn or household, or take out what changes",
                )  # fmt: skip


def _order(sample: Sample) -> Iterator[Finding]:
    for before, after in pairwise(sample.prompt.sections):
        if after.stability.rank < before.stability.rank:
            yield Finding(
                "order", "problem", f"{sample.title} › {after.name}",
                f"it is {after.stability} and comes after {before.name}, which is "
                f"{before.stability}",
                "stable sections first",
            )  # fmt: skip


def _volatile(title: str, section: Section, ids: Iterable[str]) -> Iterator[Finding]:
    found = [
        (match.group(), kind)
        for pattern, kind in _VOLATILE
        if (match := pattern.search(section.text))
    ]
    known = sorted(one for one in ids if len(one) > 3 and one in section.text)  # noqa: PLR2004 - "tv" is a word
    found += [(one, "an identifier of the home") for one in known[:1] if "." in one or "_" in one]
    for text, kind in found:
        yield Finding(
            "volatile", "problem", f"{title} › {section.name}",
            f"it is {section.stability} and holds {kind}: {text}",
            "move it to a turn section, or leave it out",
        )  # fmt: skip


def _unsorted(title: str, section: Section) -> Iterator[Finding]:
    names = [str(tool["function"]["name"]) for tool in section.tools]
    names = [name for name in names if name not in {ASK, NONE}]
    if names != sorted(names) and names:
        first = next(after for before, after in pairwise(names) if after < before)
        yield Finding(
            "unsorted", "problem", f"{title} › {section.name}",
            f"its tools are in no fixed order (see {first}): another process may order them "
            f"otherwise, and nothing is shared then",
            "sort them by name",
        )  # fmt: skip


def _repeating(api: Api) -> Iterator[Finding]:
    said = [word for word in words(api.description) if word not in _EMPTY_WORDS]
    named = {part for part in api.name.split("_") if part}
    expert = {part for part in api.expert.split("_") if part}
    if said and all(_stem(word) in {_stem(n) for n in named | expert} for word in said):
        yield Finding(
            "repeats-name", "note", api.full_name,
            f"its description only repeats its name: “{api.description}”",
            "say when to use it, or what it does not do",
        )  # fmt: skip


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word  # noqa: PLR2004 - "is", "gas"


def _unused(expert: Expert, lists: Mapping[str, str]) -> Iterator[Finding]:
    taken = {p.x_list for api in expert.apis.values() for p in api.parameters.values()}
    for name in expert.context:
        if name in taken or name not in lists:
            continue
        yield Finding(
            "unused-context", "note", expert.name,
            f"every prompt of it shows the list {name} (~{estimate(lists[name]):,} tokens), and "
            f"none of its parameters takes one of them",
            "leave it out of `context`, unless its Python reads it",
        )  # fmt: skip


def _examples(catalogue: Catalogue) -> Iterator[Finding]:
    """Examples that say the same and mean different things, or the same twice."""
    seen: dict[tuple[str, ...], str] = {}
    for api in catalogue.apis():
        for example in api.examples.get(catalogue.language, ()):
            said = _pattern(example, api)
            before = seen.setdefault(said, api.full_name)
            if before != api.full_name:
                yield Finding(
                    "contradicts", "problem", api.full_name,
                    f"“{example.text}” is also an example of {before}",
                    "keep it where it belongs",
                )  # fmt: skip
        yield from _twice(api, api.examples.get(catalogue.language, ()))


def _twice(api: Api, examples: Sequence[Example]) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for example in examples:
        said = words(example.text)
        if said in seen:
            yield Finding(
                "repeats", "note", api.full_name, f"“{example.text}” is there twice",
                "another wording teaches more",
            )  # fmt: skip
        seen.add(said)


def _pattern(example: Example, api: Api) -> tuple[str, ...]:
    """The words of an example with what they name in place of its arguments.

    "Pause the tv" and "pause the vacuum" are no contradiction: they name members of two lists.
    """
    text, at = "", 0
    for mark in sorted(example.marks, key=lambda mark: mark.start):
        parameter = api.parameters.get(mark.parameter)
        kind = (parameter.x_list or parameter.x_type) if parameter else None
        text += example.text[at : mark.start] + f" {kind or mark.parameter} "
        at = mark.end
    return words(text + example.text[at:])
