"""config.example.yaml shows every option with its true default."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import FieldInfo, fields

from alexa_cli.config import schema
from alexa_cli.config.files import load_yaml, read
from alexa_cli.config.paths import write_private
from alexa_cli.config.settings import Duration, ModelSettings, Settings, load_settings
from alexa_cli.models.chat import ModelSpec

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.config.paths import Paths


OF_NEAREST = ("kind", "encoder", "threshold", "margin", "data")


def default(field: FieldInfo) -> Any:
    return field.default if field.default is not NODEFAULT else field.default_factory()


def leaves(type_: type[msgspec.Struct], at: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for field in fields(type_):
        value = default(field)
        if isinstance(value, msgspec.Struct):
            found |= leaves(type(value), (*at, field.name))
        elif field.name == "models":
            tuned = leaves(ModelSettings, (*at, "models", "nearest"))
            found |= {at: value for at, value in tuned.items() if at[-1] in OF_NEAREST}
        else:
            found[*at, field.name] = value
    return found


def commented(text: str, first: str) -> str:
    """Return a commented block of the example, as it is once the marks are gone."""
    lines = text.splitlines()
    start = lines.index(f"  #  {first}")
    block = list(itertools.takewhile(lambda line: line.startswith("  #  "), lines[start:]))
    return "".join(f"  {line[5:]}\n" for line in block)


def test_every_option_is_there_with_its_default(repo: Path) -> None:
    document = load_yaml(repo / "config.example.yaml")
    missing = {at for at in leaves(Settings) if at not in document.lines}
    assert missing == set()
    for at, value in leaves(Settings).items():
        assert document.value(at) == value, at
    shown = {at for at in document.lines if at and not isinstance(document.value(at), dict | list)}
    assert {
        at for at in shown if at[:-1] not in (("jobs", "decide"), ("hear", "wake", "words"))
    } <= set(leaves(Settings))


def test_every_option_has_a_comment_of_its_own(repo: Path) -> None:
    lines = (repo / "config.example.yaml").read_text().splitlines()
    document = load_yaml(repo / "config.example.yaml")
    uncommented = [
        at
        for at in leaves(Settings)
        if "#" not in lines[document.lines[at] - 1]
        and not lines[document.lines[at] - 2].lstrip().startswith("#")
        and at[0] != "trace"  # one comment for both
    ]
    assert uncommented == []


def test_it_loads_and_changes_nothing(repo: Path, paths: Paths) -> None:
    loaded = load_settings(paths, file=repo / "config.example.yaml", env={})
    assert loaded.settings.models == {"nearest": ModelSettings()}
    assert msgspec.structs.replace(loaded.settings, models={}) == Settings()


def test_its_commented_hooks_load(repo: Path) -> None:
    text = (repo / "config.example.yaml").read_text()
    block = commented(text, 'contacts.call: {shell: [dial, "$contact.phone"]}')
    hooks = load_yaml("example", block).data
    assert isinstance(hooks, dict)
    assert set(hooks) == {"contacts.call", "contacts.message"}


def test_its_commented_models_load_and_show_every_other_option(repo: Path, paths: Paths) -> None:
    block = commented((repo / "config.example.yaml").read_text(), "accurate:")
    file = paths.config_file
    write_private(file, f"models:\n{block}".encode())
    loaded = load_settings(paths, env={})
    document = load_yaml(file)
    shown = {at[2] for at in document.lines if len(at) == 3}
    assert shown == set(ModelSettings.__struct_fields__) - {*OF_NEAREST} | {"kind"}
    lines = block.splitlines()
    for at, line in document.lines.items():
        if len(at) == 3 and at[2] != "kind":
            assert lines[line - 3].lstrip().startswith("#"), at
    price = loaded.settings.models["accurate"].price
    assert price is not None
    assert None not in msgspec.to_builtins(price).values()
    for key in ("timeout", "deadline", "retries", "max_tokens"):  # what it shows as defaults
        value = getattr(loaded.settings.models["accurate"], key)
        of_spec = getattr(ModelSpec("any"), key)
        assert (value.seconds if isinstance(value, Duration) else value) == of_spec


def test_its_examples_of_flags_and_variables_work(repo: Path, paths: Paths) -> None:
    text = (repo / "config.example.yaml").read_text()
    flags = re.findall(r"--set (\S+)", text)
    variables = dict(re.findall(r"(ALEXA_\w+)=(\S+)", text))
    assert flags
    assert variables
    load_settings(paths, sets=flags, env=variables)


def test_every_option_has_a_docstring() -> None:
    tree = ast.parse(inspect.getsource(schema))
    undocumented = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for place, item in enumerate(node.body):
                if isinstance(item, ast.AnnAssign):
                    after = node.body[place + 1] if place + 1 < len(node.body) else None
                    if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
                        undocumented.append(f"{node.name}.{ast.unparse(item.target)}")
    assert undocumented == []


def test_settings_are_frozen_and_strict() -> None:
    for each in vars(schema).values():
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            assert each.__struct_config__.frozen, each
            assert each.__struct_config__.forbid_unknown_fields, each
    assert read(load_yaml("f", "{}"), Settings) == Settings()
