"""Break files that people write, and see that each is either refused clearly or loaded.

    python tools/fuzz_yaml.py [N] [--seed S] [--kind expert|config|...]

Takes the shipped experts, the example config and a fuller one, the example home, changes to it as
they are kept, the prompt texts, the label map and the experts' cases, changes one at random, and
reads it as the program does. Right is an error that names the file and the line, in a few
printable lines, or an object that can be used. Wrong is any other
exception, anything run on the way, and more than ``SECONDS``. A trial depends on the seed and its
number alone: the number that is printed brings it back (``1 --seed S --first NUMBER``).
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog.cache import decode, encode
from alexa_cli.catalog.check import check_folders
from alexa_cli.catalog.compiling import compile_experts
from alexa_cli.cli.eval import load_map
from alexa_cli.config.files import load_yaml
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import load_settings, options
from alexa_cli.context.changes import Changes
from alexa_cli.context.household import EXAMPLE, load_household
from alexa_cli.errors import AlexaError, FileError
from alexa_cli.language.text import printable
from alexa_cli.measure.suite import load_suite
from alexa_cli.prompt.texts import load_texts
from alexa_cli.store.store import Store
from alexa_cli.watch.channels import channels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPO = Path(__file__).resolve().parent.parent
DATA = REPO / "tests" / "data" / "fuzz"
SECONDS = 20
"""No file that is allowed takes longer, on a slow machine either."""
STRUCTURAL, DEEPER = 0.4, 0.8
"""Shares of trials that change the structure, and of steps that go further into it."""
MAX_ERROR = 4_000
"""Characters of an error, its hint included."""
_WITHOUT_LINE = (
    "larger than", "longer than", "cannot read", "is not set", "this is no expert",
    "holds no expert",
)  # fmt: skip
"""Beginnings of errors about a file as a whole."""

JUNK = (
    "\0", "\x1b[31m", "\x1b]0;x\x07", "\x9b2J", "\u202e", "\t", "\r", "\x85", "\ufeff",
    "\U0001f600", "{", "}", "[", "]", "(", "|", "<", ">", "&a ", "*a", "!x ", "<<: ", "- ", ": ",
    "? ", "'", '"',
    "%", "@", "`", "#", "$", "${", "${HOME}", "$$", "---\n", "...\n", "\n", "\n\n  ", "~", "=",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**17, 0.5, -1e300, "", " ", "x", "../../x", "/etc/passwd", "$x",
    "$1", "$outcome.x", "${", "{x}", "{", "}", "[x", "[x]", "<x>", "<", "(a|b", "(a|b)",
    "[[x](y)](z)", "a: b", "yes", "é\u202ex", "\x1b[31m", "x" * 5_000, "[x] " * 300, "((((" * 50,
    "5s", "-5s", "en", "irreversible", "read", "steps", "datetime", "x:y", "os:system",
    "__import__:x", "a.b.c:d", [], {}, [[]], [None], {"": None}, {"x": "x"}, [{"x": []}] * 3,
    {"python": "os:system"}, {"shell": ["rm", "-rf", "$x"]}, {"shell": []}, {"http": {"url": "file:///etc/passwd"}},
    {"http": {"url": "http://$x/"}}, {"steps": [{"call": "x"}]}, {"en": ["x"]}, {"en": 3},
)  # fmt: skip
CANARY = "import pathlib\npathlib.Path(__file__).with_name('canary').write_text('run')\n"


class Wrong(AssertionError):
    """The program did not do what it should with a broken file."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of file: where whole ones are, and how the program reads one (given its folder)."""

    name: str
    originals: tuple[Path, ...]
    file: str
    use: Callable[[Path], object]


def use_expert(folder: Path) -> None:
    """Check the expert, and compile it if nothing is wrong with it."""
    checked = check_folders([folder])
    for problem in checked.problems:
        judge(problem.fault)
    if checked.errors:
        raise next(each.fault for each in checked.problems if each.level == "error")
    catalogue = compile_experts(checked.experts)
    if decode(encode(catalogue)).experts != catalogue.experts:
        raise Wrong("the cache gives another catalogue back")


