"""``alexa transcribe``: what is said in sound files, as text."""

from __future__ import annotations

import sys
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.cli.stoppable import run
from alexa_cli.errors import AlexaError, FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

    from alexa_cli.cli.session import Session
    from alexa_cli.hear.bias import Bias, Phrase
    from alexa_cli.hear.listener import Listener
    from alexa_cli.hear.recogniser import HeardWord, Recognised, Recogniser

app = typer.Typer(help="Write down what is said in sound files.", add_completion=False)

MOST_PHRASES = 20_000
LONGEST_PHRASE = 20
"""Words."""
_CONVERSATION = "transcribe"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is shown of an utterance."""

    n_best: int
    words: bool
    as_json: bool
    named: bool
    """Whether the file's name stands before the text."""


@app.command()
def transcribe(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="wav, flac, mp3, ogg or raw; - is stdin, `sample` what ships."
        ),
    ],
    n_best: Annotated[
        int,
        typer.Option("--n-best", metavar="N", min=1, max=20, help="So many readings, with scores."),
    ] = 1,
    words: Annotated[
        bool, typer.Option("--words", help="When each word is said, and how sure it is.")
    ] = False,
    bias: Annotated[
        Path | None,
        typer.Option(
            "--bias",
            metavar="FILE",
            help="Phrases to expect: a text file in UTF-8, one phrase a line, as it is spoken "
            "(“turn on the lava lamp”, “Priya Patel”). Empty lines, and lines that begin with #, "
            "do not count.",
        ),
    ] = None,
    no_bias: Annotated[
        bool,
        typer.Option(
            "--no-bias",
            help="Expect nothing of the experts: no names, no sentences; only what --bias has. "
            "Sphinx, which hears nothing else, is left their words, in any order.",
        ),
    ] = False,
    engine: Annotated[
        str | None,
        typer.Option(metavar="vosk|sphinx", help="What recognises; else as the config says."),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Write down what is said: an utterance a line, as it is heard.

    What is expected is what the experts understand and the names of the home. The sound stays on
    this machine. Exit code 1: a file could not be read; the others are written down all the same.
    """  # fmt: skip
    from alexa_cli.cli.session import open_session

    if engine not in {None, "vosk", "sphinx"}:
        raise UsageError(f"--engine: {engine!r} is neither vosk nor sphinx")
    phrases = tuple(read_phrases(bias)) if bias is not None else ()
    session = open_session(Common.of(config, sets, experts), save=False)
    with session.store:
        hear = session.loaded.settings.hear
        using = engine or hear.engine
        expected = expecting(session, phrases, experts=hear.bias and not no_bias)
        recogniser = _open(session, using, expected)
        if no_bias and not phrases and recogniser.name == "vosk":
            recogniser = _open(session, using, replace(expected, sentences=()))
        wanted = Wanted(n_best, words, as_json, len(files) > 1)
        failed = run(_all(files, session, recogniser, wanted))
    raise typer.Exit(1 if failed else 0)


def read_phrases(path: Path) -> Iterator[Phrase]:
    """Yield the phrases of a file. Raises FileError with the line that is wrong."""
    from alexa_cli.hear.bias import Phrase
    from alexa_cli.language.text import words

    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise FileError(f"cannot read this file: {error.strerror or error}", path=path) from error
    count = 0
    for number, raw in enumerate(content.splitlines(), 1):
        try:
            text = raw.decode().strip()
        except UnicodeDecodeError as error:
            raise FileError("not UTF-8", path=path, line=number) from error
        if not text or text.startswith("#"):
            continue
        said = words(text[:1000])
        if not said:
            raise FileError(f"there is no word in {text[:40]!r}", path=path, line=number)
        if len(said) > LONGEST_PHRASE:
            raise FileError(
                f"a phrase has {LONGEST_PHRASE} words at most", path=path, line=number,
                hint="one phrase a line",
            )  # fmt: skip
        count += 1
        if count > MOST_PHRASES:
            raise FileError(f"more than {MOST_PHRASES:,} phrases", path=path, line=number)
        yield Phrase(said)
    if not count:
        raise FileError("there are no phrases in it", path=path, hint="one phrase a line")


def expecting(session: Session, phrases: Sequence[Phrase], *, experts: bool) -> Bias:
    """Return what to expect: of the experts and the home, if wanted, and these phrases."""
    import hashlib

    from alexa_cli.hear.bias import Bias, Phrase
    from alexa_cli.hear.expectations import Expectations

    expectations = Expectations(session.house.catalogue, session.paths.cache / "sphinx")
    snapshot = session.assistant.request("", _CONVERSATION).snapshot
    known = expectations.bias(snapshot)
    if not experts:
        said = {word for each in known.sentences for word in each.words if word[0] != "{"}
        said |= {w for listed in known.lists.values() for each in listed for w in each.words}
        loose = tuple(Phrase((word,)) for word in sorted(said))
        known = Bias(sentences=tuple(phrases) or loose, pronunciations=known.pronunciations)
    if not phrases:
        return known
    # They may be said alone, or where a sentence has room for a name.
    lists = {name: (*listed, *phrases) for name, listed in known.lists.items()}
    told = hashlib.blake2b(repr((known.fingerprint, phrases)).encode(), digest_size=12).hexdigest()
    return replace(
        known, lists=lists | {"phrases": tuple(phrases)}, choices=tuple(phrases),
        mentioned=tuple(phrases), fingerprint=told,
    )  # fmt: skip


def _open(session: Session, engine: str | None, bias: Bias) -> Recogniser:
    from alexa_cli.hear.engines import open_recogniser

    model = session.loaded.settings.hear.model
    wanted: Any = engine
    return open_recogniser(
        wanted, session.paths, bias, model=Path(model) if model else None,
        tell=lambda why: _tell(f"alexa: {why}"),
    )  # fmt: skip


async def _all(
    files: Sequence[str], session: Session, recogniser: Recogniser, wanted: Wanted
) -> bool:
    """Write all files down; returns whether one could not be read to its end."""
    from alexa_cli.language.text import printable

    failed = False
    for file in files:
        heard = False
        try:
            async for listener in _utterances(file, session, recogniser, wanted):
                heard = True
                for line in _lines(file, listener, wanted):
                    sys.stdout.write(f"{printable(line)}\n")
                sys.stdout.flush()
        except AlexaError as error:
            failed = True
            _tell(f"alexa: {error}")
        else:
            if not heard:
                _tell(f"{file}: nobody speaks in it")
    return failed


def _tell(text: str) -> None:
    from alexa_cli.language.text import printable

    sys.stderr.write(f"{printable(text)}\n")


async def _utterances(
    file: str, session: Session, recogniser: Recogniser, wanted: Wanted
) -> AsyncIterator[Listener]:
    """Yield the listener after each utterance with words. Raises AlexaError."""
    from alexa_cli.hear.endpoint import Pauses
    from alexa_cli.hear.listener import Listener, Manner
    from alexa_cli.hear.sources import open_source
    from alexa_cli.turn import Stage

    pauses = session.loaded.settings.hear.pauses
    manner = Manner(
        Pauses(pauses.eager.seconds, pauses.final.seconds, pauses.complete.seconds,
               pauses.unfinished.seconds),
        n_best=max(wanted.n_best, 2 if wanted.as_json else 1),
    )  # fmt: skip
    async with Listener(open_source(file), recogniser, manner) as listener:
        while not listener.over:
            async with aclosing(listener.utterances()) as revisions:
                async for each in revisions:
                    if each.stage is Stage.FINAL and each.text:
                        yield listener


def _lines(file: str, listener: Listener, wanted: Wanted) -> Iterator[str]:
    from alexa_cli.cli.trace import dumps

    heard = listener.recognised
    began = listener.ends[-1].at - listener.seconds
    start, end = _span(heard, began, listener)
    if wanted.as_json:
        yield dumps({
            "file": file, "start": start, "end": end, "text": heard.text,
            "confidence": _rounded(heard.confidence),
            "hypotheses": [
                {"text": h.text, "score": h.score} for h in heard.hypotheses[: wanted.n_best]
            ],
            "words": [
                {"word": w.text, "start": round(began + w.start, 3),
                 "end": round(began + w.end, 3), "confidence": _rounded(w.confidence)}
                for w in heard.words
            ] if wanted.words else [],
        })  # fmt: skip
        return
    name = f"{file}: " if wanted.named else ""
    times = f"{start:.2f}-{end:.2f}  " if wanted.words else ""
    yield f"{name}{times}{heard.text}"
    if wanted.n_best > 1:
        for each in heard.hypotheses[: wanted.n_best]:
            score = "      -" if each.score is None else f"{each.score:7.2f}"
            yield f"  {score}  {each.text}"
    if wanted.words:
        yield from (f"  {line}" for line in _word_lines(heard.words, began))


def _word_lines(words: Iterable[HeardWord], began: float) -> Iterator[str]:
    for word in words:
        sure = "   -" if word.confidence is None else f"{word.confidence:4.2f}"
        yield f"{began + word.start:8.2f}{began + word.end:8.2f}  {sure}  {word.text}"


def _span(heard: Recognised, began: float, listener: Listener) -> tuple[float, float]:
    """Return where the words begin and end, in seconds of the file."""
    if heard.words:
        return round(began + heard.words[0].start, 3), round(began + heard.words[-1].end, 3)
    return round(began, 3), round(listener.ends[-1].spoken_until, 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
