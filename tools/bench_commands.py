"""Measure the sphinx recogniser on commands to every shipped expert, spoken by espeak-ng.

The commands are the cases of the experts (``cases.jsonl``) that are decided rightly when typed,
each said in one or more of four voices, at four speeds. Those that a template holds word for word
and those that none does are reported apart. A command is right if what was heard is decided as
the case wants it.

    python tools/bench_commands.py [--half 0|1] [--voices 1-4] [--noise 24,12,6] [--limit N]
        [--plain] [--wrong]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alexa_cli.hear.frame import RATE
from alexa_cli.hear.sources.convert import Converter
from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser
from alexa_cli.language.text import words
from alexa_cli.measure.run import AssistantDecider, changing, run_suite
from alexa_cli.measure.suite import load_suite
from alexa_cli.speak.voice.espeak import synthesise
from alexa_cli.store.store import Store
from tools.bench_speech import SEED, errors, expected, hear, in_noise, session_of, without_bias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.cli.session import Session
    from alexa_cli.hear.bias import Bias

VOICES = (("en-us", 150), ("en-us+f3", 165), ("en-gb", 135), ("en-us+m7", 180))
"""Voice and words a minute: a man, a woman, British, and a hurried one."""
AROUND = 0.5
"""Seconds of an almost silent room before and after."""
ROOM = 8
EXPERTS = Path(__file__).resolve().parent.parent / "experts"


@dataclass(frozen=True, slots=True)
class Command:
    """One case that is decided rightly when typed."""

    case: Mapping[str, Any]
    verbatim: bool
    """Whether a template holds it word for word."""


def spoken(text: str, voice: str, rate: int, seed: int = 1) -> bytes:
    """Return 16 kHz samples of a synthetic voice in a quiet room."""
    said = synthesise(text, voice=voice, rate=rate)
    speech = np.frombuffer(Converter(said.rate, 1).shorts(said.samples, last=True), "<i2")
    calm = np.zeros(round(AROUND * RATE), np.int16)
    whole = np.concatenate([calm, speech // 2, calm, calm[: len(calm) // 2]])
    noise = np.random.default_rng(seed).integers(-ROOM, ROOM + 1, len(whole))
    return bytes(np.clip(whole + noise, -32_768, 32_767).astype("<i2").tobytes())


def decided(session: Session, folder: Path, cases: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Decide the cases; return how each fared."""
    suite = folder / "suite.jsonl"
    suite.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    decider = AssistantDecider(
        session.house, fresh_store=lambda: Store(":memory:"),
        household=lambda _path: session.house.household,
    )  # fmt: skip
    return list(asyncio.run(run_suite(load_suite(suite), decider,
                                      changing(session.house.catalogue))))  # fmt: skip


def commands(session: Session, folder: Path) -> list[Command]:
    """Return the cases of the shipped experts that are one turn, somebody's, and right."""
    cases: list[dict[str, Any]] = []
    for file in sorted(EXPERTS.glob("*/cases.jsonl")):
        for line in filter(None, map(str.strip, file.read_text(encoding="utf-8").splitlines())):
            case = json.loads(line)
            if case.get("expert") and case.get("api") and case.get("say") and "then" not in case:
                cases.append({**case, "id": str(len(cases))})
    judged = decided(session, folder, cases)
    judge = _templates(session)
    return [
        Command(case, judge(case["say"]))
        for case, each in zip(cases, judged, strict=True) if each.exact
    ]  # fmt: skip


def _templates(session: Session) -> Any:  # noqa: ANN401 - a function of this file alone
    """Return a function that says whether a template holds all of a text."""
    from alexa_cli.assistant.assistant import Assistant  # noqa: PLC0415 - loads every room
    from alexa_cli.decide.sentences import Sentences  # noqa: PLC0415 - as above
    from alexa_cli.turn import Plan, Question  # noqa: PLC0415 - as above

    assistant, sentences = Assistant(session.house), Sentences()

    def judge(text: str) -> bool:
        found = sentences.judge(assistant.request(text, "bench"))
        return isinstance(found, Plan | Question)

    return judge


def measure(
    session: Session, folder: Path, found: Sequence[Command], bias: Bias, name: str, *,
    snr: float | None, voices: int, show: bool,
) -> None:  # fmt: skip
    """Say, hear and decide the commands; print the figures."""
    said = [
        (command, VOICES[(number + turn) % len(VOICES)])
        for number, command in enumerate(found) for turn in range(voices)
    ]  # fmt: skip
    sounds = [spoken(c.case["say"], *voice, n) for n, (c, voice) in enumerate(said)]
    if snr is not None:
        sounds = [in_noise(sound, snr, SEED + number) for number, sound in enumerate(sounds)]
    recogniser = SphinxRecogniser(folder / "sphinx", bias)
    heard = hear(recogniser, sounds)
    recogniser.close()
    texts = [text or "silence" for text in heard.texts]
    cases = [
        {**command.case, "id": str(number), "say": text}
        for number, ((command, _), text) in enumerate(zip(said, texts, strict=True))
    ]  # fmt: skip
    judged = decided(session, folder, cases)
    label = "clean" if snr is None else f"{snr:g} dB"
    for verbatim in (True, False):
        rows = [n for n, (command, _) in enumerate(said) if command.verbatim == verbatim]
        if not rows:
            continue
        right = sum(judged[n].exact for n in rows)
        pairs = [(words(said[n][0].case["say"]), words(texts[n])) for n in rows]
        pairs = [(a, b) for a, b in pairs if not any(w.isdecimal() for w in a)]
        wrong = sum(errors(a, b) for a, b in pairs)
        whole = sum(len(a) for a, _ in pairs)
        same = sum(a == b for a, b in pairs)
        best = sum(
            any(words(t) == words(said[n][0].case["say"]) for t in heard.best_of[n]) for n in rows
        )
        kind = "in a template" if verbatim else "in no template"
        print(f"{label:>5} {name:>9} {kind:>14}: {right}/{len(rows)} commands right "
              f"({100 * right / len(rows):.1f} %), words wrong {100 * wrong / whole:.1f} %, "
              f"word for word {same}/{len(pairs)}, among five {best}", flush=True)  # fmt: skip
    print(f"{label:>5} {name:>9} RTF {heard.cpu:.3f}", flush=True)
    if show:
        for (command, voice), text, each in zip(said, texts, judged, strict=True):
            if not each.exact:
                mark = "T" if command.verbatim else "-"
                print(f"    {mark} {voice[0]:9} {command.case['say']} -> {text}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--half", type=int, choices=(0, 1), help="every other command only")
    parser.add_argument("--voices", type=int, default=4)
    parser.add_argument("--noise", default="", help="decibels, with commas")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--plain", action="store_true", help="without bias too")
    parser.add_argument("--wrong", action="store_true", help="show what was heard wrong")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-commands-") as made:
        folder = Path(made)
        session = session_of(folder)
        found = commands(session, folder)
        if given.half is not None:
            found = found[given.half :: 2]
        found = found[: given.limit]
        bias = expected(session, folder / "bias")
        known = sum(command.verbatim for command in found)
        print(f"{len(found)} commands, {known} of them in a template; "
              f"{sum(1 for _ in session.house.catalogue.apis())} APIs")  # fmt: skip
        levels = (None, *(float(each) for each in given.noise.split(",") if each))
        biases = [("with bias", bias)] + ([("without", without_bias(bias))] if given.plain else [])
        for snr in levels:
            for name, each in biases:
                measure(session, folder, found, each, name, snr=snr, voices=given.voices,
                        show=given.wrong)  # fmt: skip


if __name__ == "__main__":
    main()
