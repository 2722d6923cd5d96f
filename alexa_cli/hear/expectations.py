"""What is likely to be said next: a Bias from the experts, the context and the open question.

The sentences come from the catalogue and change with it; the lists with the household; the choices
with the question. ``Expectations`` keeps what does not change from turn to turn.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.errors import AlexaError
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Parameter
    from alexa_cli.context.names import NameList
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.turn import Question

FORM = 5
"""Raised when the same catalogue gives other sentences."""
LONGEST_NAME = 6
"""Words in the longest name that is looked for in a reply."""
MOST_VALUES = 800
"""Ways to answer a question for a value that are listed."""
PART_WEIGHT = 0.5
"""A part of a name ("light") that several share is said less than a whole one is."""
_YES_NO = (
    "yes", "no", "yes please", "no thanks", "no thank you", "yeah", "nope", "sure", "ok",
    "do it", "go ahead", "do not", "please do", "confirm", "of course", "not now",
)  # fmt: skip
_DROP = ("cancel", "never mind", "stop", "forget it")
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")


@dataclass(frozen=True, slots=True)
class _Kept:
    sentences: tuple[Phrase, ...]
    fingerprint: str


class Expectations:
    """Makes a Bias for each turn of one catalogue."""

    def __init__(self, catalogue: Catalogue, folder: Path | None = None) -> None:
        """``folder``: where the sentences are kept from one run to the next."""
        self._catalogue, self._folder = catalogue, folder
        self._sentences: tuple[Phrase, ...] | None = None
        self._lists: dict[str, tuple[NameList, tuple[Phrase, ...]]] = {}

    @property
    def sentences(self) -> tuple[Phrase, ...]:
        """Whole sentences for everything that the experts understand, made at the first look."""
        if self._sentences is None:
            self._sentences = self._read()
        return self._sentences

    def bias(self, snapshot: Snapshot, question: Question | None = None, reply: str = "") -> Bias:
        """Return what to expect after ``reply``, with ``question`` pending. Never raises."""
        wanted = sorted({p.x_list for api in self._catalogue.apis()
                         for p in api.parameters.values() if p.x_list})  # fmt: skip
        lists = self._choice_lists | {name: self._phrases(snapshot, name) for name in wanted}
        pronunciations = _pronunciations(snapshot)
        told = repr((sorted(lists.items()), sorted(pronunciations.items())))
        fingerprint = _digest(self._catalogue.fingerprint, str(FORM), told)
        return Bias(
            sentences=self.sentences,
            lists=lists,
            choices=tuple(self._choices(snapshot, question)) if question is not None else (),
            mentioned=tuple(_mentioned(snapshot, lists, reply)),
            pronunciations=pronunciations,
            fingerprint=fingerprint,
        )

    @cached_property
    def _choice_lists(self) -> dict[str, tuple[Phrase, ...]]:
        """The choices of parameters, as lists: they change with the catalogue only."""
        from alexa_cli.hear.sampling import FEW, choice_list, choice_phrases  # noqa: PLC0415 - once

        return {
            choice_list(api, parameter): tuple(Phrase(said) for said in phrases)
            for api in self._catalogue.apis()
            for parameter in api.parameters.values()
            if len(phrases := choice_phrases(parameter)) > FEW
        }

    def _phrases(self, snapshot: Snapshot, name: str) -> tuple[Phrase, ...]:
        """Return the spoken forms of a list; none if whoever provides it fails."""
        try:
            listed = snapshot.list(name)
        except AlexaError:
            return ()
        if listed is None:
            return ()
        known = self._lists.get(name)
        if known is None or known[0] is not listed:
            forms = listed.forms().items()
            made = (Phrase(form, PART_WEIGHT if len(ids) > 1 else 1.0) for form, ids in forms)
            known = (listed, tuple(made))
            self._lists[name] = known
        return known[1]

    def _choices(self, snapshot: Snapshot, question: Question) -> Iterator[Phrase]:
        """Yield what answers a question, the likeliest heaviest."""
        found: dict[tuple[str, ...], float] = {}

        def say(texts: Iterable[str | tuple[str, ...]], weight: float) -> None:
            for text in texts:
                said = words(text) if isinstance(text, str) else text
                if said:
                    found[said] = max(found.get(said, 0.0), weight)

        if question.choices:
            names = [dict.fromkeys((c.spoken, *c.forms)) for c in question.choices]
            say((text for each in names for text in each), 8.0)
            say((f"the {c.spoken}" for c in question.choices), 2.0)
            say(_telling_parts([c.spoken for c in question.choices]), 8.0)
            places = _PLACES[: len(names)]
            say((text for each in places for text in (f"the {each} one", each)), 1.0)
            say(("the last one", "the other one", "both", "all of them"), 0.5)
        elif question.kind == "confirm":
            say(_YES_NO[:2], 8.0)
            say(_YES_NO[2:], 2.0)
        elif (parameter := self._asked(question)) is not None:
            options = list(self._answers(snapshot, parameter))
            say(options, max(1.0, 40.0 / (len(options) or 1)))
        if found:
            say(_DROP, 1.0)
        return (Phrase(said, weight) for said, weight in found.items())

    def _answers(self, snapshot: Snapshot, parameter: Parameter) -> Iterator[str | tuple[str, ...]]:
        if parameter.x_list:
            for phrase in self._phrases(snapshot, parameter.x_list):
                yield from (phrase.words, ("the", *phrase.words))
        elif parameter.choices:
            yield from (text for each in parameter.choices.values() for text in each)
        elif parameter.x_type or not parameter.free:
            from alexa_cli.hear.spoken import values  # noqa: PLC0415 - while a value is asked for

            yield from values(parameter.x_type or "number", MOST_VALUES)

    def _asked(self, question: Question) -> Parameter | None:
        call = next((c for c in question.plan.calls if c.id == question.call), None)
        api = self._catalogue.find(call.expert, call.api) if call is not None else None
        return api.parameters.get(question.parameter or "") if api is not None else None

    def _read(self) -> tuple[Phrase, ...]:
        """Return the sentences from the folder, or make and keep them."""
        fingerprint = _digest(self._catalogue.fingerprint, str(FORM))
        file = self._folder / f"sentences-{fingerprint}.msgpack" if self._folder else None
        if file is not None and self._catalogue.fingerprint:
            with suppress(OSError, msgspec.MsgspecError):
                kept = msgspec.msgpack.decode(file.read_bytes(), type=_Kept)
                if kept.fingerprint == fingerprint:
                    return kept.sentences
        from alexa_cli.hear.sampling import sentences_of  # noqa: PLC0415 - once for a catalogue

        made = sentences_of(self._catalogue)
        if file is not None and self._catalogue.fingerprint:
            self._keep(file, _Kept(made, fingerprint))
        return made

    @staticmethod
    def _keep(file: Path, kept: _Kept) -> None:
        from alexa_cli.config.paths import write_private  # noqa: PLC0415 - once for a catalogue

        with suppress(AlexaError, OSError):  # a cache that cannot be written costs time only
            for old in file.parent.glob("sentences-*.msgpack"):
                old.unlink(missing_ok=True)
            write_private(file, msgspec.msgpack.encode(kept))


def bias_of(
    catalogue: Catalogue, snapshot: Snapshot, question: Question | None = None, reply: str = ""
) -> Bias:
    """Return what to expect now. For more than one turn keep ``Expectations`` instead."""
    return Expectations(catalogue).bias(snapshot, question, reply)


def _mentioned(
    snapshot: Snapshot, lists: Mapping[str, tuple[Phrase, ...]], reply: str
) -> Iterator[Phrase]:
    """Yield the names that the last reply named, or that "it" may mean."""
    known = {phrase.words for phrases in lists.values() for phrase in phrases}
    said = words(reply)[:200]
    found: dict[tuple[str, ...], None] = {}
    at = 0
    while at < len(said):
        sizes = range(min(LONGEST_NAME, len(said) - at), 0, -1)
        size = next((size for size in sizes if said[at : at + size] in known), 0)
        if size:
            found.setdefault(said[at : at + size])
        at += size or 1
    for name, ids in snapshot.memory.referents.items():
        with suppress(AlexaError):
            listed = snapshot.list(name)
            for each in ids[:2]:
                member = listed.get(each) if listed is not None else None
                if member is not None and words(member.name):
                    found.setdefault(words(member.name))
    return (Phrase(each) for each in found)


def _telling_parts(names: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the single words that only one of the names has: "bauer" of "Meg Bauer"."""
    split = [words(name) for name in names]
    for number, name in enumerate(split):
        others = {word for n, other in enumerate(split) if n != number for word in other}
        yield from ((word,) for word in name if word not in others and len(word) > 1)


def _pronunciations(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return how the household says words: its own table, and names that carry one.

    A name of several words is said word by word: "PREE-ya puh-TELL" tells two.
    """
    found: dict[str, list[str]] = {}
    for text, said in snapshot.household.pronunciations.items():
        _pronounced(found, text, said)
    for listed in snapshot.household.lists.values():
        for name in listed:
            if name.pronunciation:
                _pronounced(found, name.name, name.pronunciation)
    return {word: tuple(dict.fromkeys(said)) for word, said in found.items()}


def _pronounced(found: dict[str, list[str]], text: str, said: str) -> None:
    name = words(text)
    if len(name) == 1:
        found.setdefault(name[0], []).append(said)
        return
    parts = said.split()
    if len(parts) == len(name):
        for word, part in zip(name, parts, strict=True):
            found.setdefault(word, []).append(part)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=12).hexdigest()
