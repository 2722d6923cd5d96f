"""``alexa models test``: real requests to language models, and what they show."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from alexa_cli.cli.model_examination import Examination, Finding, examine
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import load_settings
from alexa_cli.errors import ConfigError
from alexa_cli.language.text import printable
from alexa_cli.models.meter import total_cost, total_usage

if TYPE_CHECKING:
    from alexa_cli.cli.common import Common
    from alexa_cli.models.llm.registry import LanguageModels


def test_models(common: Common, name: str | None, *, as_json: bool) -> int:
    """Test one language model, or all of them. Raises ConfigError if there is none."""
    from alexa_cli.models.llm.registry import LanguageModels

    loaded = load_settings(
        find_paths(os.environ), file=common.config, sets=common.sets, env=os.environ
    )
    models = LanguageModels(loaded.settings)
    names = models.names if name is None else (name,)
    if not names:
        raise ConfigError(
            "there is no language model to test",
            hint="models: {NAME: {kind: llm, model: provider/name}} in config.yaml",
        )
    codes, rows = asyncio.run(_test_all(models, names, quiet=as_json))
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    return max(codes)


async def _test_all(
    models: LanguageModels, names: tuple[str, ...], *, quiet: bool
) -> tuple[list[int], list[dict[str, Any]]]:
    codes, rows = [], []
    try:
        for name in names:
            code, row = await _test_one(models, name, quiet=quiet)
            codes.append(code)
            rows.append(row)
    finally:
        await models.close()
    return codes, rows


async def _test_one(
    models: LanguageModels, name: str, *, quiet: bool
) -> tuple[int, dict[str, Any]]:
    def tell(finding: Finding) -> None:
        if quiet:
            return
        first, *more = finding.text.splitlines() or [""]
        lines = [f"  {finding.name:13}{first}", *(f"{'':15}{line.strip()}" for line in more)]
        sys.stdout.write("".join(printable(line) + "\n" for line in lines))
        sys.stdout.flush()

    spec = models.spec(name)
    if not quiet:
        sys.stdout.write(printable(f"{name}  {spec.model or spec.kind}") + "\n")
    try:
        examination = Examination(models.get(name), tell)
    except ConfigError as error:
        tell(Finding("not usable", ok=False, text=str(error)))
        return error.exit_code, {"name": name, "model": spec.model or None, "ok": False,
                                 "error": error.message}  # fmt: skip
    await examine(examination)
    return examination.exit_code, _row(examination)


def _row(examination: Examination) -> dict[str, Any]:
    spec, exchanges = examination.spec, examination.meter.exchanges
    usage = total_usage(exchanges)
    return {
        "name": spec.name, "model": spec.model or None, "ok": examination.exit_code == 0,
        **{finding.name.replace(" ", "_"): {"ok": finding.ok, "text": finding.text, **finding.data}
           for finding in examination.findings},
        "usage": {"uncached": usage.uncached, "cache_read": usage.cache_read,
                  "cache_write": usage.cache_write, "output": usage.output},
        "cost": total_cost(exchanges),
    }  # fmt: skip
