"""Which members of a list the user's own words name.

A list that holds a name is no evidence: somebody else may have put it there. What counts is that
the words of the name were said. The longest name wins ("front door camera" does not name the
front door), and words that several members share name none of them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.guard.lexicon import LIGHT, stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alexa_cli.context.names import NameList
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.guard.said import Said

LONGEST = 8
"""Words of the longest name that is looked for."""
NEARLY = 85.0
WORD = 72.0
"""As in ``context.names``: how alike a misspelt name, and each of its words, must be."""
SPREAD = 4
"""Other words that may stand between the words of a name: "the light over the porch"."""
POINTING = frozenset("it that this them those these there here him her both same one ones".split())
"""Words that point at something said before."""
_TURNS = frozenset("and then but or".split())


@dataclass(frozen=True, slots=True)
class Named:
    """A place in the words that names something."""

    start: int
    end: int
    """Tokens, end exclusive."""
    ids: tuple[str, ...]


class Naming:
    """What is named in some words. One for a request; each list is looked at once."""

    def __init__(self, said: Said, snapshot: Snapshot) -> None:
        self.said, self.snapshot = said, snapshot
        self.ends: dict[tuple[str, str, int], Sequence[int]] = {}
        """Where a slot of an API may end that begins at a word: asked by many templates."""
        self._found: dict[str, list[Named]] = {}
        self._home: list[Named] | None = None

    def named(self, name: str) -> list[Named]:
        """Return the places that name members of the list ``name``, the longest names only."""
        if name not in self._found:
            listed = self.snapshot.list(name)
            forms = listed.forms() if listed else {}
            spans = _longest(self.said.words, forms)
            ids = {entry.id for entry in listed} if listed else set()
            self._found[name] = [one for one in spans if not self._hidden(one, ids)]
        return self._found[name]

    def _hidden(self, one: Named, ids: set[str]) -> bool:
        """Whether a longer name of the household's holds these words, and names other things."""
        if self._home is None:
            lists = self.snapshot.household.lists.values()
            self._home = [n for each in lists for n in _longest(self.said.words, each.forms())]
        return any(
            other.start <= one.start and one.end <= other.end
            and other.end - other.start > one.end - one.start and not ids & set(other.ids)
            for other in self._home
        )  # fmt: skip

    def names(self, name: str, id_: str) -> list[Named]:
        """Return the places that name this member: exactly, spread out, or misspelt."""
        found = [one for one in self.named(name) if id_ in one.ids]
        if any(len(one.ids) == 1 for one in found):
            return found
        listed = self.snapshot.list(name)
        if listed is None:
            return []
        forms = [form for form, ids in listed.forms().items() if id_ in ids]
        spread = list(self._spread(listed, forms, self._others(id_)))
        taken = {at for one in self.named(name) for at in range(one.start, one.end)}
        return [*found, *(spread or self._misspelt(listed, forms, taken))]

    def _others(self, id_: str) -> set[int]:
        """Return the places of words that name some other thing; a room or a floor is none."""
        lists = self.snapshot.household.lists
        return {
            at
            for name in lists.keys() - {"areas", "rooms", "floors"}
            for one in _longest(self.said.words, lists[name].forms())
            if id_ not in one.ids
            for at in range(one.start, one.end)
        }

    def _spread(
        self, listed: NameList, forms: Sequence[tuple[str, ...]], taken: set[int]
    ) -> Iterator[Named]:
        """Names of two words or more whose words stand near each other, in any order."""
        stemmed = ["" if at in taken else stem(w) for at, w in enumerate(self.said.words)]
        for form in forms:
            wanted = {stem(word) for word in form}
            if len(wanted) < 2 or not wanted <= set(stemmed):  # noqa: PLR2004 - one word spreads not
                continue
            ids = listed.forms()[form]
            for start, first in enumerate(stemmed):
                if first not in wanted:
                    continue
                left = set(wanted)
                for end in range(start, min(len(stemmed), start + len(form) + SPREAD)):
                    if self.said.words[end] in _TURNS:
                        break
                    left.discard(stemmed[end])
                    if not left:
                        yield Named(start, end + 1, ids)
                        break

    def _misspelt(
        self, listed: NameList, forms: Sequence[tuple[str, ...]], taken: set[int]
    ) -> Iterator[Named]:
        words = self.said.words
        taken |= {at for one in (self._home or ()) for at in range(one.start, one.end)}
        for form in forms:
            if len(form) > LONGEST or (len(form) == 1 and len(form[0]) < 4):  # noqa: PLR2004 - "tv"
                continue
            for start in range(len(words) - len(form) + 1):
                part = words[start : start + len(form)]
                if taken.issuperset(range(start, start + len(form))) or not _alike(part, form):
                    continue
                yield Named(start, start + len(form), listed.forms()[form])

    def covered(self, lists: Sequence[str]) -> set[int]:
        """Return the places of all words that name something of these lists or of the home."""
        self.named(lists[0] if lists else "devices")
        spans = [one for name in lists for one in self.named(name)] + (self._home or [])
        return {at for one in spans for at in range(one.start, one.end)}


def _alike(said: Sequence[str], form: Sequence[str]) -> bool:
    if any(a != b and (a[0].isdigit() or b[0].isdigit()) for a, b in zip(said, form, strict=True)):
        return False
    from rapidfuzz import fuzz  # noqa: PLC0415 - 40 ms, for names that were not said as they are

    return fuzz.ratio(" ".join(said), " ".join(form)) >= NEARLY and all(
        fuzz.ratio(a, b) >= WORD for a, b in zip(said, form, strict=True)
    )


def _longest(words: Sequence[str], forms: Mapping[tuple[str, ...], tuple[str, ...]]) -> list[Named]:
    """Return the places of forms in the words; one within a longer one is none."""
    found: list[Named] = []
    for start in range(len(words)):
        for end in range(min(len(words), start + LONGEST), start, -1):
            span = tuple(words[start:end])
            ids = forms.get(span) or forms.get((*span[:-1], span[-1].removesuffix("'s")))
            if ids and not all(word in LIGHT for word in span):
                found.append(Named(start, end, ids))
                break
    return [
        one for one in found
        if not any(o.start <= one.start and one.end <= o.end and o is not one for o in found)
    ]  # fmt: skip
