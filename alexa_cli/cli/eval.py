"""``alexa eval``: measure suites of cases, keep runs, compare two."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import structs

from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.cli.session import Session, open_session
from alexa_cli.cli.stoppable import run
from alexa_cli.errors import UsageError, did_you_mean
from alexa_cli.language.text import printable
from alexa_cli.measure.compare import By, Comparison, compare, load_run, save_run
from alexa_cli.measure.metrics import Judged, Metrics, summarise
from alexa_cli.measure.run import AssistantDecider, changing, examples_of, run_suite
from alexa_cli.measure.suite import Suite, load_suite, relabel, unseen, within

if TYPE_CHECKING:
    from alexa_cli.assistant import Assistant
    from alexa_cli.assistant.voice.ears import Ears

app = typer.Typer(help="Measure a suite of cases.")

_PERCENT = frozenset({
    "expert_accuracy", "api_accuracy", "argument_f1", "exact_match", "refused",
    "out_of_scope_refused", "out_of_scope_refused_at_5", "wrong_action_rate",
    "command_accuracy", "word_error_rate", "eager_is_final",
})  # fmt: skip
_SMALLER_IS_BETTER = frozenset({
    "p50_ms", "p95_ms", "wrong_action_rate", "refused", "word_error_rate", "rtf",
    "provisional_p50_ms", "provisional_p95_ms", "settled_p50_ms", "settled_p95_ms",
})  # fmt: skip
_FINE = frozenset({"rtf"})
"""Figures that are small: three decimals."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cases count."""

    map: Path | None = None
    unseen: bool = False
    closed_set: bool = False
    bias: bool = True
    """Whether the recogniser expects what fits (``hear.bias`` says so as well)."""
    engine: str | None = None


