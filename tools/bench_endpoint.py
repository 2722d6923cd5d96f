"""How soon, and how rightly, the end of a spoken command is noticed.

Sixty commands to a coffee maker. Where the last word really ends comes from forced alignment: the
words heard by a patient end-pointer, laid over the sound by pocketsphinx. From there to the point
at which an end is decided and its text is there: sound that had to be heard, and the processor
time that the recogniser and the judge then took. Speech goes through the Listener as from a file.
``cut`` counts commands of which an end came before the last word's. Then the same by the
detector alone, in steady noise, with and without its noise floor.

    python tools/bench_endpoint.py [--shared FOLDER] [--limit 60] [--json]

Exits with 1 if the eager end comes later than its pause + 150 ms (median), or cuts more than 2.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
import wave
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.config.paths import find_paths
from alexa_cli.config.schema import Settings
from alexa_cli.context.household import load_household
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.decide.sentences import Sentences
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.endpoint import EndPointer, Pauses, left_open
from alexa_cli.hear.frame import FRAME_BYTES, RATE, Frame
from alexa_cli.hear.listener import Listener, Manner
from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser
from alexa_cli.hear.vad import ABOVE_FLOOR, VoiceDetector
from alexa_cli.language.registry import Moment
from alexa_cli.turn import Plan, Stage, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from alexa_cli.hear.endpoint import Hint, Mark
    from alexa_cli.hear.listener import End

REPO = Path(__file__).resolve().parent.parent
GRACE = 0.15
"""Seconds on top of the eager pause that its decision may take, p50."""
MOST_CUT = 2
PATIENT = Pauses(eager=1.2, final=1.2, complete=1.2, unfinished=1.5)
EXPERT = """\
name: coffee_maker
description: A coffee maker.
rules:
  order: "(brew|can i get|can i have|i want|get me|give me|i'd like|make me|may i have) [a|an]"
  roast: "(dark|light|medium) roast"
  size: "(small|medium|large|(eight|twelve|sixteen|twenty) ounce)"
  shots: "(single|double|triple) shot"
  how: "[<roast>|<size>|<shots>] [<roast>|<size>|<shots>] [<roast>|<size>|<shots>]"
  drink: "(americano|cappuccino|[drip|house|iced] coffee|espresso|latte|[iced] mocha)"
  much: "[some|lots of|a lot of|a bit of|a little bit of]"
  milk: "<much> (cream|[almond|skim|soy|whole] milk)"
  sugar: "<much> ([brown] sugar|sweetener)"
  extras: "(<milk> [and <sugar>]|<sugar> [and <milk>])"
apis:
  order_drink:
    description: Make a drink.
    effect: read
    sentences: ["<order> <how> <drink> [with <extras>]"]
    examples: ["can I get a small latte"]