def use_config(folder: Path) -> None:
    """Load the settings, and look at each as ``config show`` does."""
    paths = find_paths({"ALEXA_HOME": str(folder)})
    loaded = load_settings(paths, file=folder / "config.yaml", env={"HOME": str(folder)})
    json.dumps(loaded.shown())
    for at, _ in options(loaded.settings):
        if not at:
            raise Wrong("an option has no name")

    try:
        channels(loaded.settings, desktop=False)
    except AlexaError as error:  # `config check` says it: the option is named, not a line
        judge(FileError(error.message, path="config.yaml", line=1))


def use_changes(folder: Path) -> None:
    """Lay the changes over the example home, as every turn does: none of them is an error."""
    text = (folder / "changes.json").read_bytes().decode(errors="replace")
    with Store(":memory:") as store:
        store.database.execute("INSERT INTO state VALUES (?,?,?)", ("@household", "changes", text))
        home = Changes().current(load_household(EXAMPLE), store)
        for names in home.lists.values():
            names.find("the kitchen light")


def use_household(folder: Path) -> None:
    """Load the home, and look a name up in every list."""
    household = load_household(folder / "household.yaml")
    for names in household.lists.values():
        names.find("the kitchen light")
        for name in names:
            if names.get(name.id) is None:
                raise Wrong(f"{name.id!r} is not found by its id")


def kinds() -> dict[str, Kind]:
    """Return every kind of file by its name."""
    experts = sorted((REPO / "experts").glob("*/expert.yaml"))
    cases = sorted((REPO / "experts").glob("*/cases.jsonl"))
    configs = (REPO / "config.example.yaml", DATA / "config.yaml")
    texts = sorted((REPO / "prompts").glob("*.md"))
    prompts = tuple(each for each in texts if each.name != "README.md")
    labels = REPO / "tools" / "hwu64_map.yaml"
    all_kinds = (
        Kind("expert", tuple(experts), "expert.yaml", use_expert),
        Kind("config", configs, "config.yaml", use_config),
        Kind("household", (EXAMPLE,), "household.yaml", use_household),
        Kind("changes", (DATA / "changes.json",), "changes.json", use_changes),
        Kind("prompt", prompts, "plan.md", lambda at: load_texts([at])),
        Kind("map", (labels,), "map.yaml", lambda at: load_map(at / "map.yaml")),
        Kind("suite", tuple(cases), "suite.jsonl", lambda at: load_suite(at / "suite.jsonl")),
    )
    return {kind.name: kind for kind in all_kinds}


# Breaking -------------------------------------------------------------------------------------


def broken(text: str, chance: random.Random) -> bytes:
    """Return ``text`` changed in one to three places, by its letters or by its structure."""
    if chance.random() < STRUCTURAL and (changed := _restructured(text, chance)) is not None:
        return changed.encode("utf-8", errors="surrogatepass")
    content = text.encode()
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(_BREAKS)(content, chance)
    return content


