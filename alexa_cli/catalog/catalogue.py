"""All experts there are, their templates compiled, kept on disk until something changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping  # noqa: TC003 - read at run time when the cache is decoded
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

import alexa_cli
from alexa_cli.catalog.expert import Api, Expert  # noqa: TC001 - as above
from alexa_cli.catalog.sources import Source, find_sources
from alexa_cli.catalog.templates import Template  # noqa: TC001 - as above
from alexa_cli.errors import AlexaError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import Settings

FORMAT = 2
"""Raised when what the cache holds changes."""
KEPT = 8
"""Compiled catalogues kept on disk: one for each set of folders used lately."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A sentence that templates of two experts both match."""

    first: str
    """``expert.api`` whose template the sentence was sampled from."""
    second: str
    sentence: str
    """With ``{parameter}`` where a value stands."""
    templates: tuple[str, str]
    tie: bool
    """Whether both match as many literal words, so that nothing speaks for either."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be done. ``experts`` by name, in the order of their sources."""

    experts: Mapping[str, Expert]
    templates: tuple[Template, ...] = ()
    """Compiled, of the catalogue's language."""
    overlaps: tuple[Overlap, ...] = ()
    language: str = "en"
    fingerprint: str = ""
    """Changes when any file of any expert, a setting that matters, or this package changes."""

    def api(self, name: str) -> Api:
        """Return the API called ``expert.api``. Raises AlexaError."""
        expert, _, api = name.partition(".")
        try:
            return self.experts[expert].apis[api]
        except KeyError:
            hint = did_you_mean(name, [each.full_name for each in self.apis()])
            raise AlexaError(f"there is no API {name!r}", hint=hint) from None

    def find(self, expert: str, api: str) -> Api | None:
        """Return an API, or None if there is no such thing."""
        found = self.experts.get(expert)
        return found.apis.get(api) if found is not None else None

    def expert(self, name: str) -> Expert:
        """Return the expert called ``name``. Raises AlexaError."""
        try:
            return self.experts[name]
        except KeyError:
            hint = did_you_mean(name, self.experts) or f"known: {', '.join(sorted(self.experts))}"
            raise AlexaError(f"there is no expert {name!r}", hint=hint) from None

    def apis(self) -> Iterator[Api]:
        """Yield every API of every expert."""
        for expert in self.experts.values():
            yield from expert.apis.values()


def load_catalogue(
    settings: Settings,
    paths: Paths,
    folders: Sequence[Path | str] = (),
    *,
    sources: Sequence[Source] | None = None,
) -> Catalogue:
    """Return the experts there are: those of ``folders`` only, if given, else the usual ones.

    Comes from the cache while no file and no setting that matters has changed; an unreadable
    cache is made anew. Hooks are applied afterwards: they may hold secrets, and those are in no
    cache. Raises FileError for an expert that is wrong, ConfigError.
    """
    if sources is None:
        sources = find_sources(settings, paths, folders)
    file = paths.cache / "catalogue" / f"{_key(settings, sources)}.msgpack"
    from alexa_cli.catalog.cache import decode  # noqa: PLC0415 - it builds on this module

    try:
        catalogue = decode(file.read_bytes())
    except (OSError, msgspec.MsgspecError, ValueError):
        catalogue = compile_catalogue(settings, sources)
        _keep(file, catalogue)
    if not settings.experts.hooks:
        return catalogue
    from alexa_cli.catalog.compiling import hooked  # noqa: PLC0415 - few have hooks

    return hooked(catalogue, settings.experts.hooks, strict=not folders)


def compile_catalogue(settings: Settings, sources: Sequence[Source]) -> Catalogue:
    """Load, link and compile, without cache and hooks. Raises FileError, ConfigError."""
    from alexa_cli.catalog.compiling import compile_experts  # noqa: PLC0415 - YAML, hassil

    experts: dict[str, Expert] = {}
    for source in sources:
        experts |= {expert.name: expert for expert in source.load()}
    for name in settings.experts.off:
        experts.pop(name, None)
    return compile_experts(experts, language=settings.language)


def _key(settings: Settings, sources: Sequence[Source]) -> str:
    parts = [
        str(FORMAT),
        alexa_cli.__version__,
        settings.language,
        *sorted(settings.experts.off),
        *(f"{source.name} {source.fingerprint()}" for source in sources),
    ]
    return hashlib.blake2b("\0".join(parts).encode(errors="replace"), digest_size=16).hexdigest()


def _keep(file: Path, catalogue: Catalogue) -> None:
    from alexa_cli.catalog.cache import encode  # noqa: PLC0415 - it builds on this module
    from alexa_cli.config.paths import write_private  # noqa: PLC0415 - after compiling only

    try:
        write_private(file, encode(catalogue))
        kept = sorted(file.parent.glob("*.msgpack"), key=lambda each: each.stat().st_mtime_ns)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except (AlexaError, OSError):
        return  # a cache that cannot be written costs time, nothing else
