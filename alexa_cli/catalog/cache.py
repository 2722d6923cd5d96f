"""The compiled catalogue as bytes, and back: fast, because automata are decoded when first used.

A sentence is matched against the few templates whose words it holds; the thousands of states of
the others stay bytes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import cast, overload

import msgspec

from alexa_cli.catalog.catalogue import Catalogue, Overlap
from alexa_cli.catalog.expert import Expert  # noqa: TC001 - read at run time by msgspec
from alexa_cli.catalog.templates import State, Template

_CHECK = 4
"""Bytes of the checksum that stands first."""


class _Template(msgspec.Struct, frozen=True, array_like=True):
    expert: str
    api: str
    text: str
    states: bytes
    """``tuple[State, ...]``, encoded."""
    slots: tuple[str, ...]
    clauses: tuple[tuple[str, ...], ...]


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    experts: Mapping[str, Expert]
    templates: list[_Template]
    overlaps: tuple[Overlap, ...]
    language: str
    fingerprint: str


class States(Sequence[State]):
    """The states of a template, decoded at the first look at one of them."""

    __slots__ = ("_decoded", "_encoded")

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self._decoded: tuple[State, ...] | None = None

    def whole(self) -> tuple[State, ...]:
        """Return all states."""
        if self._decoded is None:
            self._decoded = msgspec.msgpack.decode(self._encoded, type=tuple[State, ...])
        return self._decoded

    @overload
    def __getitem__(self, index: int) -> State: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[State, ...]: ...
    def __getitem__(self, index: int | slice) -> State | tuple[State, ...]:
        return (self._decoded or self.whole())[index]

    def __len__(self) -> int:
        return len(self.whole())

    def __iter__(self) -> Iterator[State]:
        return iter(self.whole())

    def __eq__(self, other: object) -> bool:
        return self.whole() == (other.whole() if isinstance(other, States) else other)

    def __hash__(self) -> int:
        return hash(self._encoded)

    def __repr__(self) -> str:
        return repr(self.whole())


def encode(catalogue: Catalogue) -> bytes:
    """Return what ``decode`` reads."""
    stored = _Stored(
        catalogue.experts,
        [
            _Template(
                each.expert,
                each.api,
                each.text,
                msgspec.msgpack.encode(tuple(each.states)),
                each.slots,
                each.clauses,
            )
            for each in catalogue.templates
        ],
        catalogue.overlaps,
        catalogue.language,
        catalogue.fingerprint,
    )
    body = msgspec.msgpack.encode(stored)
    return zlib.crc32(body).to_bytes(_CHECK) + body


def decode(content: bytes) -> Catalogue:
    """Return the catalogue. Raises ValueError for what ``encode`` did not write.

    The checksum holds for the automata too, which are looked at only later.
    """
    body = memoryview(content)[_CHECK:]
    if zlib.crc32(body).to_bytes(_CHECK) != content[:_CHECK]:
        raise ValueError("the checksum does not fit")
    stored = msgspec.msgpack.decode(body, type=_Stored)
    templates = tuple(
        Template(
            expert=each.expert,
            api=each.api,
            text=each.text,
            states=cast("tuple[State, ...]", States(each.states)),
            slots=each.slots,
            clauses=each.clauses,
        )
        for each in stored.templates
    )
    return Catalogue(
        stored.experts, templates, stored.overlaps, stored.language, stored.fingerprint
    )