def _cut(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    return content[:start] + content[start + chance.randint(1, 40) :]


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(JUNK).encode() + content[at:]


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return b"\xff"
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _lines(content: bytes, chance: random.Random) -> bytes:
    """Drop, double, indent, or move a line."""
    lines = content.split(b"\n")
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines[at] = b" " * chance.randint(1, 4) + lines[at]
        case _:
            lines.insert(to, lines.pop(at))
    return b"\n".join(lines)


def _bomb(content: bytes, chance: random.Random) -> bytes:
    """Append what grows: aliases of aliases, deep nesting, very many or very long lines."""
    levels = [f"z{n + 1}: &z{n + 1} [{', '.join([f'*z{n}'] * 9)}]" for n in range(9)]
    bombs = (
        "\n".join(["z0: &z0 [x, x]", *levels]),
        "deep: " + "[" * 2_000,
        "deep: " + "{a: " * 500,
        "many: [" + "x," * 400_000,
        "long: " + "x" * chance.choice((10_000, 999_000, 1_100_000)),
        "\n".join(f"k{n}: {n}" for n in range(50_000)),
    )
    return content + b"\n" + chance.choice(bombs).encode()


_BREAKS = (_cut, _cut, _truncate, _insert, _insert, _insert, _flip, _lines, _lines, _lines, _bomb)


def _restructured(text: str, chance: random.Random) -> str | None:
    """Return a file with one value, key or member changed, as JSON, which is YAML as well."""
    lines = text.splitlines()
    if text.startswith("---"):  # Markdown behind YAML
        _, front, rest = text.split("---", 2)
        data = _changed(load_yaml("original", front).data, chance)
        return f"---\n{json.dumps(data)}\n---{rest}"
    if text.lstrip().startswith("{") and len(lines) > 1 and lines[1][:1] == "{":  # JSON lines
        at = chance.randrange(len(lines))
        lines[at] = json.dumps(_changed(json.loads(lines[at]), chance))
        return "\n".join(lines)
    return json.dumps(_changed(load_yaml("original", text).data, chance), indent=1)


def _changed(data: Any, chance: random.Random) -> Any:  # noqa: ANN401 - any JSON
    """Walk down at random and change what is there."""
    here, parents = data, list[tuple[Any, Any]]()
    while isinstance(here, dict | list) and here and (not parents or chance.random() < DEEPER):
        key = chance.choice(list(here)) if isinstance(here, dict) else chance.randrange(len(here))
        parents.append((here, key))
        here = here[key]
    if not parents:
        return chance.choice(VALUES)
    inside, key = parents[-1]
    match chance.choice(("delete", "rename", "add", "replace")), inside:
        case "delete", _:
            del inside[key]
        case "rename", dict():
            new = chance.choice([key[:-1], key + "s", key.upper(), "", "../x", "x y"])
            inside[new] = inside[key]
        case "add", dict():
            inside[chance.choice(["x", *map(str, inside)])] = chance.choice(VALUES)
        case _:
            inside[key] = chance.choice(VALUES)
    return data


# Judging --------------------------------------------------------------------------------------


def judge(error: AlexaError) -> None:
    """Raise Wrong for an error that helps nobody."""
    text = str(error)
    if len(text) > MAX_ERROR:
        raise Wrong(f"an error of {len(text):,} characters: {text[:200]!r}")
    if printable(text) != text:
        raise Wrong(f"an error with invisible characters: {text!r}")
    if not isinstance(error, FileError):
        raise Wrong(f"an error that names no file: {type(error).__name__}: {text}")
    if error.line is None and not any(each in text for each in _WITHOUT_LINE):
        raise Wrong(f"an error without a line: {text}")


@contextmanager
def _in_time(seconds: int) -> Iterator[None]:
    """Raise Wrong after so many seconds, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(_number: int, _frame: object) -> None:
        raise Wrong(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def trial(kind: Kind, seed: int, number: int, folder: Path) -> str:
    """Run one trial in an empty folder; returns "refused" or "loaded". Raises Wrong."""
    chance = random.Random(f"{kind.name} {seed} {number}")
    original = chance.choice(kind.originals)
    content = broken(original.read_text(encoding="utf-8"), chance)
    (folder / kind.file).write_bytes(content)
    modules = {path.stem for path in original.parent.glob("*.py")}
    for module in modules if kind.name == "expert" else ():
        (folder / f"{module}.py").write_text(CANARY, encoding="utf-8")
    try:
        with _in_time(SECONDS):
            kind.use(folder)
        verdict = "loaded"
    except AlexaError as error:
        judge(error)
        verdict = "refused"
    except Exception as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong(f"{type(error).__name__}: {error}") from error
    if (folder / "canary").exists():
        raise Wrong("the expert's code was run")
    return verdict


def main() -> int:
    """Run the trials and say how they went; returns 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("count", nargs="?", type=int, default=300, help="trials of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first trial")
    parser.add_argument("--kind", choices=sorted(kinds()))
    given = parser.parse_args()
    wrong = 0
    for kind in kinds().values():
        if given.kind not in {None, kind.name}:
            continue
        found = {"refused": 0, "loaded": 0, "wrong": 0}
        for number in range(given.first, given.first + given.count):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    found[trial(kind, given.seed, number, Path(folder))] += 1
                except Wrong as error:
                    found["wrong"] += 1
                    sys.stderr.write(f"{kind.name} {number}: {printable(str(error))[:400]}\n")
        print(f"{kind.name:<10} " + ", ".join(f"{count} {what}" for what, count in found.items()))
        wrong += found["wrong"]
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
