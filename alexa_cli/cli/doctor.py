"""``alexa doctor``: what this installation is, what is wrong with it, and what would fix it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict

import typer

from alexa_cli.cli.checks import CHECKS
from alexa_cli.cli.look import Check, Look
from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.config.paths import find_paths
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import printable

app = typer.Typer()


def examine(look: Look) -> list[Check]:
    """Run every check. One that cannot be made has failed; the others are made all the same."""
    found: list[Check] = []
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            found.extend(check(look))
        except AlexaError as error:
            found.append(Check(name, "fail", error.message, error.hint or "see above"))
        except OSError as error:
            found.append(Check(name, "fail", str(error), "see the folders above"))
    return _without_echoes(found)


def _without_echoes(found: list[Check]) -> list[Check]:
    """A config file that does not load fails every check that reads it: say it once."""
    seen: set[str] = set()
    told = []
    for check in found:
        if check.status == "fail" and check.finding in seen:
            continue
        seen.add(check.finding)
        told.append(check)
    return told


def doctor(look: Look, *, as_json: bool = False) -> int:
    """Print what was found; return 1 if anything failed, else 0."""
    found = examine(look)
    if as_json:
        text = json.dumps([asdict(check) for check in found], indent=2)
    else:
        text = "\n".join(_lines(found))
    sys.stdout.write(f"{printable(text)}\n")
    return 1 if any(check.status == "fail" for check in found) else 0


def _lines(found: list[Check]) -> Iterable[str]:
    width = max(len(check.name) for check in found)
    for check in found:
        yield f"{check.status:4}  {check.name:{width}}  {check.finding}"
        if check.fix:
            yield f"{'':4}  {'':{width}}  -> {check.fix}"


@app.command()
def _doctor(
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check this installation and say what would make it better."""
    look = Look(find_paths(os.environ), Common.of(config, sets, experts))
    raise typer.Exit(doctor(look, as_json=as_json))
