"""``alexa models list``: the models of this configuration, and those that can be fetched."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from alexa_cli.config.paths import Paths, find_paths
from alexa_cli.config.settings import Settings, load_settings
from alexa_cli.errors import ConfigError
from alexa_cli.language.text import printable
from alexa_cli.models.download import megabytes
from alexa_cli.models.known import KNOWN
from alexa_cli.models.pull import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alexa_cli.cli.common import Common
    from alexa_cli.config.schema import Strategy
    from alexa_cli.models.chat import ModelSpec, Price

CACHES = {
    "anthropic": "by breakpoints", "openai": "with a key", "prefix": "by itself",
    "none": "not at all",
}  # fmt: skip
"""How a provider keeps prefixes, in words."""


def show(common: Common, *, as_json: bool) -> int:
    """Print every model: what it is, whether it is here, what it needs, costs and does."""
    paths = find_paths(os.environ)
    loaded = load_settings(paths, file=common.config, sets=common.sets, env=os.environ)
    small = [*_deciding(common, loaded.settings, paths), *_fetchable(paths)]
    talking = language_models(loaded.settings, os.environ)
    if as_json:
        sys.stdout.write(json.dumps([*small, *talking]) + "\n")
        return 0
    columns = ("name", "kind", "state", "size", "threshold", "margin")
    table = [columns, *([_cell(row[column]) for column in columns] for row in small)]
    lines = [*_aligned(table), "", *_talking_lines(talking)]
    sys.stdout.write("".join(printable(line) + "\n" for line in lines))
    return 0


def language_models(settings: Settings, env: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what is known of every language model, as data. No request is made."""
    from alexa_cli.models.llm.registry import KINDS, LanguageModels

    names = [name for name, model in settings.models.items() if model.kind in KINDS]
    if not names:
        return []
    models = LanguageModels(settings)
    rows = []
    for name in names:
        spec = models.spec(name)
        jobs = jobs_of(name, settings)
        state = "in use" if jobs else "ready"
        key = key_of(name, settings, env)
        if key.startswith("missing"):
            state = "no key"
        try:
            models.get(name)
        except ConfigError as error:
            state = str(error)
        rows.append(_row(spec, state, key, jobs))
    return rows


def _row(spec: ModelSpec, state: str, key: str, jobs: Sequence[str]) -> dict[str, Any]:
    price = spec.price
    return {
        "name": spec.name, "kind": spec.kind, "state": state, "size": None, "threshold": None,
        "margin": None, "model": spec.model or None, "provider": spec.provider or None,
        "key": key, "jobs": [*jobs],
        "price": {"input": price.input, "output": price.output, "cache_read": price.cache_read,
                  "cache_write": price.cache_write},
        "cache": spec.cache, "min_cache_tokens": spec.min_cache_tokens,
        "context_window": spec.context_window, "structured": spec.structured,
        "max_tokens": spec.max_tokens, "timeout": spec.timeout, "deadline": spec.deadline,
        "retries": spec.retries,
    }  # fmt: skip


def key_of(name: str, settings: Settings, env: Mapping[str, str]) -> str:
    """Return where the model's key comes from, never the key."""
    from alexa_cli.models.llm.known import known

    tuned = settings.models[name]
    if tuned.kind == "scripted":
        return "none needed"
    if tuned.api_key:
        return "in the configuration"
    variables = known(tuned.model or "", api_base=tuned.api_base).variables
    if not variables:
        return "none needed"
    there = next((variable for variable in variables if env.get(variable)), None)
    return f"in {there}" if there else f"missing: set {variables[0]}"


def jobs_of(name: str, settings: Settings) -> tuple[str, ...]:
    """Return the jobs that a model has: ``reply``, ``decide (verify)``."""
    jobs = settings.jobs
    found: list[str] = []
    decide = [jobs.decide] if isinstance(jobs.decide, str) else jobs.decide
    places = [("decide", step) for step in decide]
    places += [(job, step) for job in ("reply", "rerank", "summarise")
               if (step := getattr(jobs, job)) is not None]  # fmt: skip
    for job, step in places:
        found += [f"{job} ({role})" if role else job for role in _roles(name, step)]
    return tuple(dict.fromkeys(found))


