"""Prompt texts: one Markdown file per section, the user's own in place of the one that ships.

A file begins with what it is for, between ``---`` lines: ``jobs`` that use it, its ``stability``,
its ``order`` among sections that are as stable, and ``mode`` if it is for one way of asking for
calls only. ``{name}`` in its text stands for what is known in the turn; a section that holds
such a place and has nothing for it is left out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from alexa_cli.config.files import load_yaml, read
from alexa_cli.errors import FileError, did_you_mean
from alexa_cli.prompt.section import Stability

if TYPE_CHECKING:
    from collections.abc import Sequence

Job = Literal["route", "plan", "reply", "summarise", "rerank"]
Mode = Literal["tools", "json_schema"]

MAX_CHARACTERS = 40_000
"""No section is longer."""
PLACES: dict[str, Stability] = {
    "experts": Stability.FIXED,
    "tools": Stability.FIXED,
    "arguments": Stability.FIXED,
    "examples": Stability.FIXED,
    "household": Stability.HOUSEHOLD,
    "lists": Stability.SESSION,
    "summary": Stability.SESSION,
    "history": Stability.SESSION,
    "question": Stability.TURN,
    "candidates": Stability.TURN,
    "outcomes": Stability.TURN,
    "now": Stability.TURN,
    "said": Stability.TURN,
    "hypotheses": Stability.TURN,
}
"""What can stand in a text, and the most stable section that it may stand in."""
_PLACE = re.compile(r"\{([a-z_]+)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_FRONT = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)(.*)\Z", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


class _Front(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    jobs: list[Job]
    stability: Literal["fixed", "household", "session", "turn"]
    order: int = 100
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One section's text, its places still open."""

    name: str
    """Of its file, without ``.md``."""
    jobs: tuple[str, ...]
    stability: Stability
    order: int
    text: str
    mode: str | None = None
    """Only where calls are asked for in this way; None: always."""
    path: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The names of what stands in it."""
        return tuple(dict.fromkeys(_PLACE.findall(self.text)))

    def filled(self, values: dict[str, str]) -> str:
        """Return the text with its places filled; "" if there is nothing for one of them.

        What is filled in is not looked at again: data with braces in it stays data.
        """
        if any(not values.get(place) for place in self.places):
            return ""
        return _PLACE.sub(lambda found: values[found.group(1)], self.text)


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts, in the order of their sections."""

    texts: tuple[Text, ...]
    fingerprint: str = ""
    """Changes with every byte of them that a prompt may hold."""

    def of(self, job: str, mode: str = "tools") -> tuple[Text, ...]:
        """Return the texts for a job, in order."""
        return tuple(t for t in self.texts if job in t.jobs and t.mode in {None, mode})


def shipped_folder() -> Path:
    """Return the folder of the texts that ship: in the wheel, or beside the package."""
    package = Path(__file__).parent.parent
    inside = package / "prompts"
    return inside if inside.is_dir() else package.parent / "prompts"


def load_texts(folders: Sequence[Path] = ()) -> Texts:
    """Return the texts that ship, and those of ``folders``, a later one winning by name.

    A folder that is not there holds none. Raises FileError for a file that is wrong.
    """
    found: dict[str, Text] = {}
    for folder in (shipped_folder(), *folders):
        for path in _files(folder):
            found[path.stem] = _load(path)
    ordered = sorted(found.values(), key=lambda t: (t.stability.rank, t.order, t.name))
    digest = hashlib.blake2b(digest_size=12)
    for text in ordered:
        about = (text.name, text.jobs, text.stability.value, text.order, text.mode, text.text)
        digest.update(msgspec.json.encode(about))
    return Texts(tuple(ordered), digest.hexdigest())


def _files(folder: Path) -> list[Path]:
    try:
        inside = sorted(folder.glob("*.md"))
    except OSError as error:
        raise FileError(f"cannot read this folder: {error}", path=folder) from error
    return [path for path in inside if path.name != "README.md" and path.is_file()]


def _load(path: Path) -> Text:
    if not _NAME.fullmatch(path.stem):
        raise FileError("a section's name is small letters, digits and _", path=path)
    whole = _content(path)
    match = _FRONT.match(whole)
    if match is None:
        raise FileError(
            "a section begins with what it is for, between two lines of ---", path=path, line=1,
            hint="---\n  jobs: [plan]\n  stability: fixed\n  order: 50\n  ---",
        )  # fmt: skip
    front = read(load_yaml(path, "\n" + match.group(1)), _Front)
    stability = Stability(front.stability)
    first = whole.count("\n", 0, match.start(2)) + 1
    _check_places(path, match.group(2), first, stability)
    text = _COMMENT.sub("", match.group(2)).strip()
    return Text(path.stem, tuple(front.jobs), stability, front.order, text, front.mode, str(path))


def _content(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read this file: {error.strerror or error}", path=path) from error
    try:
        text = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileError("not UTF-8 text", path=path, line=line) from error
    if len(text) > MAX_CHARACTERS:
        raise FileError(f"longer than {MAX_CHARACTERS:,} characters", path=path)
    return text


def _check_places(path: Path, text: str, first: int, stability: Stability) -> None:
    for match in _PLACE.finditer(text):
        place, line = match.group(1), first + text.count("\n", 0, match.start())
        if place not in PLACES:
            hint = did_you_mean(place, PLACES) or f"known: {', '.join(PLACES)}"
            raise FileError(f"nothing is called {{{place}}}", path=path, line=line, hint=hint)
        if PLACES[place].rank > stability.rank:
            raise FileError(
                f"{{{place}}} changes with every {PLACES[place].value}, so it cannot stand in a"
                f" section that is {stability.value}", path=path, line=line,
                hint=f"stability: {PLACES[place].value}",
            )  # fmt: skip
