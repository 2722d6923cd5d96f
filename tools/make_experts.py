"""Makes many experts, for measuring how time and memory grow with their number.

    python tools/make_experts.py OUT [--experts 100] [--apis 10] [--seed 1]

Each API has 2 templates and 5 examples. Every expert has nouns and every API a verb and an object
of its own, so that vocabularies differ as those of real experts do. The same seed makes the
same experts; the first N of a larger set are the smaller set.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
from pathlib import Path

TOPICS = (
    "garden", "aquarium", "kitchen", "garage", "library", "workshop", "museum", "harbor", "bakery",
    "orchard", "theater", "stable", "vineyard", "laundry", "office", "gallery", "nursery", "cellar",
    "greenhouse", "studio", "pharmacy", "brewery", "marina", "airport", "chapel", "dairy", "forge",
    "arcade", "clinic", "depot",
)  # fmt: skip
THINGS = (
    "pump", "ledger", "beacon", "filter", "schedule", "invoice", "trolley", "sensor", "ticket",
    "archive", "engine", "curtain", "parcel", "recipe", "report", "license", "battery", "basket",
    "antenna", "catalog", "fountain", "lantern", "permit", "roster", "sample", "shelf", "signal",
    "subscription", "tank", "valve", "voucher", "wagon", "warrant", "widget", "winch", "label",
    "compass", "drill", "furnace", "gauge",
)  # fmt: skip
VERBS = (
    ("open", "unlock"), ("inspect", "look over"), ("order", "buy"), ("repair", "fix"),
    ("rename", "call differently"), ("move", "carry"), ("count", "tally"), ("clean", "scrub"),
    ("print", "put on paper"), ("reserve", "book"), ("cancel", "call off"), ("compare", "match up"),
    ("describe", "tell me about"), ("paint", "color"), ("weigh", "measure the weight of"),
    ("ship", "send off"), ("calibrate", "adjust"), ("approve", "sign off"), ("borrow", "lend me"),
    ("replace", "swap"),
)  # fmt: skip
ENDINGS = ("as soon as you can", "before lunch", "for my sister", "again", "for the new people",
           "like last week", "on the way home", "without asking")  # fmt: skip


def expert_yaml(number: int, apis: int, seed: int) -> str:
    """Return the declaration of expert ``number``; it does not depend on how many there are."""
    choose = random.Random(f"{seed}:{number}")
    topic = f"{TOPICS[number % len(TOPICS)]} {_syllables(choose)}"
    pairs = list(itertools.product(VERBS, THINGS))
    lines = [
        f"name: {topic.replace(' ', '_')}_{number}",
        f"description: Takes care of the {topic}.",
    ]
    lines += ["apis:"]
    for index, ((verb, other), thing) in enumerate(choose.sample(pairs, apis)):
        own = f"{_syllables(choose)} {thing}"
        lines += [
            f"  {verb.replace(' ', '_')}_{thing}_{index}:",
            f"    description: {verb.capitalize()} the {own} of the {topic}.",
            "    parameters:",
            "      note: {type: string}",
            "      amount: {type: number, x-type: number}",
            "    sentences:",
            f"      - {json.dumps(f'[please] {verb} [the|my] {topic} {own} [with note {{note}}]')}",
            f"      - {json.dumps(f'{other} ({{amount}}|the) {own}[s] (of|in) the {topic}')}",
            "    examples:",
        ]
        lines += [
            f"      - {json.dumps(text)}" for text in _examples(choose, verb, other, own, topic)
        ]
    return "\n".join(lines) + "\n"


def _examples(choose: random.Random, verb: str, other: str, own: str, topic: str) -> list[str]:
    first, second, third = choose.sample(ENDINGS, 3)
    number = choose.choice(("two", "three", "five", "twelve", "forty"))
    return [
        f"can you {verb} the {own} {first}",
        f"i want to {verb} [{number}](amount) {own}s {second}",
        f"{other} the {own} at the {topic}",
        f"we need somebody to {other} the {topic} {own} {third}",
        f"{verb} the {own} and note [{choose.choice(ENDINGS)}](note)",
    ]


def _syllables(choose: random.Random) -> str:
    """Return a made-up but pronounceable word."""
    return "".join(
        choose.choice("bdfgklmnprstvz") + choose.choice(("a", "e", "i", "o", "u", "ai", "ou"))
        for _ in range(choose.choice((2, 3)))
    ) + choose.choice(("n", "r", "l", "s"))  # fmt: skip


def write_experts(out: Path, experts: int, apis: int, seed: int) -> None:
    """Write one folder for each expert."""
    for number in range(experts):
        text = expert_yaml(number, apis, seed)
        folder = out / text.partition("\n")[0].removeprefix("name: ")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "expert.yaml").write_text(text, encoding="utf-8")


def main() -> int:
    """Read the command line and write the experts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, help="the folder to write, empty or new")
    parser.add_argument("--experts", type=int, default=100)
    parser.add_argument("--apis", type=int, default=10, help="APIs of each expert")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.out.is_dir() and any(options.out.iterdir()):
        sys.exit(f"{options.out} is not empty")
    if not 1 <= options.apis <= len(VERBS) * len(THINGS) or options.experts < 1:
        sys.exit("at least one expert, and from 1 to 800 APIs")
    write_experts(options.out, options.experts, options.apis, options.seed)
    print(f"{options.experts} experts of {options.apis} APIs in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
