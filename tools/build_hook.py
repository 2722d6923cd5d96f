"""Puts config.example.yaml into the wheel, where ``alexa config init`` reads it.

A hook, and not ``force-include``: that copies the file into editable installs as well, where it
would grow stale beside the real one.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExampleHook(BuildHookInterface[Any]):
    """Adds one file to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say what else goes in; ``version`` is ``standard`` or ``editable``."""
        if version == "standard":
            build_data["force_include"]["config.example.yaml"] = "alexa_cli/config.example.yaml"
