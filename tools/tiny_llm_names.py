"""Names and values for the tiny language model's samples to talk about."""

# ruff: noqa: PLR2004 - shares of a draw are numbers
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

STARTS = "b br c ch d dr f g gr h j k kl l m n p pl qu r s sh st t tr v w z y".split()
VOWELS = "a e i o u ee oo ai ou".split()
ENDS = ["", *"b ck d g l m n nd p r rt s sk st t x zz ng".split()]
PERCENTS = frozenset({"brightness", "position", "volume", "speed", "percent"})


class Names:
    """Names and values to talk about, some of them made up."""

    def __init__(self, rng: random.Random, words: Mapping[str, str]) -> None:
        self.rng = rng
        self._known = {key: text.split("; ") for key, text in words.items()}

    def any(self, kind: str) -> str:
        """One of the known ones."""
        return self.rng.choice(self._known[kind])

    def word(self) -> str:
        """A word that nobody knows."""
        rng = self.rng
        parts = (rng.choice(STARTS) + rng.choice(VOWELS) for _ in range(rng.randint(1, 2)))
        return "".join(parts) + rng.choice(ENDS)

    def name(self, kind: str = "", known: float = 0.0) -> str:
        """A known one of a kind, with that probability, else a made-up name."""
        if self.rng.random() < known:
            return self.any(kind)
        return " ".join(self.word() for _ in range(1 if self.rng.random() < 0.7 else 2))

    def slot(self, name: str) -> str:
        """Something to put in a slot of that name."""
        if name in PERCENTS:
            return f"{self._number()} percent"
        made = getattr(self, f"_{name}", None)
        return str(made()) if made else self._device()

    def _device(self) -> str:
        thing = self.any("things") if self.rng.random() < 0.95 else self.word()
        draw = self.rng.random()
        if draw < 0.5:
            return f"{self.any('rooms')} {thing}"
        if draw < 0.55:
            return f"{self.word()} {thing}"
        return thing if draw < 0.98 else self.name()

    def _number(self) -> str:
        return self.any("numbers") if self.rng.random() < 0.6 else str(self.rng.randint(1, 100))

    _amount = _degrees = _few = _many = _number

    def _duration(self) -> str:
        if self.rng.random() < 0.25:
            return self.any("durations")
        unit = self.rng.choice(("minutes", "minutes", "minutes", "seconds", "hours"))
        return f"{self._number()} {unit}"

    _first = _second = _duration

    def _temperature(self) -> str:
        return f"{self.rng.randint(55, 85)} degrees"

    def _colour(self) -> str:
        return self.any("colours")

    def _area(self) -> str:
        return self.name("rooms", 0.95)

    def _floor(self) -> str:
        return self.name("floors", 0.95)

    def _timer(self) -> str:
        draw = self.rng.random()
        return f"{self._name()} timer" if draw < 0.75 else self._name() if draw < 0.85 else "timer"

    def _name(self) -> str:
        return self.name("timers", 0.92)

    def _item(self) -> str:
        return self.name("goods", 0.93)

    def _items(self) -> str:
        first, second, third = (self._item() for _ in range(3))
        draw = self.rng.random()
        if draw < 0.65:
            return first
        return f"{first} and {second}" if draw < 0.9 else f"{first}, {second} and {third}"

    _more = _items

    def _list(self) -> str:
        return self.any("lists") if self.rng.random() < 0.93 else f"{self.word()} list"

    _other = _list

    def _contact(self) -> str:
        return self.name("people", 0.92)

    def _text(self) -> str:
        text = self.any("texts")
        return text if self.rng.random() < 0.95 else f"{text} {self.name()}"

    def _lock(self) -> str:
        which = self.word() if self.rng.random() < 0.05 else self.rng.choice(("front", "back"))
        return f"{which} {self.rng.choice(('door', 'gate', 'lock'))}"

    def _topic(self) -> str:
        return self.any("experts")

    def _city(self) -> str:
        return self.any("cities")
