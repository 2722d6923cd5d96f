"""Everything a verb needs to talk: settings, catalogue, household, store, assistant."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.assistant import Assistant
from alexa_cli.assistant.house import House
from alexa_cli.assistant.listing import KeptLists
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import Paths, find_paths
from alexa_cli.config.settings import Loaded, load_settings
from alexa_cli.context.household import load_household
from alexa_cli.decide.registry import build_cascade
from alexa_cli.errors import ConfigError
from alexa_cli.language.text import printable
from alexa_cli.store.masking import mask_values
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.assistant.house import Talkers
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.cli.common import Common
    from alexa_cli.context.names import NameList
    from alexa_cli.decide.plan_cache import PlanCache
    from alexa_cli.decide.registry import Doubts
    from alexa_cli.models.llm.registry import LanguageModels
    from alexa_cli.prompt.texts import Texts


@dataclass(frozen=True, slots=True)
class Session:
    """What one run of the program works with."""

    common: Common
    paths: Paths
    loaded: Loaded
    house: House
    assistant: Assistant

    @property
    def store(self) -> Store:
        """The store; it opens at the first use."""
        return self.house.store

    async def close(self) -> None:
        """Close the language models' connections; they open again when needed."""
        if self.house.talkers is not None:
            await self.house.talkers.models.close()

    def say_notices(self) -> None:
        """Tell on stderr what the store has to tell (a damaged file was set aside)."""
        for notice in self.store.notices:
            sys.stderr.write(f"alexa: {printable(notice)}\n")
        self.store.notices.clear()


def open_session(
    common: Common, *, save: bool = True, rings_here: bool = False, store: Store | None = None,
    lists: Callable[..., NameList] | None = None,
) -> Session:  # fmt: skip
    """Read settings and catalogue, and put the assistant together. Raises AlexaError.

    ``store``: one that is open already; without ``save`` nothing outlives the process. ``lists``:
    what makes experts' lists, if an earlier session's may be of use.
    """
    paths = find_paths(os.environ)
    loaded = load_settings(paths, file=common.config, sets=common.sets, env=os.environ)
    settings = loaded.settings
    household = load_household(
        Path(settings.household) if settings.household else None, paths.cache
    )
    if store is None:
        where = paths.database if save else ":memory:"
        store = Store(where, mask=mask_values(loaded.secrets()))
    catalogue = load_catalogue(settings, paths, common.folders)
    talking = _talking(loaded, paths, catalogue, store) if settings.language_models else _Talking()
    house = House(
        settings=settings,
        catalogue=catalogue,
        store=store,
        household=household,
        decider=build_cascade(
            settings, paths, *talking.parts, cache=talking.plans, doubts=talking.doubts
        ),
        talkers=talking.talkers,
        plans=talking.plans,
        tz=zone_name(settings.timezone),
        run=run_handler,
        provide=lists or KeptLists(),
        sets=loaded.sets,
        rings_here=rings_here,
    )
    return Session(common, paths, loaded, house, Assistant(house))


@dataclass(frozen=True, slots=True)
class _Talking:
    """What is only there with language models."""

    talkers: Talkers | None = None
    plans: PlanCache | None = None
    doubts: Doubts | None = None

    @property
    def parts(self) -> tuple[LanguageModels | None, Texts | None]:
        """The models and the texts of their prompts."""
        return (self.talkers.models, self.talkers.texts) if self.talkers else (None, None)


def _talking(loaded: Loaded, paths: Paths, catalogue: Catalogue, store: Store) -> _Talking:
    """Return what language models need. Nothing heavy is imported before one is asked."""
    from alexa_cli.assistant.house import Talkers
    from alexa_cli.decide.plan_cache import PlanCache, fingerprints_of
    from alexa_cli.guard.outgoing import checks
    from alexa_cli.guard.provenance import Tracer
    from alexa_cli.models.llm.registry import LanguageModels
    from alexa_cli.prompt.texts import load_texts
    from alexa_cli.prompt.tokens import estimate

    settings = loaded.settings
    texts = load_texts(prompt_folders(loaded, paths))
    guards = checks(
        settings.guard, known=loaded.secrets(), spent_today=partial(_spent_today, store),
        estimate=estimate,
    )  # fmt: skip
    return _Talking(
        Talkers(LanguageModels(settings), texts, guards),
        PlanCache(store, settings, fingerprints_of(settings, texts.fingerprint)),
        Tracer(catalogue).doubts,
    )


def _spent_today(store: Store) -> float:
    """US dollars since midnight, as the computer's clock has it."""
    from datetime import datetime

    from alexa_cli.models.ledger import spent_since

    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0)
    return spent_since(store, midnight.timestamp())


def prompt_folders(loaded: Loaded, paths: Paths) -> tuple[Path, ...]:
    """Return where the user's own prompt texts are."""
    named = loaded.settings.prompt.folder
    return (Path(named) if named else paths.config / "prompts",)


def zone_name(configured: str | None) -> str:
    """Return the IANA name of the time zone: the configured one, else the system's, else UTC."""
    if configured:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(configured)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ConfigError(
                f"timezone: {configured!r} is no time zone", hint="use a name such as Europe/Berlin"
            ) from error
        return configured
    from_env = os.environ.get("TZ", "").lstrip(":")
    if from_env and not from_env.startswith("/") and _is_zone(from_env):
        return from_env
    link = Path("/etc/localtime")
    try:
        target = str(link.resolve())
    except OSError:
        return "UTC"
    name = target.partition("zoneinfo/")[2]
    return name if name and _is_zone(name) else "UTC"


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
