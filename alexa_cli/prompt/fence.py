"""What people, homes, documents and tools say is data: it can neither end its fence nor fake one.

Two ways in. A *name* goes into a line of our own making, so it loses everything that separates
things there. A *text* keeps its wording, and only what could be taken for a delimiter is replaced
by a look-alike. Both lose what is invisible, and what is over their length.
"""

from __future__ import annotations

import re

from alexa_cli.language.text import printable

MAX_NAME = 60
"""Characters of a name."""
MAX_LINE = 2_000
"""Characters of an utterance, a reply or a description."""
MAX_BLOCK = 6_000
"""Characters of a document or a result."""

_SEPARATORS = re.compile(r"[\s,;:=|()\[\]{}<>\"“”`\\*#$]+")
_SPACE = re.compile(r"\s+")
_LOOK_ALIKE = str.maketrans({"<": "‹", ">": "›", "\u2028": " ", "\u2029": " "})
_TEMPLATE_MARK = re.compile(  # what chat templates of some models take for a change of speaker
    r"\[(?=\s*/?\s*(?:INST|SYS|TOOL_|AVAILABLE_TOOLS|SYSTEM_PROMPT))", re.IGNORECASE
)
_FENCE_MARK = re.compile(r"^(\s*)(#{1,6}(?=\s)|`{3,}|~{3,}|-{3,})", re.MULTILINE)


def name(text: str, limit: int = MAX_NAME) -> str:
    """Return a name for a line of ours: one line of words, without anything that separates."""
    return _cut(_SEPARATORS.sub(" ", _shown(text)).strip(), limit)


def line(text: str, limit: int = MAX_LINE) -> str:
    """Return a text on one line, its delimiters replaced by look-alikes."""
    return _cut(_SPACE.sub(" ", _neutral(text)).strip(), limit)


def block(text: str, limit: int = MAX_BLOCK) -> str:
    """Return a text on its own lines, its delimiters replaced by look-alikes."""
    lines = [part.rstrip() for part in _neutral(text).expandtabs(2).split("\n")]
    return _cut(_FENCE_MARK.sub(r"\1·", "\n".join(lines)).strip("\n"), limit)


def fence(tag: str, text: str, **about: str) -> str:
    """Return a text between ``<tag>`` and ``</tag>``; ``about`` becomes attributes of the tag."""
    told = "".join(f' {key}="{name(value)}"' for key, value in about.items() if value)
    return f"<{tag}{told}>\n{block(text)}\n</{tag}>"


def _neutral(text: str) -> str:
    return _TEMPLATE_MARK.sub("(", _shown(text).translate(_LOOK_ALIKE))


def _shown(text: str) -> str:
    return text if text.isprintable() else printable(text)  # the same, and faster


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
