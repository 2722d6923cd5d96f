"""A key of the configuration is in no file that is kept, and on no screen that was not asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from alexa_cli.config.paths import write_private

if TYPE_CHECKING:
    from tests.cli.conftest import Inside, Installed

KEYS = {"TOKEN": "hook-sesame-1", "ALEXA_MODELS__B__API_KEY": "env-sesame-2"}
FLAGS = (
    "--set", "models.b={kind: llm, model: openai/b}",
    "--set", "models.c={kind: llm, model: openai/c, api_key: flag-sesame-3}",
)  # fmt: skip
CONFIG = """
models:
  a:
    kind: llm
    model: openai/a
    api_key: file-sesame-4
    options: {extra_headers: {X-Auth: option-sesame-5}}
experts:
  hooks:
    contacts.call: {shell: [sh, -c, 'echo "not with ${TOKEN}" >&2; exit 3']}
"""


def test_no_key_is_kept_or_shown(alexa: Installed, inside: Inside) -> None:
    config = alexa.home / "config" / "config.yaml"
    write_private(config, CONFIG.encode())
    suite = alexa.home / "suite.jsonl"
    case = {"say": "turn on the kitchen light", "expert": "smart_home", "api": "turn_on"}
    suite.write_text(json.dumps(case) + "\n", encoding="utf-8")
    assert inside("ask", *FLAGS, "call dad", env=KEYS).code == 1
    assert inside("eval", str(suite), "--save", "run", *FLAGS, env=KEYS).code == 0
    for line in (
        ("ask", "--json", *FLAGS, "call dad"), ("trace", "show", "last"),
        ("trace", "show", "last", "--json"), ("trace", "export"), ("config", "show", *FLAGS),
        ("config", "show", "--json", *FLAGS), ("experts", "show", "contacts", "--json"),
        ("doctor", "--json", *FLAGS), ("models", "--json", *FLAGS), ("models", *FLAGS),
        ("config", "show", "--set", "models.a.api_key=[sesame"),
        ("config", "show", "--set", "models.a={api_key: {x: sesame}}"),
    ):  # fmt: skip
        ran = inside(*line, env=KEYS)
        assert "sesame" not in ran.out + ran.err, line
    kept = [path for path in alexa.home.rglob("*") if path.is_file() and path != config]
    assert {"alexa.db", "run.json"} <= {path.name for path in kept}
    for path in kept:
        assert b"sesame" not in path.read_bytes(), path
