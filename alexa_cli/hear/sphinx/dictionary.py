"""Pronunciations of the words that a model needs, and of no others.

The dictionary that comes with pocketsphinx has 134,000 entries and is sorted, so a word is found
by bisection in the mapped file: a thousand words take some milliseconds, reading all of it takes
longer than a reply. What it lacks is made (``sounds``) and kept.
"""

from __future__ import annotations

import mmap
import re
from contextlib import suppress
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.errors import AlexaError
from alexa_cli.hear.sphinx import sounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.hear.bias import Bias

VARIANTS = 4
"""Ways to say one word or name that are listened for; more cost time and tell little."""
_OWN = {
    "am": ("EY EH M", "AE M"), "pm": ("P IY EH M",), "a": ("AH", "EY"), "tv": ("T IY V IY",),
    "i": ("AY",), "ok": ("OW K EY",),
}  # fmt: skip
"""Words that the dictionary knows as something else, or not first as what is meant here."""
_FORM = 1


class Dictionary:
    """Finds how words sound. One instance for one process; it keeps what it found."""

    def __init__(self, keep: Path | None = None, file: Path | None = None) -> None:
        """``keep``: the file that remembers made pronunciations. ``file``: the big dictionary."""
        self._keep, self._file = keep, file
        self._found: dict[str, tuple[str, ...]] = {}
        self._map: mmap.mmap | None = None
        self._made: dict[str, str] | None = None
        self.made: set[str] = set()
        """Words asked for that no dictionary has and nobody declared: their sounds are a guess,
        which ``doctor`` lists."""
        self._guessed: set[str] = set()

    def close(self) -> None:
        """Let go of the file."""
        if self._map is not None:
            self._map.close()
            self._map = None

    def look_up(
        self, words: Iterable[str], declared: Mapping[str, Sequence[str]] | None = None
    ) -> dict[str, tuple[str, ...]]:
        """Return the sounds of each word, the likeliest first; none for what nobody can say.

        ``declared``: pronunciations from the household, ARPAbet or respelt; they come first.
        """
        asked = list(dict.fromkeys(words))
        told = {w: tuple(said) for w, said in (declared or {}).items() if said}
        texts = [text for said in told.values() for text in said if not sounds.declared(text)]
        self._learn([*asked, *(part for text in texts for part in sounds.respelt(text))])
        found: dict[str, tuple[str, ...]] = {}
        for word in asked:
            own = [s for text in told.get(word, ()) if (s := self._sounds_of(text))]
            if word in self._guessed and not own:
                self.made.add(word)
            found[word] = tuple(dict.fromkeys((*own, *self._found.get(word, ()))))[:VARIANTS]
        return found

    def _sounds_of(self, text: str) -> str:
        """Return the sounds of a pronunciation that somebody wrote."""
        known = sounds.declared(text)
        if known is not None:
            return known
        parts = [self._found.get(part, ("",))[0] for part in sounds.respelt(text)]
        return " ".join(parts) if all(parts) else ""

    def _learn(self, words: Sequence[str]) -> None:
        missing = [word for word in dict.fromkeys(words) if word not in self._found]
        unknown: list[str] = []
        for word in missing:
            said = _OWN.get(word) or self._entries(word) or self._composed(word)
            if said:
                self._found[word] = tuple(said)
            else:
                unknown.append(word)
        if unknown:
            for word, guess in self._guess(unknown).items():
                self._found[word] = (guess,) if guess else ()
                self._guessed.add(word)

    def _composed(self, word: str) -> tuple[str, ...]:
        """Return the sounds of a word made of known ones: 20, "meg's", "2x"."""
        if word.isdecimal():
            parts = spoken_number(word).split()
            each = [self._entries(part) for part in parts]
            return tuple(" ".join(c) for c in islice(product(*each), VARIANTS)) if all(each) else ()
        if word.endswith("'s"):
            stem = self._entries(word[:-2])
            return tuple(f"{said} {_possessive(said)}" for said in stem)
        return ()

    def _entries(self, word: str) -> tuple[str, ...]:
        """Return what the big dictionary says of a word."""
        if not word.isascii():
            return ()
        if self._map is None:
            self._map = _mapped(self._file or default_file())
        found: list[str] = []
        for number in range(1, VARIANTS + 1):
            key = word if number == 1 else f"{word}({number})"
            said = _line(self._map, key.encode())
            if said is None:
                break
            found.append(said)
        return tuple(found)

    def _guess(self, words: Sequence[str]) -> dict[str, str]:
        """Return made pronunciations: kept ones, espeak-ng's, else from the letters."""
        kept = self._kept()
        asked = [word for word in words if word not in kept]
        if asked:
            heard = sounds.ask_espeak(asked)
            for word in asked:
                kept[word] = heard.get(word) or sounds.from_letters(_plain(word))
            self._remember(kept)
        return {word: kept[word] for word in words}

    def _kept(self) -> dict[str, str]:
        if self._made is None:
            self._made = {}
            if self._keep is not None:
                with suppress(OSError, msgspec.MsgspecError):
                    data = self._keep.read_bytes()
                    kept = msgspec.msgpack.decode(data, type=tuple[int, dict[str, str]])
                    self._made = kept[1] if kept[0] == _FORM else {}
        return self._made

    def _remember(self, kept: dict[str, str]) -> None:
        if self._keep is None:
            return
        from alexa_cli.config.paths import write_private  # noqa: PLC0415 - for new words only

        with suppress(AlexaError, OSError):  # what cannot be kept is made again
            write_private(self._keep, msgspec.msgpack.encode((_FORM, kept)))


