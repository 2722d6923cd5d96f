"""The recogniser that needs no download: pocketsphinx with a model made from a Bias.

An utterance is decoded as it comes. Looking at it (``peek``) ends the decoder's pass, since the
second and third pass and the n-best list exist only then; what comes after is kept, and only if
there is speech in it is everything decoded again.
"""

from __future__ import annotations

import math
import os
import tempfile
from array import array
from itertools import islice
from operator import add
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, RATE
from alexa_cli.hear.recogniser import HeardWord, Recognised
from alexa_cli.hear.sphinx.dictionary import Dictionary
from alexa_cli.hear.sphinx.model import Compiler
from alexa_cli.turn import Hypothesis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.hear.sphinx.model import Model

LANGUAGE_WEIGHT = 7.5
"""How much the trigram counts against the sound; pocketsphinx would take 6.5. More of it makes the
search of a large model smaller."""
LARGE = 3_000
"""In a model with more ways to say something the sound is compared with the acoustic model in every
second frame only: a third of the time, and with so many words no more is heard wrongly."""
FRAMES_A_SECOND = 100
"""Of pocketsphinx's features, in which its segments are counted."""
SPEECH_FRAMES = 3
"""So many frames with speech after a look, and the utterance was not over."""
LOOKED_AT = 40
"""Paths of the lattice for each hypothesis wanted: most say the same words with other pauses."""
DOUBT = 0.7
"""Below this confidence an utterance is decoded once more, with the other hiss, and what explains
its sound better counts. Which that was is tried first from then on."""
SCALE = 1024 / 20
"""Of a path's score as pocketsphinx gives it, to natural logarithms as its posteriors use them."""
HISS = 20
"""The loudest sample of noise that is put under all sound. The acoustic model has only heard rooms
with some: in the dead silence between synthetic words, or behind a gate, it hears consonants."""
MORE_HISS = 93
"""The power (root mean square) of the other: pink noise. It costs people a word now and then, and
fills the holes in the spectrum of synthetic voices and of sound that was stored at a low rate."""
_HISS_SAMPLES = 9_973
_LOUD = 32_767 - 4 * MORE_HISS
_NOTHING = Bias(sentences=(Phrase(("stop",)),))


