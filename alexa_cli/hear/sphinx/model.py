"""A Bias as files that pocketsphinx reads: a trigram with classes, what they hold, a dictionary.

Three layers, so that only what changed is made again. The trigram (``lm-*``) comes from the
sentences: seconds for a thousand templates, once. What classes hold (``classes-*``) and how it
sounds (``dict-*``) come from the lists: milliseconds. A name of several words is one token
(``kitchen_light:lights``), so that the trigram sees past it: "turn on the [lights] to".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.hear.sphinx import ngram
from alexa_cli.hear.sphinx.dictionary import VARIANTS, together
from alexa_cli.hear.spoken import TEXT, fingerprint_of, groups, patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from alexa_cli.hear.bias import Bias, Phrase
    from alexa_cli.hear.sphinx.dictionary import Dictionary

FORM = 8
"""Raised when the files change for the same bias."""
KEPT = 24
"""Files in the folder; the longest unused are deleted."""
CHOICES, MENTIONED = "?choices", "?mentioned"
CHOICES_SHARE = 0.7
"""Of all utterances, while a question is pending: how many answer it with one of its choices."""
MENTIONED_SHARE = 0.02
TEXT_SHARE = 0.02
"""Sentences with free text count so much less: any words at all explain any sound a little."""
ALIKE = 0.6
"""A list so much of which another one has is one class with it."""
MENTIONED_TIMES = 4.0
"""How much likelier a name is that was just spoken of."""
MOST_CLASSES = 120
"""pocketsphinx takes 128 and then no model at all; the shortest lists go first."""
CLASS_POWER = 5.0
"""pocketsphinx weighs the trigram, but not a member's share of its class: beside the words around
them names and values would cost nothing, and be heard everywhere. So shares are raised to a power,
though less than the trigram's (``recogniser.LANGUAGE_WEIGHT``): a name in a long list is no rarer
for it."""
_LEAST = 1e-37
"""The smallest share that its numbers hold."""
FREE_WORDS = 150
"""Words that free text may hold besides the common ones: those of the examples."""

# As people say what the house writes: "what is" is mostly "what's".
_FREE = f"{{{{{TEXT}}}}}"
_SHORT = {
    ("what", "is"): "what's", ("i", "would"): "i'd", ("do", "not"): "don't", ("it", "is"): "it's",
    ("that", "is"): "that's", ("i", "am"): "i'm", ("let", "us"): "let's", ("can", "not"): "can't",
    ("there", "is"): "there's", ("who", "is"): "who's", ("where", "is"): "where's",
    ("how", "is"): "how's", ("when", "is"): "when's", ("i", "have"): "i've",
    ("i", "will"): "i'll", ("we", "are"): "we're", ("is", "not"): "isn't",
    ("will", "not"): "won't", ("did", "not"): "didn't", ("you", "are"): "you're",
    ("they", "are"): "they're", ("does", "not"): "doesn't", ("are", "not"): "aren't",
    ("we", "have"): "we've",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """What a decoder is opened with, and how to read what it says."""

    control: str
    """Path of the control file (``lmctl``)."""
    dictionary: str
    """Path of the dictionary."""
    fingerprint: str
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Token to the words it stands for, where that is not the token itself."""
    silent: tuple[str, ...] = ()
    """Words that nobody knows how to say: they cannot be heard."""
    size: int = 0
    """Ways to say its words and names, all together."""


@dataclass(frozen=True, slots=True)
class _Member:
    token: str
    words: tuple[str, ...]
    share: float


