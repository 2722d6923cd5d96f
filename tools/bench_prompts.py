"""What prompts take: tokens of each section, what minification saves, how far estimates are off.

Counts by tokenizers that come with litellm, read from its folder: no network, and litellm itself
is not imported. The homes are random; "plain" is a line ``id: name (area)`` for each device,
"minified" what stands in a prompt for the same names and rooms, and each alias is restored.
``--home`` prints a random home as a household file instead.

    python tools/bench_prompts.py [--homes 200] [--devices 60] [--home SEED]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.config.files import load_yaml
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import Household, load_household
from alexa_cli.context.household_build import build_lists
from alexa_cli.context.names import NameList
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.models.chat import ModelSpec
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, lists_of
from alexa_cli.prompt.describe import household
from alexa_cli.prompt.render import render
from alexa_cli.prompt.texts import Job, Mode, Texts, load_texts
from alexa_cli.prompt.tokens import estimate

if TYPE_CHECKING:
    from alexa_cli.prompt.section import Prompt

Count = Callable[[str], int]
NOW = datetime(2026, 11, 21, 18, 4, tzinfo=UTC)

AREAS = (
    "kitchen", "living room", "dining room", "hallway", "office", "bedroom", "guest room",
    "kids room", "bathroom", "laundry room", "garage", "attic", "cellar", "backyard", "porch",
)  # fmt: skip
NAMES = {
    "light": ("ceiling light", "floor lamp", "wall light", "reading lamp", "counter lights",
              "night light", "desk lamp", "string lights", "mirror light", "spotlights"),
    "switch": ("coffee maker", "heater plug", "printer", "washing machine", "humidifier"),
    "cover": ("blinds", "curtains", "shutters"),
    "media_player": ("speaker", "TV", "radio"),
    "fan": ("ceiling fan", "desk fan"),
    "sensor": ("window", "temperature", "motion sensor"),
    "lock": ("door", "side door"),
    "thermostat": ("thermostat",),
}  # fmt: skip
WEIGHTS = {"light": 10, "switch": 4, "cover": 3, "media_player": 2, "fan": 1, "sensor": 3,
           "lock": 1, "thermostat": 1}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Device:
    """One device of a random home."""

    id: str
    name: str
    area: str
    kind: str


def random_devices(count: int, seed: int, *, whole_names: bool = False) -> list[Device]:
    """Return ``count`` devices in a dozen rooms, room by room: the same for the same seed.

    Names repeat as they do in real homes ("ceiling light" in every room), and identifiers look
    like those of a home automation system: ``light.kitchen_ceiling_8f3a``. With ``whole_names``
    a name begins with its room.
    """
    chance = random.Random(seed)
    areas = chance.sample(AREAS, min(len(AREAS), max(1, count // 5)))
    kinds = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)
    taken: set[str] = set()
    found = []
    for place, kind in enumerate(kinds):
        area = areas[place % len(areas)]
        name = chance.choice(NAMES[kind])
        stem = f"{kind}.{area.replace(' ', '_')}_{name.split()[0].lower()}"
        id_ = f"{stem}_{chance.randrange(16**4):04x}"
        while id_ in taken:
            id_ = f"{stem}_{chance.randrange(16**4):04x}"
        taken.add(id_)
        found.append(Device(id_, f"{area} {name}" if whole_names else name, area, kind))
    return sorted(found, key=lambda device: areas.index(device.area))


def as_yaml(devices: list[Device]) -> str:
    """Return the home as a household file."""
    areas = dict.fromkeys(device.area for device in devices)
    lines = [f"  - {{name: {area}}}" for area in areas]
    things = [
        f"  - {{id: {d.id}, name: {json.dumps(d.name)}, area: {d.area}, kind: {d.kind}}}"
        for d in devices
    ]
    return "\n".join(["name: Random home", "areas:", *lines, "devices:", *things, ""])


def as_household(devices: list[Device]) -> Household:
    """Return the home as the assistant reads it."""
    file, lists = build_lists(load_yaml(Path("random.yaml"), as_yaml(devices)))
    return Household(file.name, {**lists, "rooms": NameList("rooms", lists["areas"].names)})


def counters() -> dict[str, Count]:
    """Return the tokenizers there are, by name; none without litellm."""
    found: dict[str, Count] = {}
    spec = importlib.util.find_spec("litellm")
    if spec is None or spec.origin is None:
        return found
    folder = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    try:
        import tiktoken  # noqa: PLC0415 - comes with litellm

        encoding = tiktoken.get_encoding("cl100k_base")
        found["cl100k_base"] = lambda text: len(encoding.encode(text, disallowed_special=()))
    except (ImportError, OSError, ValueError) as error:
        print(f"no cl100k_base: {error}")
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - the extra `minilm`

        claude = Tokenizer.from_file(str(folder / "anthropic_tokenizer.json"))
        found["anthropic"] = lambda text: len(claude.encode(text).ids)
    except (ImportError, OSError, ValueError) as error:
        print(f"no anthropic: {error}")
    return found


def plain(devices: list[Device]) -> str:
    """Return what the home takes without minification."""
    return "\n".join(f"{d.id}: {d.name} ({d.area})" for d in devices)


def minified(devices: list[Device]) -> str:
    """Return what stands in a prompt for the same home. Raises NotRestored."""
    snapshot = Snapshot(NOW, "UTC", "en", as_household(devices))
    lists = ("devices", "rooms")
    aliases = Aliases.of(snapshot.list, lists, {})
    lines, _ = household(snapshot, lists, aliases)
    for device in devices:
        alias = aliases.alias("devices", device.id)
        if f"{alias} {device.name}" not in lines or aliases.restore("devices", alias) != device.id:
            raise SystemExit(f"{alias} is not {device.id}")
    return lines


def minification(homes: int, size: int, count: dict[str, Count]) -> None:
    """Print what minification saves."""
    for whole in (False, True):
        made = [random_devices(size, seed, whole_names=whole) for seed in range(homes)]
        pairs = [(plain(devices), minified(devices)) for devices in made]
        names = "names with their room" if whole else "names without their room"
        print(f"minification, {homes} homes of {size} devices, {names}")
        for name, counted in count.items():
            before, after = zip(*((counted(a), counted(b)) for a, b in pairs), strict=True)
            saved = [1 - b / a for a, b in zip(before, after, strict=True)]
            print(
                f"  {name:12} plain {mean(before):6.0f}  minified {mean(after):5.0f}"
                f"  saved {mean(saved):.1%} (least {min(saved):.1%})"
            )


def made_of(material: Material, texts: Texts, job: Job) -> Prompt:
    """Return a prompt, everything about it made afresh."""
    lists = lists_of(material.catalogue, material.experts)
    aliases = Aliases.of(material.snapshot.list, lists, {})
    return build(job, replace(material, aliases=aliases), texts)


def sections(catalogue: Catalogue, texts: Texts, count: dict[str, Count]) -> None:
    """Print the tokens of prompts about the shipped experts, and how long making them takes."""
    every = tuple(sorted(catalogue.experts))
    snapshot = Snapshot(NOW, "UTC", "en", load_household())
    nothing = Aliases.of(snapshot.list, (), {})
    jobs: list[tuple[Job, Mode, tuple[str, ...]]] = [
        ("route", "tools", every), *(("plan", "tools", (name,)) for name in every),
        ("plan", "tools", every), ("plan", "json_schema", every),
    ]  # fmt: skip
    print("prompts of the shipped experts and the example home: fixed part / whole, time to make")
    for job, mode, experts in jobs:
        said = "turn on the kitchen light"
        material = Material(catalogue, experts, snapshot, said, nothing, structured=mode)
        prompt = made_of(material, texts, job)
        told = []
        for name, counted in count.items():
            each = [(s.stability, counted(s.text)) for s in prompt.sections]
            fixed = sum(tokens for stability, tokens in each if stability == "fixed")
            told.append(f"{name} {fixed:5} / {sum(t for _, t in each):5}")
        took = median(_timed(material, texts, job) for _ in range(30))
        which = experts[0] if len(experts) == 1 else "all"
        print(f"  {job:5} {mode:11} {which:10} {'  '.join(told)}  {took:4.1f} ms")


def _timed(material: Material, texts: Texts, job: Job) -> float:
    start = time.perf_counter()
    render(made_of(material, texts, job), ModelSpec("x"))
    return (time.perf_counter() - start) * 1_000


def main() -> None:
    """Print all figures, or a home."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--homes", type=int, default=200)
    parser.add_argument("--devices", type=int, default=60)
    parser.add_argument("--home", type=int, metavar="SEED")
    given = parser.parse_args()
    if given.home is not None:
        print(as_yaml(random_devices(given.devices, given.home)), end="")
        return
    count: dict[str, Count] = {**counters(), "estimate": estimate}
    minification(given.homes, given.devices, count)
    with tempfile.TemporaryDirectory() as home:
        catalogue = load_catalogue(Settings(), find_paths({"ALEXA_HOME": home}))
    sections(catalogue, load_texts(), count)


if __name__ == "__main__":
    main()
