"""Runs kept by name, and two of them compared case by case.

Fixing one corner must not push in another: what was gained and what was lost is listed, per
expert; the chance that a difference this lopsided is mere luck (exact sign test) is given, and how
large the difference may be (bootstrap).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from alexa_cli.config.paths import write_private
from alexa_cli.errors import FileError, UsageError, did_you_mean
from alexa_cli.measure.metrics import bootstrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from alexa_cli.measure.metrics import Interval, Judged, Metrics

By = Literal["right", "expert_right", "exact"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
FORMAT = 1


class SavedCase(msgspec.Struct, frozen=True):
    """How one turn fared."""

    id: str
    say: str
    expected: str
    decided: str
    expert: str | None
    right: bool
    """Expert and API right, or rightly refused."""
    expert_right: bool
    exact: bool
    heard: str | None = None
    """The words that were heard; None: they were given."""
    errors: int | None = None
    """Words heard wrongly, of ``words`` said; None: nobody wrote them down."""
    words: int | None = None


class SavedRun(msgspec.Struct, frozen=True):
    """A run, as kept."""

    format: int
    name: str
    metrics: dict[str, float | None]
    cases: list[SavedCase]
    settings: list[str] = []


@dataclass(frozen=True, slots=True)
class Change:
    """One turn that fared otherwise."""

    id: str
    say: str
    expert: str
    expected: str
    before: str
    after: str
    heard: tuple[str | None, str | None] = (None, None)
    """What was heard in the first run and in the second, of cases with sound."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another, over the turns that both have."""

    first: str
    second: str
    by: By
    both: int
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    only: tuple[int, int]
    """Turns that only the first, only the second has."""
    metrics: Mapping[str, tuple[float | None, float | None]]
    differences: Mapping[str, Interval]
    """How much more the second has, 95 %, over the turns that both have: of the share of turns
    that are right, and of the word error rate where there is one."""

    @property
    def luck(self) -> float:
        """Probability of a split of gained and lost at least this lopsided by chance alone."""
        return sign_test(len(self.gained), len(self.lost))

    def experts(self) -> dict[str, tuple[int, int]]:
        """Return gained and lost by expert."""
        names = sorted({change.expert for change in (*self.gained, *self.lost)})
        return {
            name: (
                sum(change.expert == name for change in self.gained),
                sum(change.expert == name for change in self.lost),
            )
            for name in names
        }


def save_run(
    runs: Path, name: str, metrics: Metrics, judged: Sequence[Judged], settings: Sequence[str] = ()
) -> Path:
    """Keep a run; one of the same name is replaced. Raises UsageError for a bad name."""
    path = _path(runs, name)
    run = SavedRun(
        FORMAT, name, dict(metrics.values),
        [
            SavedCase(j.id, j.say, j.expected, j.decided, j.expert, j.right,
                      j.refused if j.out_of_scope else j.expert_right is True, j.exact,
                      *((j.sound.heard, j.sound.errors, j.sound.words) if j.sound else ()))
            for j in judged
        ],
        list(settings),
    )  # fmt: skip
    write_private(path, msgspec.json.encode(run) + b"\n")
    return path


def load_run(runs: Path, name: str) -> SavedRun:
    """Read a run. Raises UsageError if there is none of this name, FileError if it is damaged."""
    path = _path(runs, name)
    try:
        return msgspec.json.decode(path.read_bytes(), type=SavedRun)
    except FileNotFoundError as error:
        known = sorted(each.stem for each in runs.glob("*.json"))
        hint = did_you_mean(name, known) or (f"kept: {', '.join(known)}" if known else None)
        raise UsageError(f"there is no run {name!r}", hint=hint) from error
    except (msgspec.DecodeError, OSError) as error:
        raise FileError(f"no run that can be read: {error}", path=path) from error


def compare(first: SavedRun, second: SavedRun, by: By = "right") -> Comparison:
    """Compare two runs case by case; turns that only one has are counted, not compared."""
    before = {case.id: case for case in first.cases}
    after = {case.id: case for case in second.cases}
    shared = [case_id for case_id in before if case_id in after]
    changed = [c for c in shared if getattr(before[c], by) != getattr(after[c], by)]
    changes = [
        (
            getattr(after[c], by),
            Change(c, before[c].say, before[c].expert or "nobody's", before[c].expected,
                   before[c].decided, after[c].decided, (before[c].heard, after[c].heard)),
        )
        for c in changed
    ]  # fmt: skip
    names = [*first.metrics, *(name for name in second.metrics if name not in first.metrics)]
    return Comparison(
        first.name, second.name, by, len(shared),
        tuple(change for gained, change in changes if gained),
        tuple(change for gained, change in changes if not gained),
        (len(before) - len(shared), len(after) - len(shared)),
        {name: (first.metrics.get(name), second.metrics.get(name)) for name in names},
        _differences([(before[c], after[c]) for c in shared], by),
    )  # fmt: skip


def _differences(pairs: Sequence[tuple[SavedCase, SavedCase]], by: By) -> dict[str, Interval]:
    """Return the intervals of differences, by resampling turns with both runs' results."""
    found: dict[str, Interval] = {}
    right = [(getattr(one, by), getattr(two, by)) for one, two in pairs]
    if right:
        found[by] = bootstrap(right, lambda few: sum(b - a for a, b in few) / len(few))
    counts = [
        (one.errors, two.errors, one.words) for one, two in pairs
        if one.errors is not None and two.errors is not None and one.words
    ]  # fmt: skip
    if counts:
        found["word_error_rate"] = bootstrap(
            counts, lambda few: sum(b - a for a, b, _ in few) / sum(n for _, _, n in few)
        )
    return found


def sign_test(gained: int, lost: int) -> float:
    """Return the two-sided probability of a split at least this lopsided by fair coins."""
    total = gained + lost
    tail = sum(math.comb(total, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / (1 << total))


def _path(runs: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a run", hint="letters, digits, dots, dashes; 64 at most"
        )
    return runs / f"{name}.json"