def unpronounceable(bias: Bias) -> list[str]:
    """Return the words of a bias whose sound neither a dictionary nor the household knows.

    They are heard by a guess, or never if none can be made; ``doctor`` lists them.
    """
    dictionary = Dictionary()
    phrases = [*bias.sentences, *bias.choices, *bias.mentioned]
    phrases += [phrase for listed in bias.lists.values() for phrase in listed]
    said = dict.fromkeys(word for phrase in phrases for word in phrase.words if word[0] != "{")
    try:
        found = dictionary.look_up(said, bias.pronunciations)
    finally:
        dictionary.close()
    return sorted(dictionary.made | {word for word, sounds_as in found.items() if not sounds_as})


def together(parts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return how a name of several words sounds; nothing if one of them has no sound."""
    return tuple(" ".join(way) for way in islice(product(*parts), VARIANTS))


def default_file() -> Path:
    """Return the path of pocketsphinx's dictionary."""
    import pocketsphinx  # noqa: PLC0415 - an audio library, only where sound is heard

    return Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict"))


def spoken_number(digits: str) -> str:
    """Return a whole number in words, as a name has it ("light 12"); long ones digit by digit."""
    from alexa_cli.hear.spoken import groups  # noqa: PLC0415 - few names have numbers

    below_hundred = groups()["number"]
    if len(digits) <= 2:  # noqa: PLR2004 - two digits
        return below_hundred[int(digits)]
    return " ".join(below_hundred[int(digit)] for digit in digits)


def _possessive(sounds_of_stem: str) -> str:
    last = sounds_of_stem.rsplit(" ", 1)[-1]
    if last in {"S", "Z", "SH", "ZH", "CH", "JH"}:
        return "IH Z"
    return "S" if last in {"P", "T", "K", "F", "TH"} else "Z"


def _plain(word: str) -> str:
    import unicodedata  # noqa: PLC0415 - for words that nobody knows

    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", word).casefold())


def _mapped(file: Path) -> mmap.mmap:
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


def _line(data: mmap.mmap, key: bytes) -> str | None:
    """Return what stands behind ``key`` in sorted lines of ``key rest``; None: it is not there.

    The file is sorted but for variants (``a(2)`` stands before ``a's``), so the place that
    bisection finds may be a few lines off.
    """
    base = key.partition(b"(")[0]
    low, high = 0, len(data)
    while low < high:
        middle = (low + high) // 2
        start = data.rfind(b"\n", 0, middle) + 1
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if data[start:end].split(b" ", 1)[0].partition(b"(")[0] < base:
            low = end + 1
        else:
            high = start
    near = data[max(0, low - 400) : low + 1_200]
    at = (b"\n" + near).find(b"\n" + key + b" ")
    if at < 0:
        return None
    return near[at + len(key) + 1 :].split(b"\n", 1)[0].decode("ascii", "replace").strip()
