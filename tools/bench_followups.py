"""Measure what pending choices are worth: "Meg Jones or Meg Bauer?" and the spoken answer.

Forty pairs of people who share a first name or sound alike, all of them contacts beside those
that ship. Each pair is asked about in each of four synthetic voices, and answered by the full
name, by the part that tells, or by its place. An error is a wrong choice or none. The baseline
has the same language model with all contacts in it, without the choices.

    python tools/bench_followups.py [--experts FOLDER] [--pairs 40] [--wrong]

Exits with 1 if the choices save less than a quarter of the errors.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.assistant.turning import Turning
from alexa_cli.context.names import Name, NameList
from alexa_cli.decide.choosing import choose
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.hear.expectations import Expectations
from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser
from alexa_cli.language.registry import Moment
from alexa_cli.language.text import words
from alexa_cli.turn import Argument, Call, Choice, Plan, Question, Utterance
from tools.bench_commands import VOICES, spoken
from tools.bench_speech import hear, session_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PAIRS = """\
Meg Jones/Meg Bauer, John Miller/John Mellor, Anna Weber/Anna Fischer, Tom Baker/Tom Becker,
Sarah Lee/Sarah Leigh Hunt, David Chen/David Kim, Maria Lopez/Maria Silva, Peter Stone/Peter Storm,
Emma Clark/Emma Park, Paul Green/Paul Grant, Laura Hill/Laura Hall, Kate Moore/Kate Moss,
James Brown/James Braun, Linda White/Linda Wright, Mark Young/Mark Yates, Lisa Cook/Lisa Cooper,
Steve Ross/Steve Rose, Nina Shah/Nina Singh, Frank Ward/Frank Wood, Alice Bell/Alice Ball,
Ben Carter/Ben Porter, Chris Dean/Chris Dunn, Diana Fox/Diana Cox, Eric Long/Eric Lang,
Fiona Gray/Fiona Hayes, George King/George Kane, Helen Reed/Helen Reid Morgan, Ian Page/Ian Paige Turner,
Jane Marsh/Joan Marsh, Karen Wells/Carol Wells, Dan Foster/Don Foster, Jean Price/Gene Rice,
Tim Nolan/Jim Nolan, Ron Perry/Rob Perry, Erin Walsh/Aaron Walsh, Mary Stewart/Marie Stewart,
Bill Turner/Will Turner, Jack Hudson/Zach Hudson, Ellen Ford/Helen Ford, Nick Adams/Rick Adams"""  # noqa: E501 - a table
GOAL = 0.25
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
PLACES = ("the first one", "the second one")


def pairs() -> list[tuple[str, str]]:
    """Return the pairs of names."""
    found = [each.strip().split("/") for each in PAIRS.replace("\n", " ").split(",")]
    return [(first, second) for first, second in found]


def answers(pair: tuple[str, str], number: int) -> list[tuple[str, int]]:
    """Return what is said in each voice, and which of the two it means."""
    found = []
    for voice in range(len(VOICES)):
        wanted = (number + voice // 2) % 2
        kind = (number + voice) % 3
        own, other = words(pair[wanted]), words(pair[1 - wanted])
        telling = [word for word in own if word not in other]
        said = (" ".join(own), " ".join(telling), PLACES[wanted])[kind]
        found.append((said, wanted))
    return found


def interval(wrong: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson), in per cent."""
    share, z = wrong / of, 1.96
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return 100 * (centre - half), 100 * (centre + half)


def measure(folder: Path, experts: Sequence[Path], asked: Sequence[tuple[str, str]], *,
            show: bool) -> tuple[list[bool], list[bool]]:  # fmt: skip
    """Ask and hear everything; return what went wrong with the choices, and without."""
    session = session_of(folder, *experts)
    snapshot = Turning.begin(session.house, "bench", TurnOptions()).snapshot
    known = snapshot.household.lists["contacts"]
    people = dict.fromkeys(name for pair in asked for name in pair)
    everybody = NameList("contacts", (*known, *(Name(name, name) for name in people)))
    household = replace(
        snapshot.household, lists={**snapshot.household.lists, "contacts": everybody}
    )
    snapshot = replace(snapshot, household=household)
    catalogue = session.house.catalogue
    expectations = Expectations(catalogue, folder / "bias")
    plain = SphinxRecogniser(folder / "sphinx", expectations.bias(snapshot))
    biased = SphinxRecogniser(folder / "sphinx")
    wrong: tuple[list[bool], list[bool]] = ([], [])
    for number, pair in enumerate(asked):
        choices = tuple(Choice(Argument(name), name) for name in pair)
        text = f"Which one, {pair[0]} or {pair[1]}?"
        plan = Plan((Call("contacts", "call"),))
        question = Question(text, "choice", plan, parameter="contact", choices=choices)
        biased.expect(expectations.bias(snapshot, question, text))
        for (said, wanted), voice in zip(answers(pair, number), VOICES, strict=True):
            sound = spoken(said, *voice, number)
            for kind, recogniser in enumerate((biased, plain)):
                heard = hear(recogniser, [sound]).texts[0]
                utterance = Utterance(heard)
                request = Request(utterance, tokens_of(utterance), catalogue, snapshot,
                                  Moment(NOW, ZoneInfo("UTC")))  # fmt: skip
                chosen = choose(choices, request) if heard else None
                wrong[kind].append(chosen is not choices[wanted])
                if show and wrong[kind][-1]:
                    name = ("with", "without")[kind]
                    print(f"    {name}: {text} {said} ({voice[0]}) -> {heard}")
    plain.close()
    biased.close()
    return wrong


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--experts", type=Path, action="append", default=[])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--wrong", action="store_true", help="show what was heard wrong")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-followups-") as made:
        wrong = measure(Path(made), given.experts, pairs()[: given.pairs], show=given.wrong)
    counts = [sum(each) for each in wrong]
    for name, each in zip(("with the choices", "without"), wrong, strict=True):
        low, high = interval(sum(each), len(each))
        print(f"{name:>16}: {sum(each)}/{len(each)} wrong ({100 * sum(each) / len(each):.1f} %, "
              f"95 % interval {low:.1f} to {high:.1f})")  # fmt: skip
    saved = 1 - counts[0] / max(1, counts[1])
    print(f"{100 * saved:.0f} % fewer errors")
    return int(saved < GOAL)


if __name__ == "__main__":
    sys.exit(main())
