"""What ``alexa doctor`` looks at: one function a matter, each yielding what it found."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from alexa_cli.cli.look import Check, Look
from alexa_cli.cli.sound_checks import loudspeaker, microphone, pronunciation, recogniser
from alexa_cli.config.paths import FOLDER_MODE

OTHERS = 0o077
"""The bits of a file mode that let somebody else in."""
OLDEST_PYTHON = (3, 11)
_SUGGESTED = {
    "anthropic": "anthropic/claude-sonnet-4-6", "openai": "openai/gpt-5-mini",
    "gemini": "gemini/gemini-2.5-flash",
}  # fmt: skip
"""Provider to a model of it to begin with; the first, if no key is set."""


def python(look: Look) -> Iterable[Check]:  # noqa: ARG001 - all checks look alike
    """Whether this Python is new enough."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    finding = f"{sys.implementation.name} {version} on {sys.platform}"
    if sys.version_info < OLDEST_PYTHON:
        yield Check("python", "fail", finding, "install Python 3.11 or newer")
    else:
        yield Check("python", "ok", finding)


def config(look: Look) -> Iterable[Check]:
    """Whether the config file is right, and its secrets are private."""
    loaded = look.load()
    yield Check("config", "ok", str(loaded.path or "no file; the defaults hold"))
    if loaded.path is not None and loaded.secrets() and loaded.path.stat().st_mode & OTHERS:
        yield Check("config mode", "warn", f"{loaded.path} holds a secret and others can read it",
                    f"chmod 600 {loaded.path}")  # fmt: skip
    for name in loaded.ignored:
        yield Check("environment", "warn", f"{name} names no option and is ignored",
                    f"unset {name}")  # fmt: skip


def folders(look: Look) -> Iterable[Check]:
    """Whether the folders can be written, and only by their owner."""
    for name in ("config", "data", "cache"):
        yield _folder(f"{name} folder", getattr(look.paths, name))


def _folder(name: str, folder: Path) -> Check:
    if not folder.exists():
        above = next(each for each in folder.parents if each.exists())
        if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
            return Check(name, "ok", f"{folder} (made when it is needed)")
        return Check(name, "fail", f"{folder} cannot be made", f"make {above} writable, or set "
                     "ALEXA_HOME to a folder that is")  # fmt: skip
    if not folder.is_dir():
        return Check(name, "fail", f"{folder} is no folder", "move it away, or set ALEXA_HOME")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check(name, "fail", f"{folder} cannot be written", f"chmod u+rwx {folder}")
    mode = folder.stat().st_mode & 0o777
    if mode & OTHERS and os.name == "posix":
        return Check(name, "warn", f"{folder} is open to others (mode {mode:03o})",
                     f"chmod {FOLDER_MODE:03o} {folder}")  # fmt: skip
    return Check(name, "ok", str(folder))


def database(look: Look) -> Iterable[Check]:
    """Whether the store opens and is whole. It is only read."""
    file = look.paths.database
    if not file.exists() or (file.is_file() and not file.stat().st_size):
        yield Check("database", "ok", f"{file} (made by the first turn)")
        return
    import sqlite3
    from contextlib import closing

    from alexa_cli.store.errors import explain, is_corrupt
    from alexa_cli.store.schema import VERSION

    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as store:
            version = int(store.execute("PRAGMA user_version").fetchone()[0])
            verdict = str(store.execute("PRAGMA quick_check(1)").fetchone()[0])
            turns = store.execute("SELECT count(DISTINCT turn) FROM events").fetchone()[0]
    except sqlite3.Error as error:
        hint = "the next turn sets a damaged file aside and begins a new one"
        yield Check("database", "fail", f"{file} does not open: {error}",
                    hint if is_corrupt(error) else explain(error, file).hint)  # fmt: skip
        return
    if version > VERSION:
        yield Check("database", "fail", f"{file} is of a newer alexa-cli (version {version})",
                    "upgrade alexa-cli")  # fmt: skip
    elif verdict != "ok":
        yield Check("database", "fail", f"{file} is damaged: {verdict}",
                    "the next turn sets it aside and begins a new one")  # fmt: skip
    else:
        yield Check("database", "ok", f"{file}, {turns} turns")
    if file.stat().st_mode & OTHERS and os.name == "posix":
        yield Check("database mode", "warn", f"others can read {file}", f"chmod 600 {file}")


def time_zone(look: Look) -> Iterable[Check]:
    """Whether the time zone is known, and so are the zones of the world."""
    import zoneinfo
    from datetime import UTC, datetime

    from alexa_cli.cli.session import zone_name

    try:
        zoneinfo.ZoneInfo("America/New_York")
    except zoneinfo.ZoneInfoNotFoundError:
        yield Check("time zone", "fail", "no time zone data", "pip install tzdata")
        return
    configured, now = look.load().settings.timezone, datetime.now(UTC)
    name = zone_name(configured)
    here = now.astimezone(zoneinfo.ZoneInfo(name))
    if configured is None and here.utcoffset() != now.astimezone().utcoffset():
        yield Check("time zone", "warn", f"{name}, for the system's has no name that is known",
                    "set `timezone: Europe/Berlin` or the like in config.yaml")  # fmt: skip
        return
    origin = "as configured" if configured else "the system's"
    yield Check("time zone", "ok", f"{name} ({origin}), now {here:%H:%M %z}")


