"""Names as people say them: which members of a list some words may mean.

``"the kichen light"`` finds the kitchen light, ``"meg's"`` finds Meg, ``"lamp"`` finds every lamp.
A list indexes its spoken forms once; a look-up after that is a dictionary access, and only words
that match no form at all are compared approximately.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 - read when a cache is decoded
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from alexa_cli.language.text import words as tokens_of
from alexa_cli.turn import Json  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Form: TypeAlias = tuple[str, ...]
"""Normalised words (``alexa_cli.language.text.words``)."""

How: TypeAlias = Literal["exact", "alias", "part", "fuzzy"]
"""How words matched, best first: the full name, an alias, a part of either, or nearly."""

Partial: TypeAlias = Literal["none", "parts", "suffix"]
"""Which parts of a name are enough: none, any one word (people), or the last words (devices)."""

FUZZY_CUTOFF = 85.0
"""Whole words must be this alike (0..100, share of letters in common) to match nearly."""
WORD_CUTOFF = 72.0
"""... and each word this alike to its counterpart: "bedroom" is not "bathroom" (67)."""
MAX_NAME_CHARACTERS = 200
"""What is longer is no name; it matches nothing."""

_RANK: Mapping[How, int] = {"exact": 0, "alias": 1, "part": 2, "fuzzy": 3}
_LEADING = frozenset({"the", "my", "our", "a", "an"})


@dataclass(frozen=True, slots=True)
class Name:
    """One member of a list."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, Json] = field(default_factory=dict)
    pronunciation: str | None = None
    """How a recogniser or a voice should take it, when the spelling misleads."""
    qualifiers: tuple[str, ...] = ()
    """What may be said before it: "kitchen" for a light in the kitchen."""