"""


@dataclass
class Recording:
    """A source of one spoken command."""

    name: str
    sound: bytes
    arguments: tuple[str, ...]
    """What must be in the words, as labelled."""
    live = False
    overflows = 0
    last_word: float = 0.0
    """Where it ends, in seconds."""
    text: str = ""
    """What a patient end-pointer heard."""

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield the recording."""
        for at in range(0, len(self.sound), FRAME_BYTES):
            samples = self.sound[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
            yield Frame(samples, at / 2 / RATE)


@dataclass
class Row:
    """What one way to listen gave. Times in milliseconds, after the last word."""

    name: str
    count: int
    eager_p50: float
    eager_p90: float
    eager_cut: int
    eager_given: int
    final_p50: float
    final_p90: float
    final_cut: int
    same: int
    """Commands whose standing eager text was the final one."""
    right: int
    """Commands whose final text has every labelled argument in it."""
    whys: dict[str, int]


def read(folder: Path, limit: int) -> list[Recording]:
    """Return the recordings of the suite."""
    found = []
    lines = (folder / "coffee.jsonl").read_text(encoding="utf-8").splitlines()[:limit]
    for case in map(json.loads, lines):
        with wave.open(str(folder / case["audio"])) as file:
            sound = file.readframes(file.getnframes())
        found.append(Recording(case["id"], sound, tuple(case["arguments"].values())))
    return found


def expected(folder: Path) -> Bias:
    """Return the commands of the domain as what to expect."""
    lines = (folder / "coffee_phrases.txt").read_text(encoding="utf-8").lower().splitlines()
    return Bias(tuple(Phrase(tuple(line.split())) for line in lines if line), fingerprint="coffee")


async def listen(
    recording: Recording, recogniser: SphinxRecogniser, pauses: Pauses,
    judge: Callable[[str], Hint] | None = None,
) -> list[End]:  # fmt: skip
    """Hear one command and return its ends."""
    async with Listener(recording, recogniser, Manner(pauses), judge=judge,
                        clock=time.process_time) as listener:  # fmt: skip
        async for _ in listener.utterances():
            pass
        recording.text = recording.text or listener.recognised.text
        return listener.ends


def align(recording: Recording, end: End) -> float:
    """Return where the last of the words ends, by forced alignment: seconds of the recording."""
    import pocketsphinx  # noqa: PLC0415 - what hears sound is loaded where it is used

    decoder = pocketsphinx.Decoder(lm=None, bestpath=False, loglevel="FATAL", logfn=os.devnull)
    decoder.set_align_text(recording.text)
    # Up to the middle of the silence: enough of it to tell it from the word.
    until = round((end.spoken_until + 0.6) * RATE) * 2
    decoder.start_utt()
    decoder.process_raw(recording.sound[:until], full_utt=True)
    decoder.end_utt()
    said = recording.text.split()[-1]
    ends = [s.end_frame + 1 for s in decoder.seg() if s.word.split("(")[0] == said]
    return float(ends[-1]) / 100


def judge_of(folder: Path) -> Callable[[str], Hint]:
    """Return a judge by the templates of a coffee maker's expert."""
    expert = folder / "experts" / "coffee_maker"
    expert.mkdir(parents=True)
    (expert / "expert.yaml").write_text(EXPERT, encoding="utf-8")
    paths = find_paths({"ALEXA_HOME": str(folder)})
    catalogue = load_catalogue(Settings(), paths, [folder / "experts"])
    now = datetime(2026, 11, 21, 10, tzinfo=UTC)
    snapshot = Snapshot(now, "UTC", "en", load_household(None, paths.cache))
    moment = Moment(now, ZoneInfo("UTC"))
    sentences = Sentences()

    def judge(text: str) -> Hint:
        if left_open(text):
            return "unfinished"
        said = Utterance(text)
        request = Request(said, tokens_of(said), catalogue, snapshot, moment)
        return "complete" if isinstance(sentences.judge(request), Plan) else None

    return judge


def measure(
    name: str, recordings: list[Recording], recogniser: SphinxRecogniser, pauses: Pauses,
    judge: Callable[[str], Hint] | None = None,
) -> Row:  # fmt: skip
    """Hear all of them in one way."""
    eager, final = [], []
    eager_cut = final_cut = same = right = given = 0
    whys: dict[str, int] = {}
    for recording in recordings:
        ends = asyncio.run(listen(recording, recogniser, pauses, judge))
        last = ends[-1]
        eagers = [end for end in ends if end.stage == Stage.EAGER]
        whys[last.why] = whys.get(last.why, 0) + 1
        eager_cut += any(end.at < recording.last_word for end in eagers)
        cut = last.at < recording.last_word
        final_cut += cut
        # Where there is no eager end before it, the final one is the first decision point.
        first = eagers[-1] if eagers else last
        given += bool(eagers)
        same += first.text == last.text
        right += all(f" {each} " in f" {last.text} " for each in recording.arguments)
        if not cut:
            eager.append((first.at - recording.last_word + first.took) * 1000)
            final.append((last.at - recording.last_word + last.took) * 1000)
    return Row(name, len(recordings), median(eager), _high(eager), eager_cut, given,
               median(final), _high(final), final_cut, same, right, whys)  # fmt: skip


def _high(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.9))]


def ways(folder: Path, recordings: list[Recording], recogniser: SphinxRecogniser) -> list[Row]:
    """Measure the end-pointers as they ship, and with judged sentences at several pauses."""
    judge = judge_of(folder)
    rows = [
        measure("no judge", recordings, recogniser, Pauses()),
        measure("patient", recordings, recogniser, PATIENT),
    ]
    for complete in (0.30, 0.24, 0.18):
        pauses = Pauses(complete=complete)
        rows.append(measure(f"judge, complete {complete * 1000:.0f} ms", recordings, recogniser,
                            pauses, judge))  # fmt: skip
    return rows


@dataclass
class Noisy:
    """The end-pointers by the detector alone, in steady noise. Times in milliseconds."""

    snr: float | None
    """Decibels; None: as recorded."""
    floor: bool
    """Whether speech must stand out of the noise floor."""
    eager_p50: float
    eager_cut: int
    final_cut: int
    endless: int
    """Commands that ended with the recording only."""


