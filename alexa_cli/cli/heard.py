"""What a conversation by voice looks like: words as they are heard, a level, and the answers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from alexa_cli.assistant.voice.moments import (
    Kept,
    Listening,
    Notice,
    Silence,
    Stopped,
    Waiting,
    Woken,
)
from alexa_cli.cli.screen import event_json, summary, waterfall_lines, width
from alexa_cli.hear.frame import FRAME_SECONDS
from alexa_cli.language.text import printable
from alexa_cli.trace.plain_text import columns, line, padded
from alexa_cli.turn import Heard, Stage

if TYPE_CHECKING:
    from alexa_cli.assistant.voice.moments import Shown as Moment
    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.cli.screen import Seen, Shown
    from alexa_cli.cli.streaming import Stream
    from alexa_cli.hear.frame import Frame
    from alexa_cli.turn import Utterance
    from alexa_cli.watch.due import Due

EVERY = 3
"""Frames between two drawings of the level: about ten a second."""
BAR = 12


class Screen:
    """Shows it to a person: one line that is written anew while they speak, on stderr."""

    def __init__(self, talk: Talk, shown: Shown) -> None:
        self._talk, self._shown = talk, shown
        # While a turn runs, what experts print goes elsewhere, without what moves the cursor.
        self._out, self._err = sys.stdout, sys.stderr
        self._live = self._err.isatty() and not shown.quiet
        self._drawn = 0
        """Columns of the line that is written anew."""
        self._frames = 0
        self._meter: Any = None
        self._words = self._invitation = ""
        self._listening = False
        self.keys = False
        """Whether the terminal gives keys."""

    def see(self, moment: Moment) -> None:
        """Show what happens."""
        match moment:
            case Waiting(words):
                self._wait(words)
            case Woken(word):
                self._say(f"{word}?")
            case Listening(answering):
                self._listen(answering=answering)
            case Heard(utterance):
                self._hear(utterance)
            case Silence(seconds, over):
                self._listening = False
                spell = f" for {seconds:g} s" if seconds else ""
                self._say("no more sound" if over else f"nobody spoke{spell}")
                if self._meter is not None and (level := self._meter.level()).finding == "zeros":
                    self._say(level.verdict())
            case Stopped():
                self._say("stopped")
            case Kept(_, path):
                self._say(f"kept {path}")
            case Notice(text):
                self.notice(text)
            case _:
                pass

    def hears(self, frame: Frame) -> None:
        """Show how loud it is, and what was heard so far."""
        self._frames += 1
        if self._invitation:  # not before there is a microphone
            self._say(self._invitation)
            self._invitation = ""
        if not self._live or not self._listening:
            return
        if self._meter is None:
            from alexa_cli.hear.level import Meter

            self._meter = Meter()
        loudness = self._meter.add(frame.samples)
        if self._frames % EVERY == 1:
            from alexa_cli.hear.level import bar

            seconds = self._frames * FRAME_SECONDS
            self._draw(f"{bar(loudness, BAR)} {seconds:4.1f} s  {self._words or 'listening…'}")

    def answered(self, seen: Seen, stream: Stream) -> None:
        """Show the rest of an answer, and what it took."""
        stream.finish(seen.reply.text)
        if self._shown.trace:
            for each in waterfall_lines(self._talk.session.store, seen.turn):
                self._say(each)
        if not self._shown.quiet:
            self._say(summary(seen, width() if self._err.isatty() else None))

    def rang(self, due: Due) -> None:
        """Show what is due, and ring."""
        self.clear()
        bell = "\a" if self._out.isatty() else ""
        self._out.write(f"{bell}⏰ {printable(due.text)}\n")
        self._out.flush()

    def notice(self, text: str) -> None:
        """Show what does not stop the conversation."""
        self.clear()
        self._err.write(f"alexa: {printable(text)}\n")

    def clear(self) -> None:
        """Take the line away that is written anew."""
        if self._drawn:
            self._err.write("\r" + " " * self._drawn + "\r")
            self._err.flush()
            self._drawn = 0

    def close(self) -> None:
        """Leave the screen as a shell wants it."""
        self.clear()

    def _wait(self, words: tuple[str, ...]) -> None:
        self._listening = False
        asked = [f"say {' or '.join(words)}"] if words else []
        asked += ["the space bar or Enter: talk"] if self.keys else []
        self._say("; ".join(asked))

    def _listen(self, *, answering: bool) -> None:
        self._listening, self._words, self._frames = True, "", 0
        self._meter = None
        if not self._live:
            self._invitation = "listening for an answer" if answering else "listening"

    def _hear(self, utterance: Utterance) -> None:
        self._words = " ".join(printable(utterance.text).split())
        if utterance.stage is Stage.FINAL:
            self._listening = False
            self._say(f"› {self._words}" if self._words else "› …")

    def _say(self, text: str) -> None:
        """Write a line to stderr, above the one that is written anew."""
        if self._shown.quiet or not text:
            return
        self.clear()
        self._err.write(printable(text) + "\n")
        self._err.flush()

    def _draw(self, text: str) -> None:
        shown = line(printable(text), width() - 1)
        self._err.write("\r" + padded(shown, self._drawn))
        self._err.flush()
        self._drawn = columns(shown)


class JsonScreen:
    """Gives a program one JSON line an event of a turn, and for each moment between them."""

    keys = False

    def see(self, moment: Moment) -> None:
        """Give it."""
        match moment:
            case Waiting(words):
                self._give("waiting", words=list(words))
            case Woken(word):
                self._give("woken", word=word)
            case Listening(answering, held):
                self._give("listening", answering=answering, held=held)
            case Silence(seconds, over):
                self._give("silence", seconds=seconds, over=over)
            case Stopped(by):
                self._give("stopped", by=by)
            case Kept(turn, path):
                self._give("kept", turn=turn, path=str(path))
            case Notice(text):
                self.notice(text)
            case _:
                self._write(event_json(moment))

    def hears(self, frame: Frame) -> None:
        """A program needs no level."""

    def answered(self, seen: Seen, stream: Stream) -> None:
        """The events have said it."""

    def rang(self, due: Due) -> None:
        """Give what is due."""
        self._give(
            "rang", expert=due.expert, key=due.key, text=due.text, at=due.at.isoformat()
        )  # fmt: skip

    def notice(self, text: str) -> None:
        """Give what does not stop the conversation."""
        self._give("notice", text=text)

    def clear(self) -> None:
        """There is nothing to take away."""

    def close(self) -> None:
        """There is nothing to leave behind."""

    def _give(self, kind: str, **rest: object) -> None:
        self._write({"type": kind, **rest})

    def _write(self, value: dict[str, Any]) -> None:
        from alexa_cli.cli.trace import dumps

        self._out.write(dumps(value) + "\n")
        self._out.flush()

    def __init__(self) -> None:
        self._out = sys.stdout