def _roles(name: str, step: str | Strategy, role: str = "") -> Iterator[str]:
    if isinstance(step, str):
        if step == name:
            yield role
        return
    for kind in ("race", "fallback"):
        for part in getattr(step, kind) or ():
            yield from _roles(name, part, role or kind)
    for side, part in (step.speculate or {}).items():
        yield from _roles(name, part, side)


def price_line(price: Price) -> str:
    """Return ``$3 in, $15 out, $0.3 cache read for a million tokens``, ``nothing``, ``unknown``."""
    parts = (("in", price.input), ("out", price.output), ("cache read", price.cache_read),
             ("cache write", price.cache_write))  # fmt: skip
    told = [f"${cost:g} {what}" for what, cost in parts if cost is not None]
    if not told:
        return "unknown"
    if all(cost == 0 for _, cost in parts if cost is not None):
        return "nothing"
    return f"{', '.join(told)} for a million tokens"


def _talking_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    from alexa_cli.models.chat import Price

    if not rows:
        yield "no language models: `alexa config init` shows how to add one"
        return
    for row in rows:
        jobs = ", ".join(row["jobs"]) or "no job"
        yield f"{row['name']}  {row['kind']}  {jobs}"
        least = f", from {row['min_cache_tokens']:,} tokens" if row["min_cache_tokens"] else ""
        window = f"{row['context_window']:,} tokens" if row["context_window"] else "unknown"
        asked = "tool calls" if row["structured"] == "tools" else "JSON that follows a schema"
        details = {
            "state": row["state"],
            "model": row["model"] or "-",
            "key": row["key"],
            "price": price_line(Price(**row["price"])),
            "cache": CACHES[row["cache"]] + (least if row["cache"] != "none" else ""),
            "window": f"{window}, answers up to {row['max_tokens']:,}",
            "asked": f"for {asked}",
            "waits": f"{row['timeout']:g} s of silence, {row['deadline']:g} s for a job, "
                     f"{row['retries']} more attempts",
        }  # fmt: skip
        for what, text in details.items():
            for number, line in enumerate(text.splitlines()):
                yield f"  {'' if number else what:8}{line}".rstrip()


def _deciding(common: Common, settings: Settings, paths: Paths) -> list[dict[str, Any]]:
    """The small models that may decide, trained so that thresholds are known."""
    from alexa_cli.catalog.catalogue import load_catalogue
    from alexa_cli.decide.registry import BUILT_IN, build_model, kind_of
    from alexa_cli.models.llm.registry import KINDS

    catalogue = load_catalogue(settings, paths, common.folders)
    rows: list[dict[str, Any]] = []
    for name in (*BUILT_IN, *sorted(set(settings.models) - set(BUILT_IN))):
        tuned, kind = settings.models.get(name), kind_of(name, settings)
        if kind in KINDS:
            continue
        state = "in use" if name in settings.jobs.cascade else "ready"
        row = {"name": name, "kind": kind, "state": state, "size": None,
               "threshold": None, "margin": None}  # fmt: skip
        try:
            model: Any = build_model(name, settings, paths)
            if hasattr(model, "learned"):
                model.learned(catalogue)
                row["kind"] = f"{kind} ({(tuned.encoder if tuned else None) or 'ngrams'})"
            row["threshold"] = getattr(model, "threshold", None)
            row["margin"] = getattr(model, "margin", None)
        except ConfigError as error:
            row["state"] = error.message
        rows.append(row)
    return rows


def _fetchable(paths: Paths) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for model in KNOWN.values():
        here = is_installed(model, paths.models)
        state = "here" if here else f"alexa models pull {model.name}"
        rows.append({"name": model.name, "kind": model.kind, "state": state, "size": model.size,
                     "threshold": None, "margin": None})  # fmt: skip
    return rows


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, int):
        return megabytes(value)
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
