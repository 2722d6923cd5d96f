"""What a turn looks like: the answer on stdout, summary and trace on stderr."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alexa_cli.language.text import printable
from alexa_cli.turn import Decided, Finished, Plan, Question, Replied, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.cli.streaming import Stream
    from alexa_cli.store.store import Store
    from alexa_cli.trace.save import TurnRecord
    from alexa_cli.turn import Event, Spent

WIDTH = 80
"""Columns where no terminal says how many it has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of a turn is shown."""

    as_json: bool = False
    trace: bool = False
    quiet: bool = False


@dataclass(slots=True)
class Seen:
    """What a screen keeps of a turn while its events pass."""

    reply: Reply = field(default_factory=lambda: Reply(""))
    turn: str = ""
    """Empty until the turn has finished."""
    status: str = "cancelled"
    model: str = ""
    """The model that decided."""
    calls: tuple[str, ...] = ()
    deciding: float = 0.0
    """Seconds, all models together."""
    seconds: float = 0.0
    spent: Spent | None = None
    """What language models took; None: none was asked."""
    cached: float | None = None
    """How long deciding took when this plan was made, if it comes from the plan cache."""

    def see(self, event: Event) -> None:
        """Take note of an event."""
        match event:
            case Decided(decision, seconds):
                plan = decision.plan if isinstance(decision, Question) else decision
                self.model = decision.model
                self.calls = tuple(c.name for c in plan.calls) if isinstance(plan, Plan) else ()
                self.deciding += seconds
                basis = plan.basis if isinstance(plan, Plan) else None
                self.cached = basis.seconds if basis is not None and basis.cached else None
            case Replied(reply):
                self.reply = reply
            case Finished(turn, status, seconds, spent):
                self.turn, self.status, self.seconds = turn, status, seconds
                self.spent = spent
            case _:
                pass


def answer(store: Store, seen: Seen, shown: Shown, stream: Stream | None = None) -> None:
    """Show a finished turn. Everything passes through ``printable`` first.

    ``stream``: where its reply was shown as it came.
    """
    if shown.as_json:
        sys.stdout.write(_as_json(store, seen) + "\n")
        return
    if stream is not None:
        stream.finish(seen.reply.text)
    else:
        sys.stdout.write(printable(seen.reply.text) + "\n")
    sys.stdout.flush()
    if shown.trace:
        sys.stderr.writelines(f"{each}\n" for each in waterfall_lines(store, seen.turn))
    if shown.quiet:
        return
    columns = width() if seen.spent is None or sys.stderr.isatty() else None
    sys.stderr.write(summary(seen, columns) + "\n")
    if seen.status == "question":
        sys.stderr.write("answer with: alexa -c YOUR ANSWER\n")


def _kept(store: Store, turn: str) -> TurnRecord | None:
    """Return what is stored of a turn; None if it could not be kept (the disk is full)."""
    from alexa_cli.errors import AlexaError
    from alexa_cli.trace.save import load_turn

    try:
        return load_turn(store, turn)
    except AlexaError:
        return None


def _as_json(store: Store, seen: Seen) -> str:
    """Return the record of a turn; of one that could not be kept, what was seen of it."""
    from alexa_cli.cli.trace import dumps
    from alexa_cli.store.coding import plain

    record = _kept(store, seen.turn)
    if record is not None:
        return dumps(plain(record))
    return dumps({
        "turn": seen.turn, "reply": seen.reply.text, "status": seen.status, "kept": False,
        "seconds": seen.seconds, "models": [seen.model], "summary": ", ".join(seen.calls),
    })  # fmt: skip


def waterfall_lines(store: Store, turn: str) -> Iterator[str]:
    """Yield the lines that show where the time of a turn went."""
    from alexa_cli.trace.waterfall import waterfall

    record = _kept(store, turn)
    if record is None:
        yield "this turn was not kept, so it has no trace"
        return
    yield from map(printable, waterfall(record.spans, width()))


TIMES = len("decided 99.99 s · total 99.99 s")
"""Columns that the times may take."""


def summary(seen: Seen, columns: int | None = WIDTH, *, turn: bool = True) -> str:
    """Return the line under a turn, printable and no wider than ``columns`` (None: no matter).

    It says who decided what, how long that and all of it took, what language models took if one
    was asked, and the turn's id unless ``turn`` is False.
    """
    from alexa_cli.trace.plain_text import line, milliseconds

    if seen.spent is not None:
        from alexa_cli.cli.spending import spent_line

        return spent_line(seen, seen.spent, columns, turn=turn)
    columns = WIDTH if columns is None else columns
    before = "" if seen.cached is None else f" (first {milliseconds(seen.cached)})"
    times = f"decided {milliseconds(seen.deciding)}{before} · total {milliseconds(seen.seconds)}"
    did = ", ".join(seen.calls) or seen.status.replace("_", " ")
    head = f"{seen.model or 'nobody'} → "
    # What does not fit is left out from the least telling on; what was called is cut last. Times
    # count as their widest, so that the same turn looks the same whatever it took.
    spare = columns - len(head) - len(did) - max(0, TIMES - len(times))
    tails = [f" · {times} · no tokens", f" · {times}"]
    if turn:
        tails = [f"{tails[0]} · {seen.turn}", f"{tails[1]} · {seen.turn}", tails[1]]
    tail = next((t for t in tails if len(t) <= spare), tails[0])
    return line(head + line(did, max(8, columns - len(head) - len(tail))) + tail, columns)


def width() -> int:
    """Columns of the terminal on stderr, where the summary goes."""
    import shutil

    if not sys.stderr.isatty():
        return WIDTH
    return max(20, shutil.get_terminal_size((WIDTH, 24)).columns)


def event_json(event: Event) -> dict[str, Any]:
    """Return an event as JSON, with its ``type``."""
    from alexa_cli.store.coding import plain

    shown: dict[str, Any] = plain(event)
    return shown
