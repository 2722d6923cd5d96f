"""Experts to test with: written as YAML, built by the real thing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from alexa_cli.catalog.build import Built, build_folder
from alexa_cli.catalog.context import HandlerContext, Limits, Lists

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class WriteExpert(Protocol):
    """Writes an expert's folder."""

    def __call__(self, yaml: str, python: str = "", name: str = "probe") -> Path: ...


@pytest.fixture
def write_expert(tmp_path: Path) -> WriteExpert:
    """Write ``expert.yaml`` and ``<name>.py`` below a folder of experts; returns the expert's."""

    def write(yaml: str, python: str = "", name: str = "probe") -> Path:
        folder = tmp_path / "experts" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "expert.yaml").write_text(yaml, encoding="utf-8")
        if python:
            (folder / f"{name}.py").write_text(python, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def build_yaml(write_expert: WriteExpert) -> Callable[..., Built]:
    """Build an expert from its YAML (and Python)."""

    def build(yaml: str, python: str = "") -> Built:
        return build_folder(write_expert(yaml, python))

    return build


class _Notify:
    def __call__(
        self, text: str, *, at: datetime, key: str, repeat: str | None = None,
        kind: str = "notice", until: datetime | None = None,
    ) -> str | None:  # fmt: skip
        return f"nobody for {text} at {at} ({key}, {repeat}, {kind}, {until})"

    def cancel(self, key: str) -> bool:
        return bool(key)

    def pending(self) -> tuple[()]:
        return ()

    def delivered(self, limit: int = 20) -> tuple[()]:
        return ()

    def first(self, repeat: str, after: datetime) -> datetime | None:
        return after

    def next(self, repeat: str, last: datetime) -> datetime | None:
        return last


@pytest.fixture
def handler_context() -> Callable[..., HandlerContext]:
    """Make a context for handlers; ``lists`` is what the expert declared."""

    def make(limits: Limits | None = None, **lists: Any) -> HandlerContext:
        return HandlerContext(
            now=datetime(2026, 11, 21, 10, tzinfo=UTC),
            tz="UTC",
            language="en",
            household=Lists("probe", lists),
            store=None,
            conversation="c-1",
            speaker=None,
            emit=lambda *_args, **_data: None,
            notify=_Notify(),
            limits=limits or Limits(),
        )

    return make
