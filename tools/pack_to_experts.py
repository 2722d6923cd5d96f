"""Turns a pack of example sentences into a folder of experts.

A pack is JSON: ``{expert: {api: {"examples": [sentence, ...], "slots": [name, ...]}}}``.

    python tools/pack_to_experts.py PACK OUT [--without qa,general]

The experts can decide, not run: they are for measuring.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

FILE = "expert.yaml"


def expert_yaml(name: str, apis: dict[str, Any]) -> str:
    """Return the declaration of one expert; JSON strings are YAML strings."""
    lines = [f"name: {snake(name)}", f"description: {json.dumps(spoken(name).capitalize() + '.')}",
             "apis:"]  # fmt: skip
    for api, content in apis.items():
        lines += [f"  {snake(api)}:"]
        lines += [f"    description: {json.dumps(spoken(f'{name}: {api}').capitalize() + '.')}"]
        if content.get("slots"):
            lines += ["    parameters:"]
            lines += [f"      {snake(slot)}: {{type: string}}" for slot in content["slots"]]
        if content.get("examples"):
            lines += ["    examples:"]
            lines += [f"      - {json.dumps(example)}" for example in content["examples"]]
    return "\n".join(lines) + "\n"


def snake(name: str) -> str:
    """Return a name as experts are named."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"x_{plain}"


def spoken(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ")


def write_pack(pack: dict[str, Any], out: Path, without: set[str]) -> int:
    """Write one folder for each expert and return how many there are."""
    chosen = {name: apis for name, apis in pack.items() if name not in without}
    for name, apis in chosen.items():
        folder = out / snake(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(expert_yaml(name, apis), encoding="utf-8")
    return len(chosen)


def main() -> int:
    """Read the command line and write the experts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pack", type=Path, help="the pack, a JSON file")
    parser.add_argument("out", type=Path, help="the folder to write, empty or new")
    parser.add_argument("--without", default="", help="experts to leave out, comma-separated")
    options = parser.parse_args()
    if options.out.is_dir() and any(options.out.iterdir()):
        sys.exit(f"{options.out} is not empty")
    pack = json.loads(options.pack.read_text(encoding="utf-8"))
    without = {name for name in options.without.split(",") if name}
    if unknown := without - pack.keys():
        sys.exit(f"not in the pack: {', '.join(sorted(unknown))}")
    print(f"{write_pack(pack, options.out, without)} experts in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
