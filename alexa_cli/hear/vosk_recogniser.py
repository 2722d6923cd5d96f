"""The better recogniser: vosk, where its model has been pulled.

Its vocabulary is fixed, so what is expected comes in afterwards: the n-best list is scored again
(``rescoring``), and while a question is pending a second recogniser, bound to its choices, hears
the same sound. Where ends are is the listener's business; vosk's own only part the result.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alexa_cli.config.quiet import silenced
from alexa_cli.errors import AlexaError
from alexa_cli.hear.alike import Pronouncer, alike
from alexa_cli.hear.bias import Bias
from alexa_cli.hear.frame import RATE
from alexa_cli.hear.recogniser import HeardWord, Recognised
from alexa_cli.hear.rescoring import Rescorer
from alexa_cli.hear.sphinx.dictionary import Dictionary
from alexa_cli.models.vosk import is_model
from alexa_cli.turn import Hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

UNKNOWN = "[unk]"
"""What a bound recogniser says of anything else."""
LOOKED_AT = 10
"""Hypotheses that are scored again."""
AGREES = 0.5
"""How much like something freely heard a choice must sound: the bound recogniser alone would hear
its choices in other words too."""
AGAIN_BYTES = 10 * RATE * 2
"""If speech goes on after a look, so much sound is decoded again as a whole; what comes after
more is a part of its own."""
MOST_CHOICES = 500
_CONTROL = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]")
"""What steers a terminal is taken out with its parameters: "31m" is no part of a word."""
_HINT = "delete that folder and fetch it again: alexa models pull vosk-small-en-us"


@dataclass(frozen=True, slots=True)
class _Heard:
    """One part of an utterance, as vosk tells it: texts with scores, and the best one's words."""

    hypotheses: tuple[Hypothesis, ...]
    words: tuple[HeardWord, ...]


_SILENCE = _Heard((), ())


