"""YAML text to a Document: the part of YAML 1.2 that is JSON with comments, and nothing else.

Built from the parser's events rather than by its constructors, so that every value keeps its
line, nesting and alias expansion have a bound, ``on`` and ``no`` are words and ``6:45`` is no
number of seconds. Why: docs/decisions/msgspec-and-yaml.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from alexa_cli.config.document import At, Document, shown
from alexa_cli.config.scalars import parse_scalar

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.turn import Json

MAX_DEPTH = 64
MAX_VALUES = 250_000
"""Values in a file, aliases counted as often as they are used."""

_QUOTE = "text that holds ': ' or begins with one of []{}&*!|>%@` needs quotes"
_UNCLOSED = "found unexpected end of stream"
_HINTS = {
    r"found character '\t' that cannot start any token": "indent with spaces, not tabs",
    "found character that cannot start any token": f"indent with spaces, not tabs; {_QUOTE}",
    "mapping values are not allowed in this context": _QUOTE,
    "mapping values are not allowed here": _QUOTE,
    "did not find expected key": f"check the indentation and the quotes above; {_QUOTE}",
    "did not find expected <document start>": _QUOTE,
    "could not find expected ':'": "a key needs a ':' and a space after it",
    "did not find expected ',' or ']'": f"a '[' is not closed; {_QUOTE}",
    "did not find expected ',' or '}'": f"a '{{' is not closed; {_QUOTE}",
    _UNCLOSED: "a quote is not closed",
}


def parse(text: str, path: Path | str) -> Document:
    """Read one YAML document. Raises FileError for whatever is wrong with it."""
    import yaml  # noqa: PLC0415 - 25 ms, and not needed without a file

    builder = _Builder(path)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.feed(event)
    except yaml.MarkedYAMLError as error:
        problem = error.problem or error.context or ""
        mark = error.problem_mark or error.context_mark
        if problem == _UNCLOSED and error.context_mark:
            mark = error.context_mark  # where the quote opens, not the end of the file
        hint = _HINTS.get(problem)
        if problem.startswith("did not find expected ','") and error.context_mark:
            problem += f" (opened in line {error.context_mark.line + 1})"
        line = mark.line + 1 if mark else None
        builder.refuse(f"broken YAML: {problem}", line, builder.near(line), hint=hint)
    except yaml.YAMLError as error:  # the reader's own: no mark
        builder.refuse(f"broken YAML: {shown(str(error))}", None)
    return builder.document()


@dataclass(slots=True)
class _Anchor:
    value: Json
    size: int
    height: int


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    value: dict[str, Json] | list[Json]
    at: At
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    """In a mapping: the key that waits for its value."""


@dataclass(slots=True)
class _Builder:
    path: Path | str
    lines: dict[At, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    data: Json = None
    documents: int = 0
    values: int = 0
    last: At = ()
    """The value that ended last."""

    def document(self) -> Document:
        self.lines.setdefault((), 1)  # a file that says nothing says so in its first line
        return Document(self.data, self.lines, self.path)

    def feed(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's event classes are untyped
        """Take one event; its class name says what it is."""
        line = event.start_mark.line + 1
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event, line)
            case "AliasEvent":
                self._alias(event.anchor, line)
            case "MappingStartEvent":
                self._start({}, event, line)
            case "SequenceStartEvent":
                self._start([], event, line)
            case "MappingEndEvent" | "SequenceEndEvent":
                done = self.stack.pop()
                self._attach(done.value, done.anchor, done.size, done.height)
            case "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    self.refuse("a second document begins here; one file holds one", line)

    def refuse(
        self, message: str, line: int | None, at: At = (), hint: str | None = None
    ) -> NoReturn:
        """Raise the FileError."""
        lines = {} if line is None else {at: line}
        raise Document(None, lines, self.path).error(message, at, hint=hint)

    def _wants_key(self) -> bool:
        return (
            bool(self.stack)
            and isinstance(self.stack[-1].value, dict)
            and (self.stack[-1].key is None)
        )

    def here(self) -> At:
        """Return the way to the value that comes next (or to the mapping that wants a key)."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            return (*top.at, len(top.value))
        return top.at if top.key is None else (*top.at, top.key)

    def near(self, line: int | None) -> At:
        """Return the way to what breaks off in ``line``."""
        ended = self._wants_key() and self.lines.get(self.last) == line
        return self.last if ended else self.here()

    def _count(self, size: int, line: int) -> None:
        self.values += size
        if self.values > MAX_VALUES:
            self.refuse("too many values, aliases included", line, self.here())

    def _scalar(self, event: Any, line: int) -> None:  # noqa: ANN401 - as above
        self._refuse_tag(event.tag, line)
        self._count(1, line)
        value: Json = event.value
        if event.implicit[0]:
            try:
                value = parse_scalar(event.value)
            except ValueError as error:
                self.refuse(str(error), line, self.here())
        if isinstance(value, str) and "\0" in value:
            self.refuse("NUL in text", line, self.here())
        if self._wants_key():
            self._key(value, line)
        else:
            self.lines.setdefault(self.here(), line)
            self._attach(value, event.anchor, 1, 0)

    def _key(self, key: Json, line: int) -> None:
        top = self.stack[-1]
        if not isinstance(key, str):
            self.refuse(
                f"the key {'null' if key is None else str(key).lower()} is not text",
                line, top.at, hint="put the key in quotes",
            )  # fmt: skip
        if key == "<<":
            self.refuse("merge keys (<<) are not supported", line, top.at)
        if isinstance(top.value, dict) and key in top.value:
            first = self.lines[*top.at, key]
            self.refuse(f"the key {shown(key)} is here twice (first in line {first})",
                         line, (*top.at, key))  # fmt: skip
        top.key = key
        self.lines[*top.at, key] = line

    def _alias(self, name: str, line: int) -> None:
        if self._wants_key():
            self.refuse("a key cannot be an alias", line, self.here())
        anchor = self.anchors.get(name)
        if anchor is None:
            self.refuse(f"the alias {shown('*' + name)} has no anchor before it",
                         line, self.here(), hint=_QUOTE)  # fmt: skip
        self._count(anchor.size, line)
        if len(self.stack) + anchor.height > MAX_DEPTH:
            self.refuse(f"nested more than {MAX_DEPTH} deep", line, self.here())
        self.lines.setdefault(self.here(), line)
        self._attach(_copy(anchor.value), None, anchor.size, anchor.height)

    def _start(self, value: dict[str, Json] | list[Json], event: Any, line: int) -> None:  # noqa: ANN401
        self._refuse_tag(event.tag, line)
        self._count(1, line)
        at = self.here()
        if self._wants_key():
            self.refuse("a key must be text, not a list or a mapping", line, at, hint=_QUOTE)
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(f"nested more than {MAX_DEPTH} deep", line)
        self.lines.setdefault(at, line)
        self.stack.append(_Open(value, at, event.anchor))

    def _attach(self, value: Json, anchor: str | None, size: int, height: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = _Anchor(value, size, height)
        self.last = self.here()
        if not self.stack:
            self.data = value
            return
        top = self.stack[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag is not None:
            self.refuse("tags (!) are not supported", line, self.here(), hint=_QUOTE)


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value
