"""Makes docs/configuration.md from the options of the code and their docstrings.

python tools/make_docs.py            writes the page
python tools/make_docs.py --check    exits with 1 if the page is not what it would write
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from alexa_cli.config.schema import ModelSettings, PriceSettings, Settings, Strategy
from alexa_cli.config.units import Duration, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parent.parent / "docs"
INTRODUCTION = """\
# Configuration

<!-- Made by tools/make_docs.py from alexa_cli/config/schema.py. Change it there. -->

Nothing has to be configured. What you want otherwise goes into `config.yaml`; `alexa config path`
says where that is, and `alexa config init` writes one in which every option is explained and
commented out.

```console
$ alexa config init
$ alexa config check
```

A value comes from the first of these that has one:

1. a flag, for this run: `--set act.deadline=3s` (repeatable),
2. the environment: `ALEXA_ACT__DEADLINE=3s`, with two underscores for each dot,
3. `config.yaml`, or the file that `--config FILE` names,
4. the default.

`alexa config show` prints every option with where its value came from.

```console
$ alexa config show --set act.deadline=3s
...
act.deadline: 3s  # flag: --set act.deadline
...
```

`${NAME}` in a text of the file is the environment variable of that name; `$${` is a plain `${`.
Values that came that way, and whatever a key such as `api_key` holds, are never shown. A path in
the file is relative to the file; in a flag or a variable, to the current folder. A misspelt key is
an error that names file, line and the nearest known key.

Files are kept where your system keeps such things. `ALEXA_HOME` puts them all in one folder
instead: `config/`, `data/` and `cache/` below it.

A duration is a number and a unit: `500ms`, `10s`, `5m`, `2h`, `90d`, `4w`. A size is one too:
`500kB`, `200MB`, `1GiB`. Both are text: write `5m`, not `300`.
"""
EXAMPLE = """\
## An example

```yaml
# config.yaml
timezone: America/New_York
household: household.yaml               # yours, beside this file
models:
  nearest: {threshold: 0.3}             # rather ask again than guess
  local: {kind: llm, model: ollama_chat/qwen3:1.7b}
jobs:
  decide: [reflex, sentences, nearest, local]
experts:
  off: [contacts]
act: {deadline: 5s}
```

The format of `household.yaml` is shown by the home that ships,
[example_household.yaml](../alexa_cli/context/example_household.yaml): copy it and make it yours.
"""
HEADS = {
    "models.NAME": "A model by its name. `reflex`, `sentences` and `nearest` are always there "
    "and need no entry. Options marked llm are for language models (`kind: llm`); `kind: scripted` "
    "takes those of them that make sense without a provider. What each means in practice is in "
    "[models.md](models.md).",
    "models.NAME.price": "US dollars for a million tokens.",
    "jobs.decide[]": "A place in the cascade that holds several models: exactly one of these. "
    "Wherever a model is named, another of these may stand. [models.md](models.md#strategies) says "
    "what each is good for.",
}
"""What is said of groups whose own docstring is about the class."""


def docstrings(class_: type) -> dict[str, str]:
    """Return the text under each field of a class, on one line."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(class_))).body
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 - it is the source of a class
    found: dict[str, str] = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            name = ast.unparse(field.target)
            found[name] = " ".join(str(ast.literal_eval(text.value)).split()).replace("``", "`")
    return found


def named(type_: object) -> str:
    """Return what may be written for a type, in words for people."""
    if type_ in (Duration, Size, bool, str, int, float, Any):
        words = {Duration: "duration", Size: "size", bool: "true or false", str: "text"}
        return words.get(type_, "number" if type_ in (int, float) else "any value")
    origin, of = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return f"{named(of[0])}{_limits(of[1:])}"
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in of)
    if origin in (UnionType, Union):
        return " or ".join(named(each) for each in of if each is not NoneType)
    if origin is list:
        return f"list of {named(of[0])}"
    if origin is dict:
        return "mapping"
    if type_ is PriceSettings:
        return "mapping"
    return type_.__name__.lower() if isinstance(type_, type) else str(type_)


def _limits(metas: tuple[Any, ...]) -> str:
    for meta in metas:
        if isinstance(meta, msgspec.Meta) and meta.ge is not None:
            return f", {meta.ge} to {meta.le}" if meta.le is not None else f", {meta.ge} or more"
    return ""


def default(field: FieldInfo) -> str:
    """Return the default as one would write it in the file."""
    if field.required:
        return "must be given"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None:
        return "–"
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def table(class_: type[msgspec.Struct], at: str) -> Iterator[str]:
    """Yield the rows of one group of options."""
    text = docstrings(class_)
    yield "| option | what it takes | default | what it does |"
    yield "|---|---|---|---|"
    for field in fields(class_):
        if not _group(field):
            cells = (f"`{at}{field.name}`", named(field.type), default(field), text[field.name])
            yield f"| {' | '.join(cells)} |"


def _group(field: FieldInfo) -> bool:
    return isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)


def section(class_: type[msgspec.Struct], at: str) -> Iterator[str]:
    """Yield a heading, what the group is, and its options."""
    text = HEADS.get(at) or inspect.getdoc(class_) or ""
    yield from ("", f"## {at}", "", " ".join(text.split()), "")
    yield from table(class_, f"{at.removesuffix('[]')}.")
    for field in fields(class_):
        if _group(field):
            yield from section(field.type, f"{at}.{field.name}")


def configuration() -> str:
    """Return the page of all options."""
    lines = [INTRODUCTION, "## General", "", *table(Settings, "")]
    for field in fields(Settings):
        if _group(field):
            lines += section(field.type, field.name)
    lines += section(ModelSettings, "models.NAME")
    lines += section(PriceSettings, "models.NAME.price")
    lines += section(Strategy, "jobs.decide[]")
    return "\n".join([*lines, "", EXAMPLE])


def decisions() -> str:
    """Return the index of the decisions."""
    lines = ["# Decisions", "", "Choices that are not obvious, and the reasons for them.", ""]
    for path in sorted((DOCS / "decisions").glob("*.md")):
        if path.name != "README.md":
            heading = path.read_text(encoding="utf-8").partition("\n")[0]
            lines.append(f"- [{heading.removeprefix('# ')}]({path.name})")
    return "\n".join([*lines, ""])


PAGES = {"configuration.md": configuration, "decisions/README.md": decisions}
"""What makes each page, by its path below docs/."""


def main() -> int:
    """Write the pages, or with ``--check`` compare them."""
    stale = []
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
            print(path)
    if stale and "--check" in sys.argv[1:]:
        print(f"not current: {', '.join(stale)}; run python tools/make_docs.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
