"""``alexa experts test``: run experts' own cases against the assistant as it is configured."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.cli.eval import Selection, as_data, measure
from alexa_cli.cli.session import Session, open_session
from alexa_cli.errors import UsageError
from alexa_cli.language.text import printable
from alexa_cli.measure.metrics import summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.cli.options import Common
    from alexa_cli.measure.metrics import Judged

CASES = "cases.jsonl"


def test(common: Common, names: Sequence[str], *, as_json: bool) -> int:
    """Print how each expert's cases went, and what went wrong; returns 1 if anything did.

    Raises UsageError if there is no such expert or it has no cases, FileError for a bad case.
    """
    session = open_session(common, save=False)
    failures, report = 0, {}
    with session.store:
        for expert, cases in _suites(session, names):
            suite, judged = measure(session, [cases], Selection())
            wrong = [each for each in judged if not each.exact]
            failures += len(wrong)
            report[expert] = as_data(summarise(judged), suite, judged)
            if not as_json:
                _show(expert, judged, wrong)
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    return 1 if failures else 0


def _suites(session: Session, names: Sequence[str]) -> list[tuple[str, Path]]:
    """Return the suites of the experts of these names, each once; of every one if none is named."""
    catalogue = session.house.catalogue
    chosen = [catalogue.expert(name) for name in dict.fromkeys(names)]
    found = [
        (expert.name, Path(expert.folder) / CASES)
        for expert in chosen or catalogue.experts.values()
    ]
    for name, cases in found:
        if chosen and not cases.exists():
            raise UsageError(f"{name} has no cases", hint=f"write some into {cases}")
    return [(expert, cases) for expert, cases in found if cases.exists()]


def _show(expert: str, judged: Sequence[Judged], wrong: Sequence[Judged]) -> None:
    right = len(judged) - len(wrong)
    lines = [f"{expert:<16} {right} of {len(judged)} right"]
    for each in wrong:
        lines += [
            f"  {each.id}: {each.say}",
            f"      expected {each.expected}",
            f"      decided  {each.decided}: {each.why}",
        ]
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