class Compiler:
    """Makes models in one folder. What is there already is not made again."""

    def __init__(self, folder: Path, dictionary: Dictionary) -> None:
        self._folder, self._dictionary = folder, dictionary
        self._sentences: tuple[Sequence[Phrase], str] | None = None

    def compile(self, bias: Bias) -> Model:
        """Return the model of a bias. Raises OSError, AlexaError (the folder)."""
        same = _same_class(bias.lists)
        said = _digest(self._of_sentences(bias.sentences), repr(sorted(same.items())))
        asking = bool(bias.choices)
        trigram = f"lm-{said}{'-asking' if asking else ''}.lm"
        classes = _classes(bias, same)
        whole = _digest(said, fingerprint_of(bias), repr(bias.choices), repr(bias.mentioned))
        words = self._vocabulary(said)
        if words is None or not (self._folder / trigram).exists():
            words = self._write_trigram(bias, said, same)
        for used in (trigram, f"words-{said}"):
            (self._folder / used).touch()
        tags = {word for word in words if word[0] == "["} | {f"[{MENTIONED}]"}
        tags |= {f"[{CHOICES}]"} if asking else set()
        # What no sentence has room for must not be heard as a word of any.
        classes = {name: members for name, members in classes.items() if f"[{name}]" in tags}
        by_size = sorted(classes, key=lambda name: (name[0] not in "?=", -len(classes[name])))
        classes = {name: classes[name] for name in by_size[:MOST_CLASSES]}
        words = [word for word in words if word[0] != "["]
        needed = {w for members in classes.values() for m in members for w in m.words}
        sounds = self._dictionary.look_up([*words, *sorted(needed)], bias.pronunciations)
        sayable = {
            name: [m for m in members if all(sounds[w] for w in m.words)]
            for name, members in classes.items()
        }
        texts = {m.token: m.words for members in sayable.values() for m in members}
        control, dictionary = f"control-{whole}", f"dict-{whole}"
        entries = _dictionary_text(words, sayable, sounds)
        self._write(dictionary, entries)
        self._write(f"classes-{whole}", _classes_text(sayable))
        named = " ".join(f"[{name}]" for name, members in sayable.items() if members)
        self._write(control, f"{{ classes-{whole} }}\n{trigram} main {{ {named} }}\n")
        self._sweep()
        silent = tuple(sorted(word for word, said_as in sounds.items() if not said_as))
        return Model(
            str(self._folder / control), str(self._folder / dictionary), whole, texts, silent,
            entries.count("\n"),
        )  # fmt: skip

    def _of_sentences(self, sentences: Sequence[Phrase]) -> str:
        """Return the fingerprint of the sentences alone, known while they are the same object."""
        if self._sentences is None or self._sentences[0] is not sentences:
            told = "\n".join(f"{s.weight} {' '.join(s.words)}" for s in sentences)
            self._sentences = (sentences, _digest(told))
        return self._sentences[1]

    def _vocabulary(self, said: str) -> list[str] | None:
        """Return the words of a trigram that was made before."""
        try:
            return (self._folder / f"words-{said}").read_text(encoding="utf-8").split()
        except OSError:
            return None

    def _write_trigram(self, bias: Bias, said: str, same: Mapping[str, str]) -> list[str]:
        """Write both trigrams of the sentences, the one for pending questions too."""
        counts = ngram.count(spoken_sentences(bias.sentences, same))
        starts = sum(counts.two.get(ngram.START, {}).values()) or 1.0
        counts.add((f"[{MENTIONED}]",), starts * MENTIONED_SHARE)
        self._write(f"lm-{said}.lm", ngram.arpa(counts))
        words = sorted(w for w in counts.one if w[0] != "<")
        counts.add((f"[{CHOICES}]",), starts * CHOICES_SHARE / (1 - CHOICES_SHARE))
        self._write(f"lm-{said}-asking.lm", ngram.arpa(counts))
        self._write(f"words-{said}", "\n".join(words))
        return words

    def _write(self, name: str, text: str) -> None:
        from alexa_cli.config.paths import write_private  # noqa: PLC0415 - what is said is private

        file = self._folder / name
        if file.exists():
            file.touch()
        else:
            write_private(file, text.encode())

    def _sweep(self) -> None:
        files = [each for each in self._folder.iterdir() if each.is_file()]
        files = [each for each in files if each.suffix != ".msgpack"]
        for old in sorted(files, key=lambda each: each.stat().st_mtime_ns)[:-KEPT]:
            old.unlink(missing_ok=True)


