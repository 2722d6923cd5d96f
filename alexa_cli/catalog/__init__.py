"""Experts as declared: from ``expert.yaml`` to frozen ``Expert`` objects and compiled templates."""

from __future__ import annotations

from alexa_cli.catalog.context import HandlerContext, HandlerFailed, Result
from alexa_cli.catalog.read_out import keep_order, place_of

__all__ = ["HandlerContext", "HandlerFailed", "Result", "keep_order", "place_of"]
