"""How many tokens a text is, about: fast, without a tokenizer, corrected by what comes back.

Byte-pair tokenizers of today keep a common word whole, cut a long or odd one about every four
letters, and take up to three digits or one or two marks at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003 - a field's type
from dataclasses import dataclass, field
from functools import lru_cache

_PIECE = re.compile(
    r"""(?P<word>[A-Za-z]+)      # with the space before it
      | (?P<number>[0-9]+)
      | (?P<other>[^\W\d_A-Za-z]+)  # letters of other alphabets
      | (?P<lines>[\r\n]+)
      | (?P<spaces>[ \t]{2,})
      | (?P<marks>[^\w\s]+|_)
    """,
    re.VERBOSE,
)
_WHOLE = 9
"""Letters of a word that is usually one token."""


@lru_cache(maxsize=256)
def estimate(text: str) -> int:
    """Return the number of tokens in ``text``, about (``~``)."""
    total = 0.0
    for match in _PIECE.finditer(text):
        length = match.end() - match.start()
        match match.lastgroup:
            case "word":
                total += 1 if length <= _WHOLE else 1 + (length - _WHOLE) / 5
            case "number":
                total += -(-length // 3)
            case "other":
                total += length * 0.7
            case "marks":
                total += 1 if length <= 3 else length / 2.8  # noqa: PLR2004 - '":{' is one token
            case _:
                total += 1
    return round(total)


@dataclass(slots=True)
class Corrections:
    """How far off the estimates for each model are, learned from the usage that comes back."""

    ratios: dict[str, float] = field(default_factory=dict)
    """Model to true tokens for each estimated one. The caller keeps it."""
    weight: float = 0.2
    """How much the latest request counts."""

    @classmethod
    def of(cls, kept: Mapping[str, float]) -> Corrections:
        """Return corrections that were kept; what makes no sense is left out."""
        return cls({model: float(r) for model, r in kept.items() if 0.2 < r < 5})  # noqa: PLR2004

    def corrected(self, model: str, estimated: int) -> int:
        """Return the estimate as this model would count."""
        return round(estimated * self.ratios.get(model, 1.0))

    def learn(self, model: str, estimated: int, actual: int) -> None:
        """Note what a request that was estimated at ``estimated`` tokens took."""
        if estimated <= 0 or actual <= 0:
            return
        ratio = min(5.0, max(0.2, actual / estimated))
        known = self.ratios.get(model)
        self.ratios[model] = ratio if known is None else known + self.weight * (ratio - known)
