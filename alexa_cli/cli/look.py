"""What a check of ``alexa doctor`` looks at, and what it finds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from alexa_cli.cli.options import Common
from alexa_cli.config.paths import Paths
from alexa_cli.config.settings import Loaded, load_settings


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    status: Literal["ok", "warn", "fail"]
    finding: str
    fix: str | None = None
    """What to do about it; None if there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks look at."""

    paths: Paths
    common: Common = field(default_factory=Common)
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def load(self) -> Loaded:
        """Read the settings. Raises FileError, UsageError."""
        return load_settings(
            self.paths, file=self.common.config, sets=self.common.sets, env=self.env
        )
