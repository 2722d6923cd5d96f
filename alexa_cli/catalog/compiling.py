"""Experts to a Catalogue: linked, hooked, templates compiled, overlaps found."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import alexa_cli
from alexa_cli.catalog.catalogue import Catalogue
from alexa_cli.catalog.link import hook, link
from alexa_cli.catalog.overlap import find_overlaps
from alexa_cli.catalog.sentences import compiled
from alexa_cli.catalog.template_compiler import TemplateError
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.expert import Expert
    from alexa_cli.catalog.templates import Template
    from alexa_cli.turn import Json


def compile_experts(experts: Mapping[str, Expert], *, language: str = "en") -> Catalogue:
    """Return the catalogue of ``experts``. Raises FileError, ConfigError."""
    linked = _linked(experts)
    templates = tuple(
        template for expert in linked.values() for template in compile_templates(expert, language)
    )
    return Catalogue(
        experts=linked,
        templates=templates,
        overlaps=tuple(find_overlaps(linked, templates)),
        language=language,
        fingerprint=_fingerprint(linked, language),
    )


def hooked(
    catalogue: Catalogue, hooks: Mapping[str, Mapping[str, Json]], *, strict: bool = True
) -> Catalogue:
    """Return the catalogue with the ``run`` of some APIs replaced, as the settings say.

    ``strict``: hooks for APIs that are not there are refused. Raises FileError, ConfigError.
    """
    experts = _linked(hook(catalogue.experts, hooks, strict=strict))
    also = hashlib.blake2b(repr(sorted(hooks.items())).encode(errors="replace"), digest_size=8)
    fingerprint = f"{catalogue.fingerprint}-{also.hexdigest()}"
    return replace(catalogue, experts=experts, fingerprint=fingerprint)


def _linked(experts: Mapping[str, Expert]) -> dict[str, Expert]:
    linked, problems = link(experts)
    for problem in problems:
        raise problem.fault
    return linked


def compile_templates(expert: Expert, language: str) -> list[Template]:
    """Compile the templates that ``expert`` has in ``language`` (``en-GB``: or else ``en``)."""
    templates: list[Template] = []
    for api in expert.apis.values():
        texts = api.sentences.get(language) or api.sentences.get(language.partition("-")[0]) or ()
        for text in texts:
            try:
                templates.append(compiled(text, expert.name, api.name, expert.rules))
            except TemplateError as error:  # only if the expert was not built by this package
                raise FileError(str(error), path=expert.folder, line=api.line) from error
    return templates


def _fingerprint(experts: Mapping[str, Expert], language: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{alexa_cli.__version__}\0{language}\0".encode())
    for expert in experts.values():
        digest.update(f"{expert.name}\0{expert.fingerprint or expert!r}\0".encode(errors="replace"))
    return digest.hexdigest()
