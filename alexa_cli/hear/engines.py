"""Which recogniser hears: vosk by itself when a model of it is there, else sphinx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alexa_cli.errors import AlexaError
from alexa_cli.hear.vosk_recogniser import VoskRecogniser
from alexa_cli.models.vosk import is_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alexa_cli.config.paths import Paths
    from alexa_cli.hear.bias import Bias
    from alexa_cli.hear.recogniser import Recogniser

Engine = Literal["vosk", "sphinx"]


def vosk_model(models: Path) -> Path | None:
    """Return the model of vosk that is used: an English one first; None: none is there."""
    try:
        folders = [folder for folder in models.glob("vosk-*") if is_model(folder)]
    except OSError:
        return None
    return min(folders, key=lambda each: ("-en-" not in each.name, each.name), default=None)


def half_there(models: Path) -> Path | None:
    """Return what should be a model of vosk and is not whole; None: there is no such thing."""
    try:
        folders = [each for each in models.glob("vosk-*") if each.is_dir() and not is_model(each)]
    except OSError:
        return None
    return min(folders, default=None)


def open_recogniser(
    engine: Engine | None, paths: Paths, bias: Bias | None = None, *, model: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Recogniser:  # fmt: skip
    """Return a recogniser. ``engine`` None: the best there is; ``model``: another folder of vosk's.

    ``tell`` is told why sphinx hears although a model of vosk is there. Raises AlexaError: the
    engine that was asked for cannot be used.
    """
    found = model or vosk_model(paths.models)
    if found is None and engine != "sphinx":
        found = half_there(paths.models)
    if engine == "vosk" or (engine is None and found is not None):
        if found is None:
            raise AlexaError(
                "vosk has no model", hint="fetch one: alexa models pull vosk-small-en-us"
            )
        try:
            return VoskRecogniser(found, bias)
        except AlexaError as error:
            if engine is not None or model is not None:
                raise
            tell(f"sphinx hears instead of vosk: {error}")
    from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser  # noqa: PLC0415 - if it is to hear

    return SphinxRecogniser(paths.cache / "sphinx", bias)