def lengths_of(forms: Iterable[Form]) -> dict[str, tuple[int, ...]]:
    """Return the first word of each form and the lengths of forms that begin so, longest first."""
    found: dict[str, set[int]] = {}
    for form in forms:
        if form:
            found.setdefault(form[0], set()).add(len(form))
    return {word: tuple(sorted(lengths, reverse=True)) for word, lengths in found.items()}


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A member that some words may mean. ``score`` is 0..100; 100 for everything but ``fuzzy``."""

    id: str
    name: str
    score: float
    how: How


@dataclass(frozen=True)
class NameList:
    """A list of names. Safe to share between threads: what it computes lazily is idempotent."""

    name: str
    names: tuple[Name, ...] = ()
    partial: Partial = "none"

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[Name]:
        return iter(self.names)

    def get(self, id: str) -> Name | None:  # noqa: A002 - it is the id
        """Return the member with this id, or None."""
        return self._by_id.get(id)

    def forms(self) -> Mapping[Form, tuple[str, ...]]:
        """Return every spoken form and the ids it may mean, in the order of the list.

        A form that is somebody's full name means only them, even where it is a part of other
        names. Leading articles are dropped: look up words without "the", "my", "a".
        """
        return self._forms

    def lengths(self) -> Mapping[str, tuple[int, ...]]:
        """Return the first word of every spoken form and how many words such forms have."""
        return self._lengths

    def find(self, words: str) -> list[NameMatch]:
        """Return the members that ``words`` may mean, of the best kind of match only.

        Several members: the words are ambiguous. None: nobody of that name.
        """
        form = spoken_form(words)
        if not form:
            return []
        for tried in _with_and_without_possessive(form):
            found = self._index.get(tried)
            if found is not None:
                how, ids = found
                return [NameMatch(i, self._by_id[i].name, 100.0, how) for i in ids]
        return self._nearly(form)

    @cached_property
    def _lengths(self) -> dict[str, tuple[int, ...]]:
        return lengths_of(self._forms)

    @cached_property
    def _by_id(self) -> dict[str, Name]:
        return {name.id: name for name in self.names}

    @cached_property
    def _forms(self) -> Mapping[Form, tuple[str, ...]]:
        forms = {form: ids for form, (_, ids) in self._index.items()}
        if self.partial == "parts":
            for form, ids in list(forms.items()):
                forms.setdefault((*form[:-1], form[-1] + "'s"), ids)
        return forms

    @cached_property
    def _index(self) -> dict[Form, tuple[How, tuple[str, ...]]]:
        """Form to the best way it matches and the ids it matches that way."""
        index: dict[Form, tuple[How, tuple[str, ...]]] = {}
        for name in self.names:
            for form, how in _forms_of(name, self.partial):
                known = index.get(form)
                if known is None or _RANK[how] < _RANK[known[0]]:
                    index[form] = (how, (name.id,))
                elif known[0] == how and name.id not in known[1]:
                    index[form] = (how, (*known[1], name.id))
        return index

    @cached_property
    def _fuzzy_pool(self) -> dict[str, Form]:
        """What is compared approximately. One last word of a device ("light") is too little."""
        return {
            " ".join(form): form
            for form, (how, _) in self._index.items()
            if how != "part" or self.partial == "parts" or len(form) > 1
        }

    def _nearly(self, form: Form) -> list[NameMatch]:
        """Compare with every form; the best and what is as good, each id once."""
        said = " ".join(form)
        if not self.names or len(said) > MAX_NAME_CHARACTERS:
            return []
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - 40 ms, for words that match nothing

        best: dict[str, float] = {}
        for text, score, _ in process.extract(
            said, self._fuzzy_pool.keys(), scorer=fuzz.ratio, score_cutoff=FUZZY_CUTOFF, limit=20
        ):
            other = self._fuzzy_pool[text]
            if _same_numbers(form, other) and _words_alike(form, other):
                for found in self._index[other][1]:
                    best[found] = max(best.get(found, 0.0), float(score))
        top = max(best.values(), default=0.0)
        return [
            NameMatch(found, self._by_id[found].name, score, "fuzzy")
            for found, score in best.items()
            if score == top
        ]


def spoken_form(text: str) -> Form:
    """Return the normalised words of a name, leading articles dropped: ``the lamp`` → ``lamp``."""
    if len(text) > MAX_NAME_CHARACTERS:
        return ()
    form = tokens_of(text)
    start = 0
    while start < len(form) - 1 and form[start] in _LEADING:
        start += 1
    return form[start:]


def _with_and_without_possessive(form: Form) -> Iterator[Form]:
    yield form
    last = form[-1]
    stem = last.removesuffix("'s")
    if stem and stem != last:
        yield (*form[:-1], stem)


def _forms_of(name: Name, partial: Partial) -> Iterator[tuple[Form, How]]:
    """Every form of one name with how it would match; the best ones need not come first."""
    qualifiers = [form for form in map(spoken_form, name.qualifiers) if form]
    for place, text in enumerate((name.name, *name.aliases)):
        form = spoken_form(text)
        if not form:
            continue
        yield form, "exact" if place == 0 else "alias"
        parts = list(_parts(form, partial))
        for part in parts:
            yield part, "part"
        for qualifier in qualifiers:
            if form[: len(qualifier)] != qualifier:
                yield qualifier + form, "alias"
            for part in parts:
                if part[: len(qualifier)] != qualifier:
                    yield qualifier + part, "part"


def _parts(form: Form, partial: Partial) -> Iterator[Form]:
    if partial == "parts" and len(form) > 1:
        yield from ((word,) for word in form if len(word) > 1 and word not in _LEADING)
    elif partial == "suffix":
        yield from (form[start:] for start in range(1, len(form)))


def _same_numbers(one: Form, other: Form) -> bool:
    """Whether both hold the same numbers: "light 1" is nearly "light 2", and never it."""
    return [w for w in one if w[0].isdigit()] == [w for w in other if w[0].isdigit()]


def _words_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether each word is like its counterpart; with other word counts, the whole decides."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - as in _nearly

    if len(one) != len(other):
        return bool(fuzz.ratio("".join(one), "".join(other)) >= FUZZY_CUTOFF)
    return all(fuzz.ratio(a, b) >= WORD_CUTOFF for a, b in zip(one, other, strict=True))