def household(look: Look) -> Iterable[Check]:
    """Whether the household loads."""
    from alexa_cli.context.household import load_household

    file = look.load().settings.household
    load_household(Path(file) if file else None)
    yield Check("household", "ok", file or "the example home",
                None if file else "name your own with `household:` in config.yaml")  # fmt: skip


def experts(look: Look) -> Iterable[Check]:
    """Whether the experts load."""
    from alexa_cli.catalog.catalogue import load_catalogue

    catalogue = load_catalogue(look.load().settings, look.paths, look.common.folders)
    count = sum(1 for _ in catalogue.apis())
    names = ", ".join(sorted(catalogue.experts))
    if not catalogue.experts:
        yield Check("experts", "fail", "there are none", "install alexa-cli again")
    else:
        yield Check("experts", "ok", f"{len(catalogue.experts)} with {count} APIs: {names}")


def minilm(look: Look) -> Iterable[Check]:
    """Whether the better encoder is here, whole, and can be run."""
    from importlib.util import find_spec

    from alexa_cli.models.known import MINILM

    tuned = look.load().settings.models.get("nearest")
    wanted = tuned is not None and tuned.encoder == "minilm"
    bad: Literal["warn", "fail"] = "fail" if wanted else "warn"
    folder = look.paths.models / MINILM.name
    files = [(folder / file.name, file.size) for file in MINILM.files]
    if not any(path.exists() for path, _ in files):
        yield Check("minilm", bad, "not downloaded; ngrams understands less without examples",
                    "alexa models pull minilm")  # fmt: skip
    elif any(not path.is_file() or path.stat().st_size != size for path, size in files):
        yield Check("minilm", bad, f"{folder} is not whole", "alexa models pull minilm")
    elif find_spec("tokenizers") is None:
        yield Check("minilm", bad, "needs the package tokenizers",
                    "pip install 'alexa-cli[minilm]'")  # fmt: skip
    elif not wanted:
        yield Check("minilm", "ok", "downloaded, not in use",
                    "to use it: `models: {nearest: {encoder: minilm}}` in config.yaml")  # fmt: skip
    else:
        yield Check("minilm", "ok", str(folder))


def language_models(look: Look) -> Iterable[Check]:
    """Whether the language models in use have what they need; none is asked anything."""
    from alexa_cli.models.llm.registry import LanguageModels

    settings = look.load().settings
    if not settings.language_models:
        yield _no_language_model(look)
        return
    from alexa_cli.cli.model_list import key_of

    models = LanguageModels(settings)
    for name in settings.language_models:
        models.get(name)
        key = key_of(name, settings, look.env)
        about = settings.models[name].model or settings.models[name].kind or ""
        if key.startswith("missing"):
            fix = key.removeprefix("missing: ")
            yield Check("language models", "fail", f"{name} ({about}) has no key", fix)
        else:
            yield Check("language models", "ok", f"{name}: {about}; key {key}",
                        f"alexa models test {name}")  # fmt: skip


def _no_language_model(look: Look) -> Check:
    """Say how to have one, with the key that is there already if one is."""
    from alexa_cli.models.llm.known import PROVIDERS

    finding, chosen = "none; what the small models cannot place gets an honest no", ""
    for provider, model in _SUGGESTED.items():
        variable = next((v for v in PROVIDERS[provider].variables if look.env.get(v)), None)
        if variable:
            finding, chosen = f"{finding}; {variable} is set, so one could be had", model
            break
    model = chosen or next(iter(_SUGGESTED.values()))
    fix = f"alexa models test --set 'models.accurate={{kind: llm, model: {model}}}'"
    return Check("language models", "warn", finding, f"{fix}; docs/models.md")


def terminal(look: Look) -> Iterable[Check]:
    """Whether there is a terminal to talk in, and how wide it is."""
    import shutil

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Check("terminal", "ok", "none: input and output are not both a terminal")
        return
    kind = look.env.get("TERM", "")
    size = shutil.get_terminal_size()
    finding = f"{kind or 'unknown'}, {size.columns}x{size.lines}"
    if kind in {"", "dumb"}:
        yield Check("terminal", "warn", f"{finding}: no colour, no editing", "set TERM")
    elif size.columns < 60:  # noqa: PLR2004 - the toolbar and the waterfall need that
        yield Check("terminal", "warn", f"{finding} is narrow", "80 columns show everything")
    else:
        yield Check("terminal", "ok", finding)


def locale(look: Look) -> Iterable[Check]:
    """Whether text goes in and out as UTF-8."""
    variable = next((name for name in ("LC_ALL", "LC_CTYPE", "LANG") if look.env.get(name)), None)
    name = look.env[variable] if variable else "none set"
    encoding = sys.stdout.encoding or "unknown"
    if encoding.lower().replace("-", "") != "utf8":
        yield Check("locale", "warn", f"{name}: output is {encoding}, not UTF-8",
                    "set LC_ALL=C.UTF-8 or PYTHONUTF8=1")  # fmt: skip
    else:
        yield Check("locale", "ok", f"{name}, {encoding}")


CHECKS: tuple[Callable[[Look], Iterable[Check]], ...] = (
    python, config, folders, database, time_zone, household, experts, minilm, language_models,
    recogniser, pronunciation, microphone, loudspeaker, terminal, locale,
)  # fmt: skip
"""In the order in which they are shown; append to add one. An AlexaError of one is its failure."""