def in_noise(recordings: list[Recording], snr: float | None, *, floor: bool) -> Noisy:
    """Find the ends of all of them with noise added."""
    late, eager_cut, final_cut, endless = [], 0, 0, 0
    for number, recording in enumerate(recordings):
        sound = recording.sound if snr is None else mixed(recording, snr, number)
        detector = VoiceDetector(above_floor=ABOVE_FLOOR if floor else -1000.0)
        pointer = EndPointer(detector)
        marks: list[Mark] = []
        for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
            marks += pointer.feed(Frame(sound[at : at + FRAME_BYTES], at / 2 / RATE))
            if marks and marks[-1].kind == "final":
                break
        else:
            endless += 1
            continue
        eagers = [mark.at for mark in marks if mark.kind == "eager"]
        eager_cut += any(at < recording.last_word for at in eagers)
        if marks[-1].at < recording.last_word:
            final_cut += 1
        elif eagers:
            late.append((eagers[-1] - recording.last_word) * 1000)
    return Noisy(snr, floor, median(late), eager_cut, final_cut, endless)


def mixed(recording: Recording, snr: float, seed: int) -> bytes:
    """Return a recording with pink noise, so many decibels below the speech."""
    import numpy as np  # noqa: PLC0415 - for this alone

    sound = np.frombuffer(recording.sound, dtype="<i2").astype(float)
    spoken = sound[: round(recording.last_word * RATE)]
    loud = np.sort(spoken**2)[len(spoken) // 2 :].mean()  # half of it is silence before
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(sound)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1.0), len(sound))
    noise *= np.sqrt(loud / 10 ** (snr / 10)) / noise.std()
    return bytes(np.clip(sound + noise, -32768, 32767).astype("<i2").tobytes())


def show(rows: list[Row], noisy: list[Noisy], lengths: list[float]) -> None:
    """Print a table."""
    print(f"{rows[0].count} commands, {mean(lengths):.1f} s to the last word's end on average")
    print(f"{'':24} {'eager p50':>9} {'p90':>5} {'cut':>4} {'final p50':>9} {'p90':>5} {'cut':>4} "
          f"{'same':>5} {'right':>5}  why")  # fmt: skip
    for row in rows:
        whys = ", ".join(f"{why} {count}" for why, count in sorted(row.whys.items()))
        print(f"{row.name:24} {row.eager_p50:9.0f} {row.eager_p90:5.0f} {row.eager_cut:4} "
              f"{row.final_p50:9.0f} {row.final_p90:5.0f} {row.final_cut:4} {row.same:5} "
              f"{row.right:5}  {whys}")  # fmt: skip
    print(f"{'detector alone':24} {'eager p50':>9} {'cut':>10} {'final cut':>14} {'endless':>8}")
    for each in noisy:
        name = "as recorded" if each.snr is None else f"{each.snr:g} dB"
        name += "" if each.floor else ", no floor"
        print(f"{name:24} {each.eager_p50:9.0f} {each.eager_cut:10} {each.final_cut:14} "
              f"{each.endless:8}")  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    shared = Path(os.environ.get("ALEXA_SHARED") or REPO.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = given.shared / "speech"
    if not (folder / "coffee.jsonl").is_file():
        print(f"needs the recordings: no file {folder / 'coffee.jsonl'}", file=sys.stderr)
        return 4
    recordings = read(folder, given.limit)
    with tempfile.TemporaryDirectory() as temporary:
        recogniser = SphinxRecogniser(Path(temporary) / "sphinx", expected(folder))
        for recording in recordings:
            ends = asyncio.run(listen(recording, recogniser, PATIENT))
            recording.last_word = align(recording, ends[-1])
        rows = ways(Path(temporary), recordings, recogniser)
        recogniser.close()
    noisy = [
        in_noise(recordings, snr, floor=floor)
        for snr in (None, 24, 12, 6) for floor in (True, False)
    ]  # fmt: skip
    if given.json:
        result: dict[str, Any] = {"rows": list(map(asdict, rows)),
                                  "noisy": list(map(asdict, noisy))}  # fmt: skip
        print(json.dumps(result, indent=2))
    else:
        show(rows, noisy, [recording.last_word for recording in recordings])
    plain = rows[0]
    late = plain.eager_p50 > (Pauses().eager + GRACE) * 1000
    return int(late or max(plain.eager_cut, plain.final_cut) > MOST_CUT)


if __name__ == "__main__":
    sys.exit(main())
