"""Loads an expert's own Python under a private name, so that experts cannot collide.

``reminders.py`` of an expert becomes ``_alexa_experts_<hash>.reminders``, where the hash is of the
folder and of its content: a changed expert is loaded afresh, and ``from . import helper`` works.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import sys
import threading
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog.context import HandlerFailed
from alexa_cli.catalog.files import RACY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType

    from alexa_cli.catalog.expert import Expert

_PREFIX = "_alexa_experts_"
_LOCK = threading.Lock()


def load_function(expert: Expert, reference: str) -> Callable[..., Any]:
    """Return ``module:function`` of the expert's folder. Raises HandlerFailed."""
    module_name, _, function_name = reference.partition(":")
    package = _package(expert)
    try:
        module = importlib.import_module(f"{package}.{module_name}")
    except BaseException as error:  # the expert's code runs here, even sys.exit() may come
        where = place_of(error, expert.folder)
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        message = f"{expert.name}: cannot load {module_name}.py: {one_line(reason)}{where}"
        raise HandlerFailed(message.replace(f"{package}.", "")) from error
    function = getattr(module, function_name, None)
    if not callable(function):
        raise HandlerFailed(f"{expert.name}: {module_name}.py has no function {function_name!r}")
    return function  # type: ignore[no-any-return]


def place_of(error: BaseException, folder: str) -> str:
    """Return `` (reminders.py:12)``: the last line within the expert's folder, or nothing."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({Path(error.filename).name}:{error.lineno})"
    root = str(Path(folder).resolve())
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(root):
            return f" ({Path(frame.filename).name}:{frame.lineno})"
    return ""


def one_line(text: str, limit: int = 200) -> str:
    """Return ``text`` as one printable line of at most ``limit`` characters."""
    from alexa_cli.language.text import printable  # noqa: PLC0415 - failures only

    line = " ".join(printable(text[: 4 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _package(expert: Expert) -> str:
    """Return the private package of the expert, made on the first call."""
    root = str(Path(expert.folder).resolve())
    digest = hashlib.blake2b(
        f"{root}\0{expert.fingerprint}".encode(errors="replace"), digest_size=8
    )
    name = _PREFIX + digest.hexdigest()
    with _LOCK:
        if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
            sys.meta_path.insert(0, _Finder())
        if name not in sys.modules:
            package = ModuleType(name)
            package.__path__ = [root]
            sys.modules[name] = package
    return name


class _Finder:
    """Finds modules of experts in their folder only, links that lead out of it refused."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the module's spec, None if it is no expert's."""
        if not fullname.startswith(_PREFIX) or not path:
            return None
        finder = importlib.machinery.FileFinder(path[0], (_SourceLoader, [".py"]))
        spec = finder.find_spec(fullname)
        if spec is None or spec.origin is None:
            return None
        root = sys.modules[fullname.partition(".")[0]].__path__[0]
        if not Path(spec.origin).resolve().is_relative_to(root):
            raise ImportError(f"{Path(spec.origin).name} leads out of the expert's folder")
        return spec


class _SourceLoader(importlib.machinery.SourceFileLoader):
    """Does not trust bytecode of a file changed just now: its time has whole seconds only."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the module's code."""
        path = self.get_filename(fullname)
        if abs(time.time() - Path(path).stat().st_mtime) > RACY_SECONDS:
            return super().get_code(fullname)
        return self.source_to_code(self.get_data(path), path)
