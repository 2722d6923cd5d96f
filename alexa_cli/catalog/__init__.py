"""Experts as declared: from ``expert.yaml`` to frozen ``Expert`` objects and compiled templates."""

from __future__ import annotations

from alexa_cli.catalog.context import HandlerContext, HandlerFailed, Result

__all__ = ["HandlerContext", "HandlerFailed", "Result"]