class SphinxRecogniser:
    """See ``hear.recogniser.Recogniser``."""

    name = "sphinx"

    def __init__(self, folder: Path | None = None, bias: Bias | None = None) -> None:
        """``folder``: where models are kept; None, or one that cannot be written: a temporary one.

        Raises AlexaError if pocketsphinx is not there.
        """
        try:
            import pocketsphinx  # noqa: PLC0415 - an audio library, only where sound is heard
        except ImportError as error:
            raise AlexaError(
                "pocketsphinx is not installed", hint="pip install pocketsphinx"
            ) from error
        self._library: Any = pocketsphinx
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._folder = folder
        self._dictionary = Dictionary(folder / "sounds.msgpack" if folder else None)
        self._compiler: Compiler | None = None
        self._decoder: Any = None
        self._model: Model | None = None
        self._bias: Bias | None = None
        self._next: tuple[Any, Model] | None = None
        """For the next utterance; another thread than the one that hears may set it at any time."""
        self._frames: list[bytes] = []
        self._after: list[bytes] = []
        self._known: tuple[int, Recognised] | None = None
        self._open = False
        self._settled = False
        self._hiss = 0
        self._means = ["", ""]
        self._latest = ["", ""]
        self._hisses = (_white(), _pink())
        self.failed = ""
        """Why the last ``expect`` changed nothing; "": it did."""
        self.expect(bias or _NOTHING)

    @property
    def guessed(self) -> tuple[str, ...]:
        """Words whose pronunciation is a guess."""
        return tuple(sorted(self._dictionary.made))

    @property
    def silent(self) -> tuple[str, ...]:
        """Words that have no pronunciation and cannot be heard."""
        return self._model.silent if self._model is not None else ()

    def expect(self, bias: Bias) -> None:
        """See ``Recogniser``. What fails leaves everything as it was (``failed``)."""
        if bias == self._bias:
            return
        try:
            self._next = self._prepare(bias)
        except (AlexaError, OSError, RuntimeError, ValueError) as error:
            if self._next is None:
                raise AlexaError(f"pocketsphinx cannot start: {error}") from error
            self.failed = str(error)
            return
        self._bias, self.failed = bias, ""

    def _prepare(self, bias: Bias) -> tuple[Any, Model]:
        model = self._compile(bias)
        if self._next is not None and model.fingerprint == self._next[1].fingerprint:
            return self._next
        decoder = self._library.Decoder(
            lmctl=model.control, lmname="main", dict=model.dictionary,
            lw=LANGUAGE_WEIGHT, fwdflatlw=LANGUAGE_WEIGHT, ds=2 if model.size > LARGE else 1,
            # What takes noise out follows the sound from a start it guesses: cold, it costs words.
            remove_noise=False, loglevel="FATAL", logfn=os.devnull,
        )  # fmt: skip
        return decoder, model

    def _compile(self, bias: Bias) -> Model:
        if self._compiler is None and self._folder is not None:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                compiler = Compiler(self._folder, self._dictionary)
                model = compiler.compile(bias)
            except (AlexaError, OSError):
                pass  # a cache that cannot be written costs time, nothing else
            else:
                self._compiler = compiler
                return model
        if self._compiler is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="alexa-sphinx-")
            self._compiler = Compiler(Path(self._temporary.name), self._dictionary)
        return self._compiler.compile(bias)

    def close(self) -> None:
        """Let go of the dictionary's file and of a temporary folder."""
        self._dictionary.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def begin(self) -> None:
        """See ``Recogniser``."""
        self._end()
        if self._next is not None:
            self._decoder, self._model = self._next
        self._frames, self._after, self._known, self._settled = [], [], None, False
        self._means = list(self._latest)
        self._start()

    def _start(self) -> None:
        # The running mean takes the microphone and the room out; each hiss has its own.
        mean = self._means[self._hiss]
        if mean:
            self._decoder.set_cmn(mean)
        self._decoder.start_utt()
        self._open = True

    def _end(self) -> None:
        if self._open:
            self._decoder.end_utt()
            self._open = False
            self._latest[self._hiss] = self._decoder.get_cmn()

    def feed(self, samples: bytes) -> None:
        """See ``Recogniser``."""
        if self._open:
            self._decoder.process_raw(self._hissing(samples, len(self._frames)))
            self._frames.append(samples)
            return
        self._after.append(samples)
        if self._speech_after():
            self._resume()

    def _hissing(self, samples: bytes, number: int) -> bytes:
        """Return the sound with a little noise under it, the same for the same frame."""
        sound = array("h")
        sound.frombytes(samples[: len(samples) // 2 * 2])
        room = _HISS_SAMPLES - len(sound)
        if not sound or room <= 0 or max(sound) > _LOUD or min(sound) < -_LOUD:
            return samples
        start = number * 487 % room
        hiss = self._hisses[self._hiss][start : start + len(sound)]
        return array("h", map(add, sound, hiss)).tobytes()

    def _speech_after(self) -> bool:
        vad = self._library.Vad(mode=2, sample_rate=RATE, frame_length=FRAME_SECONDS)
        whole = [each for each in self._after if len(each) == FRAME_BYTES]
        return sum(map(bool, map(vad.is_speech, whole))) >= SPEECH_FRAMES

    def _resume(self) -> None:
        """Decode everything again: the utterance was not over when it was looked at."""
        self._frames += self._after
        self._after, self._known, self._settled = [], None, False
        self._start()
        self._decode()

    def _decode(self) -> None:
        """Give the decoder all that was said."""
        for number, samples in enumerate(self._frames):
            self._decoder.process_raw(self._hissing(samples, number))

    def partial(self) -> str:
        """See ``Recogniser``."""
        if not self._open:
            return self._known[1].text if self._known else ""
        heard = self._decoder.hyp()
        return " ".join(self._words_of(heard.hypstr.split())) if heard else ""

    def peek(self, n_best: int = 1) -> Recognised:
        """See ``Recogniser``."""
        if self._open:
            self._end()
            self._known = (n_best, self._result(n_best))
            if (self._known[1].confidence or 0.0) < DOUBT:
                self._look_again(n_best)
        if self._known is None or (self._known[0] < n_best and not self._settled):
            self._known = (n_best, self._result(n_best))
        return self._known[1]

    def _look_again(self, n_best: int) -> None:
        """Decode what was heard with doubt with the other hiss, and keep the better one."""
        score, was = self._score(), self._hiss
        self._hiss = 1 - was
        self._start()
        self._decode()
        self._end()
        if self._score() > score:
            self._known = (n_best, self._result(n_best))
        else:  # the decoder has no other readings of the first any more
            self._hiss, self._settled = was, True

    def _score(self) -> float:
        heard = self._decoder.hyp()
        return float(heard.best_score) if heard is not None else -1.0

    def finish(self, n_best: int = 1) -> Recognised:
        """See ``Recogniser``."""
        return self.peek(n_best)

    def _result(self, n_best: int) -> Recognised:
        if self._decoder is None or self._decoder.hyp() is None:
            return Recognised("")
        words = tuple(self._heard_words())
        text = " ".join(word.text for word in words)
        known = [word.confidence for word in words if word.confidence is not None]
        confidence = sum(known) / len(known) if known else None
        return Recognised(text, self._hypotheses(text, n_best), words, confidence)

    def _heard_words(self) -> Iterator[HeardWord]:
        for segment in self._decoder.seg():
            said = self._words_of([segment.word])
            start = segment.start_frame / FRAMES_A_SECOND
            end = (segment.end_frame + 1) / FRAMES_A_SECOND
            letters = sum(map(len, said)) or 1
            confidence = min(1.0, max(0.0, float(segment.prob)))
            for word in said:  # a name is one token: its words share its time by their length
                until = start + (end - start) * len(word) / letters
                letters -= len(word)
                yield HeardWord(word, round(start, 3), round(until, 3), confidence)
                start = until

    def _hypotheses(self, text: str, n_best: int) -> tuple[Hypothesis, ...]:
        """Return different texts, each with its best score: natural logarithm, the best one 0."""
        found: dict[str, float] = {}
        best: float | None = None
        paths = self._decoder.nbest() if n_best > 1 else ()
        for path in islice(paths, n_best * LOOKED_AT):
            if path is None:  # the search for more paths gave up
                break
            score = math.log(path.score) * SCALE if path.score > 0 else -math.inf
            best = score if best is None else best
            found.setdefault(" ".join(self._words_of(path.hypstr.split())), score - best)
            if len(found) >= n_best + 1:
                break
        # The best path of the lattice need not be the first of the list, which is a search of
        # its own: what was heard is the first all the same.
        rest = [(t, s) for t, s in found.items() if t and t != text]
        first = Hypothesis(text, 0.0)
        return (first, *(Hypothesis(t, round(min(s, 0.0), 3)) for t, s in rest[: n_best - 1]))

    def _words_of(self, tokens: Sequence[str]) -> list[str]:
        """Return the words of the decoder's tokens, without pauses and noises."""
        texts = self._model.texts if self._model is not None else {}
        found: list[str] = []
        for token in tokens:
            bare = token.partition("(")[0]
            if bare and bare[0] not in "<[":
                found += texts.get(bare) or (bare,)
        return found


def _white() -> array[int]:
    random = Random(1)  # noqa: S311 - noise
    return array("h", (random.randint(-HISS, HISS) for _ in range(_HISS_SAMPLES)))


def _pink() -> array[int]:
    """Return noise whose power falls with the pitch (Kellet's sum of three filters)."""
    random = Random(1)  # noqa: S311 - noise
    found: list[float] = []
    low = middle = high = 0.0
    for _ in range(_HISS_SAMPLES):
        white = random.uniform(-1.0, 1.0)
        low = 0.99765 * low + white * 0.0990460
        middle = 0.96300 * middle + white * 0.2965164
        high = 0.57000 * high + white * 1.0526913
        found.append(low + middle + high + white * 0.1848)
    power = math.sqrt(sum(each * each for each in found) / len(found))
    return array("h", (round(max(-4.0, min(4.0, each / power)) * MORE_HISS) for each in found))