class VoskRecogniser:
    """See ``hear.recogniser.Recogniser``."""

    name = "vosk"

    def __init__(
        self, model: Path, bias: Bias | None = None, *, dictionary: Dictionary | None = None
    ) -> None:
        """``model``: its folder. Raises AlexaError (vosk is missing, no model, a damaged one)."""
        self._folder = model
        self._library, self._model = _load(model)
        self._pronouncer = Pronouncer(dictionary or Dictionary())
        self._free: Any = None
        self._bound: Any = None
        self._parts: list[_Heard] = []
        self._after: list[bytes] = []
        self._sound: list[bytes] = []
        self._known: Recognised | None = None
        self._whole: tuple[list[_Heard], str] = ([], "")
        self._bias = Bias()
        self._rescorer = Rescorer(self._bias, self._pronouncer)
        self._grammar: tuple[str, ...] = ()
        self._next: tuple[Rescorer, tuple[str, ...]] = (self._rescorer, self._grammar)
        """For the next utterance: ``expect`` may be called from another thread at any time."""
        self.failed = ""
        """Why the last ``expect`` changed nothing; "": it did."""
        if bias is not None:
            self.expect(bias)

    def expect(self, bias: Bias) -> None:
        """See ``Recogniser``. What fails leaves everything as it was (``failed``)."""
        if bias == self._bias:
            return
        try:
            self._next = (Rescorer(bias, self._pronouncer), tuple(self._choices(bias)))
        except (AlexaError, ImportError, OSError, ValueError) as error:
            self.failed = str(error)
            return
        self._bias, self.failed = bias, ""

    def _choices(self, bias: Bias) -> Iterator[str]:
        """Yield the choices that the model has all words of; the others are found by sound."""
        for phrase in bias.choices[:MOST_CHOICES]:
            if phrase.words and all(self._model.vosk_model_find_word(w) >= 0 for w in phrase.words):
                yield " ".join(phrase.words)

    def begin(self) -> None:
        """See ``Recogniser``."""
        self._rescorer, self._grammar = self._next
        self._sound, self._after, self._parts, self._known = [], [], [], None
        self._start()

    def _start(self) -> None:
        self._free = self._library.KaldiRecognizer(self._model, RATE)
        self._free.SetWords(True)  # noqa: FBT003 - vosk's own
        self._free.SetMaxAlternatives(LOOKED_AT)
        # An empty list would end the process, one of the unknown alone hears nothing.
        grammar = json.dumps([*self._grammar, UNKNOWN]) if self._grammar else None
        self._bound = self._library.KaldiRecognizer(self._model, RATE, grammar) if grammar else None

    def feed(self, samples: bytes) -> None:
        """See ``Recogniser``."""
        (self._sound if self._known is None else self._after).append(samples)
        if self._known is None:
            self._decode(samples)

    def _decode(self, samples: bytes) -> None:
        if self._free.AcceptWaveform(samples):
            self._parts.append(_read(self._told(self._free.Result)))
        if self._bound is not None:
            self._bound.AcceptWaveform(samples)

    def _told(self, tell: Callable[[], str]) -> Any:  # noqa: ANN401 - what JSON says
        """Return what vosk says: JSON with the model's words in it as they are.

        Characters of control are taken out of them. Raises AlexaError for words that are no text.
        """
        try:
            return json.loads(_CONTROL.sub("", tell()))
        except ValueError as error:  # bytes that are not UTF-8 too
            raise AlexaError(
                f"{self._folder}: the words of this model of vosk cannot be read", hint=_HINT
            ) from error

    def _resume(self) -> None:
        """Speech went on after a look: hear it as one, or, after much sound, as a further part."""
        after, self._after, self._known = self._after, [], None
        if sum(map(len, self._sound)) <= AGAIN_BYTES:
            self._parts = []
            self._start()
            for samples in self._sound:
                self._decode(samples)
        else:
            self._parts = self._whole[0]
            self._bound = None  # so long a sentence is no choice
        for samples in after:
            self._sound.append(samples)
            self._decode(samples)

    def partial(self) -> str:
        """See ``Recogniser``."""
        if self._known is not None and not self._after:
            return self._known.text
        if self._known is not None:
            self._resume()
        said = [part.hypotheses[0].text for part in self._parts if part.hypotheses]
        said.append(self._told(self._free.PartialResult).get("partial", ""))
        return " ".join(filter(None, said))

    def peek(self, n_best: int = 1) -> Recognised:
        """See ``Recogniser``."""
        if self._known is not None and self._after:
            self._resume()
        if self._known is None:
            end = [_read(self._told(self._free.FinalResult))] if self._free else []
            parts = [*self._parts, *end]
            bound = self._told(self._bound.FinalResult)["text"] if self._bound else ""
            self._whole = (parts, bound)
            self._known = self._result(_joined(parts), bound)
        known = self._known
        return Recognised(
            known.text, known.hypotheses[: max(1, n_best)], known.words, known.confidence
        )

    def finish(self, n_best: int = 1) -> Recognised:
        """See ``Recogniser``."""
        return self.peek(n_best)

    def _result(self, heard: _Heard, bound: str) -> Recognised:
        hypotheses = self._rescorer.rescore(heard.hypotheses) if heard.hypotheses else ()
        chosen = self._chosen(bound, heard.hypotheses)
        if chosen:
            best = Hypothesis(chosen, 0.0)
            hypotheses = (best, *(h for h in hypotheses if h.text != chosen))
        if not hypotheses or not hypotheses[0].text:
            return Recognised("")
        text = hypotheses[0].text
        words = _placed(text.split(), heard.words)
        known = [word.confidence for word in words if word.confidence is not None]
        return Recognised(text, hypotheses, words, sum(known) / len(known) if known else None)

    def _chosen(self, bound: str, free: Sequence[Hypothesis]) -> str:
        """Return the choice that was heard, "" if it was something else."""
        said = bound.split()
        if not said or UNKNOWN in said:
            return ""
        likeness = max((alike(h.text.split(), said, self._pronouncer) for h in free), default=0.0)
        return bound if likeness >= AGREES else ""


