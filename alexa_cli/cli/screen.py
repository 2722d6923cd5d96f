"""What a turn looks like: the answer on stdout, summary and trace on stderr."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from alexa_cli.store.store import Store
    from alexa_cli.turn import Reply


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of a turn is shown."""

    as_json: bool = False
    trace: bool = False
    quiet: bool = False


def answer(store: Store, reply: Reply, turn: str, shown: Shown) -> None:
    """Show a finished turn. Everything passes through ``printable`` first."""
    from alexa_cli.trace.save import load_turn

    if shown.as_json:
        from alexa_cli.store.coding import plain

        record = plain(load_turn(store, turn))
        sys.stdout.write(json.dumps(record, ensure_ascii=True) + "\n")
        return
    sys.stdout.write(printable(reply.text) + "\n")
    sys.stdout.flush()
    if shown.quiet:
        return
    from alexa_cli.trace import show

    record = load_turn(store, turn)
    sys.stderr.write(show.summary_line(record) + "\n")
    if shown.trace:
        sys.stderr.write(show.waterfall(record) + "\n")