@app.command()
def evaluate(
    suites: Annotated[
        list[Path] | None, typer.Argument(metavar="SUITE.jsonl", help="Several count as one.")
    ] = None,
    closed_set: Annotated[
        bool, typer.Option("--closed-set", help="Never refuse: every case is somebody's.")
    ] = False,
    only_unseen: Annotated[
        bool, typer.Option("--unseen", help="Leave out cases that are examples word for word.")
    ] = False,
    label_map: Annotated[
        Path | None,
        typer.Option("--map", metavar="FILE", help="YAML: label to expert.api, expert or null."),
    ] = None,
    no_bias: Annotated[
        bool,
        typer.Option(
            "--no-bias",
            help="Sound: let the recogniser not expect the answers to a question or names that "
            "were just said.",
        ),
    ] = False,
    engine: Annotated[
        str | None, typer.Option(metavar="vosk|sphinx", help="Sound: what recognises it.")
    ] = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="List what went wrong, and why.")] = False,
    save: Annotated[str | None, typer.Option(metavar="NAME", help="Keep the run.")] = None,
    compare_runs: Annotated[
        tuple[str, str] | None, typer.Option("--compare", metavar="A B", help="Compare two runs.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="What to compare: right (expert and API), expert or exact.")
    ] = "right",
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC=VALUE", help="Exit with 1 if worse; repeatable."),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Decide every case of a suite and compare with what should have come of it.

    Cases with `audio` (a file beside the suite) are heard first; `say` beside it is what is said in
    it. Nothing real is done. Cases of experts that are not here are left out, and that is said.
    Exit codes: 0 measured, 1 worse than --fail-under.
    """
    limits = [limit(text) for text in fail_under or ()]
    common = Common.of(config, sets, experts)
    if compare_runs is not None and not suites:
        raise typer.Exit(show_comparison(common, compare_runs, by, as_json=as_json))
    if not suites:
        raise UsageError("name a suite", hint="alexa eval SUITE.jsonl, or --compare A B")
    session = open_session(common, save=False)
    with session.store:
        selection = Selection(label_map, only_unseen, closed_set, not no_bias, known_engine(engine))
        suite, judged = measure(session, suites, selection)
        metrics = summarise(judged)
    if save is not None:
        save_run(session.paths.data / "runs", save, metrics, judged, session.loaded.sets)
    report = as_data(metrics, suite, judged if wrong else ())
    lines = [json.dumps(report)] if as_json else as_lines(metrics, judged, wrong=wrong)
    sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))
    for why, count in suite.left_out.items():
        sys.stderr.write(printable(f"left out: {count} {why}\n"))
    if compare_runs is not None:
        show_comparison(common, compare_runs, by, as_json=as_json)
    raise typer.Exit(missed(metrics, limits))


def measure(
    session: Session, paths: Sequence[Path], selection: Selection
) -> tuple[Suite, list[Judged]]:
    """Run suites against the session's assistant. Raises FileError."""
    from alexa_cli.context.household import load_household
    from alexa_cli.store.store import Store

    suite = load_suite(*paths)
    catalogue = session.house.catalogue
    if selection.map is not None:
        suite = relabel(suite, load_map(selection.map))
    suite = within(suite, list(catalogue.experts))
    if selection.unseen:
        suite = unseen(suite, examples_of(catalogue, catalogue.language))
    decider = AssistantDecider(
        session.house,
        closed_set=selection.closed_set,
        fresh_store=lambda: Store(":memory:"),
        household=lambda path: load_household(path, session.paths.cache),
        ears=lambda assistant: _ears(session, assistant, selection),
    )
    tick = _progress(len(suite.cases))
    try:
        return suite, run(run_suite(suite, decider, changing(catalogue), tick))
    finally:
        decider.close()


def known_engine(name: str | None) -> str | None:
    """Return the name of an engine. Raises UsageError."""
    if name not in {None, "vosk", "sphinx"}:
        raise UsageError(f"--engine: {name!r} is neither vosk nor sphinx")
    return name


def _ears(session: Session, assistant: Assistant, selection: Selection) -> Ears:
    from alexa_cli.assistant.voice.ears import Ears
    from alexa_cli.config.schema import HearSettings

    hear = session.loaded.settings.hear
    changes: dict[str, Any] = {"bias": hear.bias and selection.bias}
    if selection.engine is not None:
        changes["engine"] = selection.engine
    settings: HearSettings = structs.replace(hear, **changes)
    ears = Ears(assistant, session.paths, settings)
    ears.study().join()  # as in a conversation: what is learned once is no turn's latency
    return ears


def _progress(total: int) -> Any:  # noqa: ANN401 - a function
    if not sys.stderr.isatty():
        return lambda _done: None

    def tick(done: int) -> None:
        if done % 20 == 0 or done == total:
            end = "\n" if done == total else ""
            sys.stderr.write(f"\r{done} of {total} cases{end}")
            sys.stderr.flush()

    return tick


def load_map(path: Path) -> dict[str, str | None]:
    """Read a label map. Raises FileError."""
    from alexa_cli.config.files import load_yaml, read

    return read(load_yaml(path), dict[str, str | None])


def limit(text: str) -> tuple[str, float]:
    """Return the metric and value of ``--fail-under``. Raises UsageError."""
    known = sorted({*_PERCENT, *_SMALLER_IS_BETTER})
    name, equals, value = text.partition("=")
    if not equals or name not in known:
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        raise UsageError(f"--fail-under: {text!r} is no METRIC=VALUE", hint=hint)
    try:
        return name, float(value)
    except ValueError as error:
        raise UsageError(f"--fail-under: {value!r} is no number") from error


def missed(metrics: Metrics, limits: Sequence[tuple[str, float]]) -> int:
    """Return 1, and say why on stderr, if a figure is worse than its limit or unknown."""
    code = 0
    for name, bound in limits:
        value = metrics.values.get(name)
        worse = value is None or (value > bound if name in _SMALLER_IS_BETTER else value < bound)
        if worse:
            shown = "unknown" if value is None else f"{value:.4g}"
            sys.stderr.write(f"{name} is {shown}, worse than {bound:g}\n")
            code = 1
    return code


def as_data(metrics: Metrics, suite: Suite, judged: Sequence[Judged]) -> dict[str, Any]:
    """Return what ``--json`` prints: every figure at the top, then intervals and the rest."""
    found: dict[str, Any] = {"cases": metrics.cases, "turns": metrics.turns, **metrics.values}
    found |= {"intervals": metrics.intervals, "experts": metrics.experts,
              "left_out": suite.left_out}  # fmt: skip
    if judged:
        found["wrong"] = [asdict(each) for each in judged if not each.exact]
    return found


def as_lines(metrics: Metrics, judged: Sequence[Judged], *, wrong: bool) -> Iterator[str]:
    """Yield what is shown to people."""
    turns = f", {metrics.turns} turns" if metrics.turns != metrics.cases else ""
    yield f"{metrics.cases} cases{turns}"
    for name, value in metrics.values.items():
        if value is not None:
            span = metrics.intervals.get(name)
            around = f"  ({100 * span[0]:.1f} to {100 * span[1]:.1f})" if span else ""
            yield f"  {name:<26}{_figure(name, value)}{around}"
    if len(metrics.experts) > 1:
        yield ""
        yield f"  {'expert':<20}{'turns':>6}{'expert':>9}{'API':>9}{'exact':>9}{'refused':>9}"
        for name, row in metrics.experts.items():
            cells = "".join(
                f"{_figure('refused', row[key]):>9}"
                for key in ("expert_accuracy", "api_accuracy", "exact_match", "refused")
            )
            yield f"  {name:<20.20}{row['turns']:>6}{cells}"
    if wrong:
        yield ""
        for each in judged:
            if not each.exact:
                yield f"{each.id}: {each.say}"
                if each.sound is not None and each.sound.heard != each.say:
                    yield f"    heard    {each.sound.heard or '(nothing)'}"
                yield f"    expected {each.expected}"
                yield f"    decided  {each.decided}: {each.why}"


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if name in _PERCENT else f"{value:.{3 if name in _FINE else 2}f}"


# Comparing ------------------------------------------------------------------------------------


_BY: Mapping[str, By] = {"right": "right", "expert": "expert_right", "exact": "exact"}


def show_comparison(common: Common, names: tuple[str, str], by: str, *, as_json: bool) -> int:
    """Print what changed between two kept runs. Raises UsageError."""
    import os

    from alexa_cli.config.paths import find_paths

    del common  # runs are found by the home alone
    if by not in _BY:
        raise UsageError(f"--by: {by!r} is not one of {', '.join(_BY)}")
    runs = find_paths(os.environ).data / "runs"
    found = compare(load_run(runs, names[0]), load_run(runs, names[1]), _BY[by])
    if as_json:
        data = asdict(found) | {"experts": found.experts(), "luck": found.luck}
        sys.stdout.write(json.dumps(data) + "\n")
    else:
        sys.stdout.write("".join(f"{printable(line)}\n" for line in comparison_lines(found)))
    return 0


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Yield a comparison as text."""
    yield f"{found.first} to {found.second}: {found.both} turns in both"
    if any(found.only):
        yield f"  only in {found.first}: {found.only[0]}, only in {found.second}: {found.only[1]}"
    for name, (before, after) in found.metrics.items():
        if before is not None and after is not None:
            yield f"  {name:<26}{_figure(name, before):>9} to {_figure(name, after)}"
    for name, (low, high) in found.differences.items():
        yield f"  more of {name:<18}{100 * low:+.1f} to {100 * high:+.1f} % (95 %)"
    gained, lost = len(found.gained), len(found.lost)
    yield f"  gained {gained}, lost {lost}; by luck alone: {found.luck:.3g}"
    for name, (up, down) in found.experts().items():
        yield f"    {name:<20} +{up} -{down}"
    for title, changes in (("gained", found.gained), ("lost", found.lost)):
        for change in changes:
            yield f"{title}: {change.id}: {change.say}"
            yield f"    expected {change.expected}; was {change.before}; is {change.after}"
            if any(each is not None for each in change.heard):
                yield f"    heard {change.heard[0] or '-'}; now {change.heard[1] or '-'}"
