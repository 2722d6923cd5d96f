"""How long deciding one sentence takes, and how that grows with the number of APIs.

Three catalogues: a pack of example sentences if there is one (--pack), 10 experts of 10 APIs, and
100 of 10 (tools/make_experts.py; the first ten are the same). Prints the median and the 95th
percentile of one sentence, for ``sentences`` alone and for the whole cascade, the ratio of the
two made catalogues, how long compiling takes and how large the cache is. The catalogues take
turns sentence by sentence, so that a busy machine slows all alike.

    python tools/bench_decide.py [--pack PACK.json] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import load_household
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.decide.registry import build_cascade
from alexa_cli.decide.sentences import Sentences
from alexa_cli.language.registry import Moment
from alexa_cli.turn import Utterance

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.config.paths import Paths
    from alexa_cli.decide.cascade import Cascade

TZ = "America/New_York"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo(TZ))
SMALL, LARGE, PACK = "10 x 10", "100 x 10", "pack"
NOBODYS = (
    "what is the meaning of life", "tell me something i do not know and then be quiet",
    "i would like to see the sea again before the summer is over",
)  # fmt: skip


@dataclass
class Bench:
    """One catalogue and the sentences said to it."""

    name: str
    catalogue: Catalogue
    cascade: Cascade
    sentences: Sentences
    requests: list[Request]
    compile_seconds: float
    cache_bytes: int


def build(name: str, folder: Path, paths: Paths, said: Callable[[Catalogue], list[str]]) -> Bench:
    """Compile a catalogue, noting what that costs, and make the requests."""
    cache = paths.cache / "catalogue"
    before = {file.name for file in cache.glob("*")} if cache.is_dir() else set()
    started = time.perf_counter()
    catalogue = load_catalogue(Settings(), paths, [folder])
    seconds = time.perf_counter() - started
    made = [file for file in cache.glob("*") if file.name not in before]
    snapshot = Snapshot(NOW, TZ, "en", load_household(None, paths.cache))
    moment = Moment(NOW, ZoneInfo(TZ))
    requests = [
        Request(utterance := Utterance(text), tokens_of(utterance), catalogue, snapshot, moment)
        for text in said(catalogue)
    ]
    cascade = build_cascade(Settings(), paths)
    size = sum(file.stat().st_size for file in made)
    return Bench(name, catalogue, cascade, Sentences(), requests, seconds, size)


def examples(catalogue: Catalogue, experts: int, most: int = 150) -> list[str]:
    """Return what the first experts have as examples and templates, spread evenly, and more."""
    found: list[str] = list(NOBODYS)
    for expert in list(catalogue.experts.values())[:experts]:
        for api in expert.apis.values():
            found += [example.text for example in api.examples.get("en", ())]
            templates = api.sentences.get("en", ())
            found += [_plain(template) for template in templates]
    return found[:: max(1, len(found) // most)]


def _plain(template: str) -> str:
    """Return one sentence of a template of tools/make_experts.py."""
    text = template.replace("[please] ", "").replace("[the|my]", "my").replace("[s]", "")
    text = text.replace("({amount}|the)", "seven").replace("(of|in)", "of")
    return text.replace("[with note {note}]", "with note all is well")


async def cascaded(bench: Bench, request: Request) -> None:
    """Decide through the whole cascade."""
    async for _ in bench.cascade.decide(request):
        pass


def measure(benches: list[Bench], rounds: int) -> dict[tuple[str, str], list[float]]:
    """Return seconds by catalogue and by ``sentences`` or ``cascade``."""
    took: dict[tuple[str, str], list[float]] = {}
    with asyncio.Runner() as runner:
        for number in range(-1, rounds):  # the first round, where everything is loaded, is free
            for at in range(max(len(bench.requests) for bench in benches)):
                for bench in benches:
                    request = bench.requests[at % len(bench.requests)]
                    started = time.perf_counter()
                    bench.sentences.judge(request)
                    middle = time.perf_counter()
                    runner.run(cascaded(bench, request))
                    ended = time.perf_counter()
                    if number >= 0:
                        took.setdefault((bench.name, "sentences"), []).append(middle - started)
                        took.setdefault((bench.name, "cascade"), []).append(ended - middle)
    return took


def report(benches: list[Bench], took: dict[tuple[str, str], list[float]]) -> None:
    """Print the figures."""
    for bench in benches:
        apis = sum(1 for _ in bench.catalogue.apis())
        print(
            f"{bench.name:9} {apis:5} APIs {len(bench.catalogue.templates):5} templates  "
            f"compile {bench.compile_seconds:6.2f} s  cache {bench.cache_bytes / 1e6:5.2f} MB"
        )
    for what in ("sentences", "cascade"):
        for bench in benches:
            seconds = took[bench.name, what]
            p95 = quantiles(seconds, n=20)[-1]
            print(f"{what:9} {bench.name:9} p50 {median(seconds) * 1e3:7.3f} ms  "
                  f"p95 {p95 * 1e3:7.3f} ms")  # fmt: skip
        small, large = took[SMALL, what], took[LARGE, what]
        ratio, tail = median(large) / median(small), _p95(large) / _p95(small)
        print(f"{what:9} {LARGE} / {SMALL}: p50 {ratio:.2f}, p95 {tail:.2f}")


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def main() -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pack", type=Path, help="a pack of example sentences, JSON")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from tools import make_experts, pack_to_experts  # noqa: PLC0415 - found once the path is set

    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        paths = find_paths({**os.environ, "ALEXA_HOME": str(folder / "home")})
        benches = []
        for name, experts in ((SMALL, 10), (LARGE, 100)):
            make_experts.write_experts(folder / name, experts, 10, 1)
            benches.append(build(name, folder / name, paths, lambda made: examples(made, 10)))
        if options.pack is not None:
            pack = json.loads(options.pack.read_text(encoding="utf-8"))
            pack_to_experts.write_pack(pack, folder / PACK, set())
            benches.append(build(PACK, folder / PACK, paths, lambda made: examples(made, 99)))
        report(benches, measure(benches, options.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
