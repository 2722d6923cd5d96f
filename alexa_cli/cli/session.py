"""Everything a verb needs to talk: settings, catalogue, household, store, assistant."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.assistant import Assistant
from alexa_cli.assistant.house import House
from alexa_cli.assistant.listing import KeptLists
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import Paths, find_paths
from alexa_cli.config.settings import Loaded, load_settings
from alexa_cli.context.changes import Changes
from alexa_cli.context.household import load_household
from alexa_cli.decide.registry import build_cascade
from alexa_cli.errors import ConfigError
from alexa_cli.language.text import printable
from alexa_cli.models.similarity import Similarity
from alexa_cli.store.masking import mask_values
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.cli.common import Common
    from alexa_cli.context.names import NameList


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
    talking = None
    if settings.language_models:
        from alexa_cli.cli.talking import Talking

        talking = Talking(loaded, prompt_folders(loaded, paths), catalogue, store)
    house = House(
        settings=settings,
        catalogue=catalogue,
        store=store,
        household=household,
        decider=talking.cascade(paths) if talking else build_cascade(settings, paths),
        talkers=talking.talkers if talking else None,
        plans=talking.plans if talking else None,
        tz=zone_name(settings.timezone),
        run=run_handler,
        provide=lists or KeptLists(),
        sets=loaded.sets,
        changes=Changes(paths.cache),
        similar=Similarity(settings.models.get("nearest"), paths.models),
        rings_here=rings_here,
    )
    return Session(common, paths, loaded, house, Assistant(house))


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
    from_env = _named_by(os.environ.get("TZ", ""))
    if from_env and _is_zone(from_env):
        return from_env
    link = Path("/etc/localtime")
    try:
        target = str(link.resolve())
    except OSError:
        return "UTC"
    name = target.partition("zoneinfo/")[2]
    return name if name and _is_zone(name) else "UTC"


def _named_by(variable: str) -> str:
    """Return the zone that ``TZ`` means: a name, a path to one, or so many hours (``<+03>-3``)."""
    text = variable.lstrip(":")
    if text.startswith("/"):
        return text.partition("zoneinfo/")[2]
    hours = re.fullmatch(r"(?:[A-Za-z]{3,}|<[^<>]+>)([+-]?[0-9]{1,2})", text)
    return f"Etc/GMT{int(hours[1]):+d}" if hours else text


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