def _load(folder: Path) -> tuple[Any, Any]:
    if not is_model(folder):
        what = "is only half there" if folder.is_dir() and any(folder.iterdir()) else "is missing"
        raise AlexaError(f"{folder}: the model of vosk {what}", hint=_HINT)
    try:
        import vosk  # noqa: PLC0415 - an audio library, only where sound is heard
    except (ImportError, OSError) as error:
        raise AlexaError(f"vosk cannot be used: {error}", hint="pip install vosk") from error
    vosk.SetLogLevel(-1)
    try:
        with silenced():
            model = vosk.Model(str(folder))
            vosk.KaldiRecognizer(model, RATE)  # the graph is read but now
    except Exception as error:
        raise AlexaError(f"{folder}: the model of vosk is damaged", hint=_HINT) from error
    return vosk, model


def _read(told: Any) -> _Heard:  # noqa: ANN401 - what JSON says
    """Read one part: scores are natural logarithms, the best one's 0."""
    found: dict[str, float] = {}
    everything = told.get("alternatives", ())
    alternatives = [each for each in everything if each["text"]]
    if not alternatives or not everything[0]["text"]:
        return _SILENCE  # which is likelier than any word
    for each in alternatives:
        found.setdefault(each["text"], float(each["confidence"]))
    best = max(found.values())
    hypotheses = tuple(
        Hypothesis(text, round(score - best, 3))
        for text, score in sorted(found.items(), key=lambda each: -each[1])
    )
    timed = next(a for a in alternatives if a["text"] == hypotheses[0].text).get("result", ())
    return _Heard(hypotheses, tuple(_with_confidence(timed, hypotheses)))


def _with_confidence(timed: Sequence[Any], among: Sequence[Hypothesis]) -> Iterator[HeardWord]:
    """Yield words with the share of the hypotheses that have them: vosk gives none with many."""
    weights = [(h.text.split(), math.exp(h.score or 0.0)) for h in among]
    total = sum(weight for _, weight in weights)
    for each in timed:
        agreeing = sum(weight for words, weight in weights if each["word"] in words)
        yield HeardWord(
            each["word"], float(each["start"]), float(each["end"]), round(agreeing / total, 3)
        )


def _joined(parts: Sequence[_Heard]) -> _Heard:
    """Return the parts as one: at most one of them as it was not heard best."""
    heard = [part for part in parts if part.hypotheses]
    if len(heard) < 2:  # noqa: PLR2004 - the usual case
        return heard[0] if heard else _SILENCE
    best = [part.hypotheses[0].text for part in heard]
    found = {" ".join(best): 0.0}
    for place, part in enumerate(heard):
        for other in part.hypotheses[1:]:
            text = " ".join((*best[:place], other.text, *best[place + 1 :]))
            found[text] = max(found.get(text, -math.inf), other.score or 0.0)
    ranked = sorted(found.items(), key=lambda each: -each[1])[:LOOKED_AT]
    words = tuple(word for part in heard for word in part.words)
    return _Heard(tuple(Hypothesis(text, score) for text, score in ranked), words)


def _placed(words: Sequence[str], timed: Sequence[HeardWord]) -> tuple[HeardWord, ...]:
    """Return words with the times of what was heard in their place; changed ones share it."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only where something was heard

    if not timed:
        return ()
    found: list[HeardWord] = []
    matcher = SequenceMatcher(None, [each.text for each in timed], list(words), autojunk=False)
    for kind, one, two, start, end in matcher.get_opcodes():
        if kind == "equal":
            found += timed[one:two]
            continue
        began = timed[one].start if one < two else timed[max(0, one - 1)].end
        ended = timed[two - 1].end if one < two else began
        step = (ended - began) / max(1, end - start)
        found += [
            HeardWord(word, round(began + n * step, 3), round(began + (n + 1) * step, 3), None)
            for n, word in enumerate(words[start:end])
        ]
    return tuple(found)
