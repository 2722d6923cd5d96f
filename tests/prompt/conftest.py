"""The shipped catalogue, the example home, and a function that builds a prompt about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import load_household
from alexa_cli.context.names import Name, NameList
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, lists_of
from alexa_cli.prompt.section import Prompt
from alexa_cli.prompt.texts import Job, Texts, load_texts

TZ = "America/New_York"
NOW = datetime(2026, 11, 21, 18, 4, tzinfo=ZoneInfo(TZ))


@pytest.fixture(scope="session")
def compiled(first_run: Path) -> Path:
    """A home whose cache holds the compiled catalogue of the shipped experts."""
    return first_run


@pytest.fixture(scope="session")
def catalogue(compiled: Path) -> Catalogue:
    """The shipped experts."""
    return load_catalogue(Settings(), find_paths({"ALEXA_HOME": str(compiled)}))


@pytest.fixture(scope="session")
def texts() -> Texts:
    """The texts that ship."""
    return load_texts()


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """The example home, with two lists and a timer."""
    lists = {
        "list_names": NameList("list_names", (Name("shopping", "shopping list"),
                                              Name("todo", "to-do list"))),
        "timer_names": NameList("timer_names", (Name("t-1", "pasta"),)),
    }  # fmt: skip
    return Snapshot(NOW, TZ, "en", load_household(), lists)


@pytest.fixture
def make(catalogue: Catalogue, texts: Texts, snapshot: Snapshot) -> Callable[..., Prompt]:
    """A function: job, experts, and what else is known, to a prompt."""

    def made(
        job: Job,
        *experts: str,
        about: Snapshot = snapshot,
        before: Mapping[str, tuple[str, ...]] | None = None,
        of: Texts = texts,
        **more: Any,
    ) -> Prompt:
        aliases = Aliases.of(about.list, lists_of(catalogue, experts), before or {})
        more = {"said": "turn on the kitchen light"} | more
        return build(job, Material(catalogue, experts, about, aliases=aliases, **more), of)

    return made