def spoken_sentences(
    sentences: Iterable[Phrase], same: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield sentences as the trigram counts them: types as their patterns, lists as classes.

    ``same``: the class of a list that is not called like it.
    """
    for sentence in sentences:
        free = _FREE in sentence.words
        weight = sentence.weight * (TEXT_SHARE if free else 1.0)
        short = _shortened(sentence.words)
        if short == sentence.words:
            said = [(short, weight)]
        else:
            said = [(sentence.words, weight * 0.4), (short, weight * 0.6)]
        for words, share in said:
            ways = _expanded(words, same)
            yield from ((way, share / len(ways)) for way in ways)


def _expanded(words: Sequence[str], same: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return a sentence once for each way to say its first value; later ones are said one way."""
    ways: list[tuple[str, ...]] = [()]
    for word in words:
        if word.startswith("{{"):
            options = [_tokens(pattern) for pattern in patterns(word[2:-2])]
            if len(ways) > 1:
                options = options[:1]
            ways = [(*way, *option) for way in ways for option in options]
        else:
            name = word[1:-1] if word.startswith("{") else ""
            token = f"[{same.get(name, name)}]" if name else word
            ways = [(*way, token) for way in ways]
    return ways


def _tokens(pattern: str) -> tuple[str, ...]:
    return tuple(f"[={part[1:-1]}]" if part.startswith("<") else part for part in pattern.split())


def _shortened(words: tuple[str, ...]) -> tuple[str, ...]:
    found, at = list[str](), 0
    while at < len(words):
        short = _SHORT.get(words[at : at + 2])  # type: ignore[arg-type]
        found.append(short or words[at])
        at += 2 if short else 1
    return tuple(found)


def _same_class(lists: Mapping[str, Sequence[Phrase]]) -> dict[str, str]:
    """Return the lists that are one class with a longer one, and which.

    Every light is a device: the same names in many classes would be as many words to search.
    """
    held = {name: {phrase.words for phrase in phrases} for name, phrases in lists.items()}
    order = sorted(held, key=lambda name: (-len(held[name]), name))
    found: dict[str, str] = {}
    for number, name in enumerate(order):
        for longer in order[:number]:
            if longer not in found and len(held[name] & held[longer]) > ALIKE * len(held[name]):
                found[name] = longer
                break
    return found


def _classes(bias: Bias, same: Mapping[str, str]) -> dict[str, list[_Member]]:
    """Return what each class holds: the lists, the values, and what is true just now."""
    spoken_of = {phrase.words for phrase in bias.mentioned}
    lists: dict[str, list[Phrase]] = {}
    for name, phrases in sorted(bias.lists.items()):
        lists.setdefault(same.get(name, name), []).extend(phrases)
    found = {name: _members(name, phrases, spoken_of) for name, phrases in lists.items()}
    for name, values in groups().items():
        each = {tuple(value.split()): 1.0 for value in values}
        if name == "word":
            each = _free_words(bias, each)
        found[f"={name}"] = _weighed(f"={name}", each)
    found[CHOICES] = _members(CHOICES, bias.choices, set())
    found[MENTIONED] = _members(MENTIONED, bias.mentioned, set())
    return found


def _free_words(bias: Bias, common: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """Return the words of free text: the common ones, and those that only sentences have."""
    seen = Counter(w for s in bias.sentences for w in s.words if w[0] not in "{[")
    rare = [(word,) for word, _ in reversed(seen.most_common()) if (word,) not in common]
    return common | dict.fromkeys(rare[:FREE_WORDS], 0.2)


def _members(
    name: str, phrases: Iterable[Phrase], spoken_of: set[tuple[str, ...]]
) -> list[_Member]:
    weights: dict[tuple[str, ...], float] = {}
    for phrase in phrases:
        times = MENTIONED_TIMES if phrase.words in spoken_of else 1.0
        if phrase.words:
            known = weights.get(phrase.words, 0.0)
            weights[phrase.words] = max(known, phrase.weight * times)
    return _weighed(name, weights)


def _weighed(name: str, weights: Mapping[tuple[str, ...], float]) -> list[_Member]:
    whole = sum(weights.values())
    return [
        _Member(f"{'_'.join(words)}:{name}", words, weight / whole)
        for words, weight in weights.items()
    ]


def _classes_text(classes: Mapping[str, Sequence[_Member]]) -> str:
    lines: list[str] = []
    for name, members in classes.items():
        if members:
            # A class whose shares do not sum to about one is scaled until they do. The first
            # member has no sound, so it is never heard, and takes what the others leave.
            lines.append(f"LMCLASS [{name}]")
            power = 1.0 if name in {CHOICES, MENTIONED} else CLASS_POWER  # expected, all of them
            lines += [f"~{name} 1.0"] if power > 1 else []
            shares = (max(member.share**power, _LEAST) for member in members)
            lines += (f"{m.token} {share:.6g}" for m, share in zip(members, shares, strict=True))
            lines.append(f"END [{name}]\n")
    return "\n".join(lines) + "\n"


def _dictionary_text(
    words: Sequence[str],
    classes: Mapping[str, Sequence[_Member]],
    sounds: Mapping[str, tuple[str, ...]],
) -> str:
    lines = [line for word in words for line in _entries(word, sounds[word])]
    for members in classes.values():
        for member in members:
            said = together([sounds[word] for word in member.words])
            lines += _entries(member.token, said[: VARIANTS if len(member.words) == 1 else 2])
    return "\n".join(lines) + "\n"


def _entries(token: str, said: Sequence[str]) -> Iterator[str]:
    for number, each in enumerate(said, 1):
        yield f"{token} {each}" if number == 1 else f"{token}({number}) {each}"


def _digest(*parts: str) -> str:
    told = "\0".join((str(FORM), *parts)).encode(errors="replace")
    return hashlib.blake2b(told, digest_size=10).hexdigest()
