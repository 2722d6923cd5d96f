"""Finding, linking, compiling and keeping experts."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.catalog.expert import Effect
from alexa_cli.catalog.packages import package_folders
from alexa_cli.catalog.sources import FolderSource, find_sources, shipped_folder
from alexa_cli.catalog.template_compiler import compile_template
from alexa_cli.catalog.templates import matches
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.errors import AlexaError, ConfigError, FileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alexa_cli.config.paths import Paths

EXPERT = """\
name: {name}
description: The {name}.
apis:
  play:
    description: Play.
    effect: {effect}
    parameters: {{song: {{type: string}}, loud: {{enum: [very, slightly], default: very}}}}
    sentences: ["{sentence}", "[please] sing {{song}} [{{loud}} loud]"]
    run: {{shell: [echo, hello]}}
"""


def expert(name: str, sentence: str = "play {song}", effect: str = "read") -> str:
    return EXPERT.format(name=name, sentence=sentence, effect=effect)


def settings(**experts: Any) -> Settings:
    return msgspec.convert({"experts": experts}, Settings)


def test_the_cache_gives_back_what_was_compiled(
    write_expert: Callable[..., Path], paths: Paths
) -> None:
    folder = write_expert(expert("probe")).parent
    first = load_catalogue(Settings(), paths, [folder])
    second = load_catalogue(Settings(), paths, [folder])
    assert second == first
    assert second.experts["probe"].apis["play"].effect is Effect.READ
    template = second.templates[0]
    said = "play hey jude".split()
    [match] = matches(template, said, lambda _slot, _start: None)
    assert match.spans == {"song": (1, 3)}
    assert repr(template.states) == repr(compile_template("play {song}").states)
    [file] = (paths.cache / "catalogue").glob("*.msgpack")
    assert oct(file.stat().st_mode)[-3:] == "600"


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"\x93\x01\x02\x03"])
def test_a_damaged_cache_is_made_anew(
    write_expert: Callable[..., Path], paths: Paths, damage: bytes
) -> None:
    folder = write_expert(expert("probe")).parent
    first = load_catalogue(Settings(), paths, [folder])
    [file] = (paths.cache / "catalogue").glob("*.msgpack")
    whole = file.read_bytes()
    middle = len(whole) // 2
    for content in (damage, whole[:middle], whole[:middle] + b"\xff\xff" + whole[middle + 2 :]):
        file.write_bytes(content)
        assert load_catalogue(Settings(), paths, [folder]) == first
        assert file.read_bytes() == whole


def test_a_change_of_the_same_length_at_the_same_time_is_seen(
    write_expert: Callable[..., Path], paths: Paths
) -> None:
    folder = write_expert(expert("probe", "play {song}"))
    first = load_catalogue(Settings(), paths, [folder.parent])
    times = (folder / "expert.yaml").stat()
    write_expert(expert("probe", "p1ay {song}"))
    os.utime(folder / "expert.yaml", ns=(times.st_atime_ns, times.st_mtime_ns))
    second = load_catalogue(Settings(), paths, [folder.parent])
    assert second.templates[0].text == "p1ay {song}"
    assert second.fingerprint != first.fingerprint


def test_the_fingerprint_follows_content_not_time(
    write_expert: Callable[..., Path], paths: Paths
) -> None:
    folder = write_expert(expert("probe"))
    first = load_catalogue(Settings(), paths, [folder.parent])
    os.utime(folder / "expert.yaml", (1, 1))
    assert load_catalogue(Settings(), paths, [folder.parent]).fingerprint == first.fingerprint
    (folder / "data.txt").write_text("new")
    assert load_catalogue(Settings(), paths, [folder.parent]).fingerprint != first.fingerprint


def test_the_warm_path_reads_no_yaml_and_compiles_nothing(
    write_expert: Callable[..., Path], paths: Paths
) -> None:
    folder = write_expert(expert("probe")).parent
    code = (
        "import sys, os\nfrom pathlib import Path\n"
        "from alexa_cli.config.paths import find_paths\n"
        "from alexa_cli.config.settings import Settings\n"
        "from alexa_cli.catalog.catalogue import load_catalogue\n"
        "load_catalogue(Settings(), find_paths(os.environ), sys.argv[1:])\n"
        "print(sorted({'yaml', 'hassil', 'httpx', 'importlib.metadata'} & sys.modules.keys()))"
    )
    for cold in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True
        )
        assert ("hassil" in done.stdout) == cold
        assert cold or done.stdout.strip() == "[]"


def test_a_later_place_wins_whole(tmp_path: Path, paths: Paths) -> None:
    for place, sentence in (("a", "one {song}"), ("b", "two {song}")):
        for name in ("first", "second") if place == "a" else ("second",):
            folder = tmp_path / place / name
            folder.mkdir(parents=True)
            (folder / "expert.yaml").write_text(expert(name, sentence))
    catalogue = load_catalogue(Settings(), paths, [tmp_path / "a", tmp_path / "b"])
    assert [t.text for t in catalogue.templates if t.text[-6:] == "{song}"] == [
        "one {song}",
        "two {song}",
    ]
    assert catalogue.experts["second"].folder == str(tmp_path / "b" / "second")


def test_usual_places(tmp_path: Path, paths: Paths) -> None:
    (tmp_path / "more").mkdir()
    sources = find_sources(settings(folders=[str(tmp_path / "more")]), paths)
    assert [source.name.partition(" ")[0] for source in sources][:2] == ["shipped", "user"]
    assert sources[-1].name == f"folder {tmp_path / 'more'}"


def test_experts_can_be_turned_off_even_if_broken(
    write_expert: Callable[..., Path], paths: Paths
) -> None:
    folder = write_expert(expert("probe")).parent
    write_expert("name: [", name="broken")
    with pytest.raises(FileError, match=r"broken.expert\.yaml:\d+: broken YAML"):
        load_catalogue(Settings(), paths, [folder])
    assert set(load_catalogue(settings(off=["broken"]), paths, [folder]).experts) == {"probe"}


def test_a_folder_without_experts_is_refused_only_if_asked_for(tmp_path: Path) -> None:
    assert FolderSource("user", tmp_path / "none").load() == []
    with pytest.raises(ConfigError, match="no such folder"):
        FolderSource("folder", tmp_path / "none", must_exist=True).load()
    with pytest.raises(ConfigError, match="holds no expert"):
        FolderSource("folder", tmp_path, must_exist=True).load()


def test_two_experts_of_one_name_in_one_place(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "expert.yaml").write_text(expert("same"))
    with pytest.raises(FileError, match="'same' is already in"):
        FolderSource("folder", tmp_path).load()


def test_links_that_lead_out_are_refused(write_expert: Callable[..., Path], paths: Paths) -> None:
    folder = write_expert(expert("probe"))
    (folder / "secret.txt").symlink_to("/etc/hostname")
    with pytest.raises(FileError, match="leads out of the expert's folder"):
        load_catalogue(Settings(), paths, [folder.parent])
    (folder / "secret.txt").unlink()
    (folder / "inner.txt").symlink_to(folder / "expert.yaml")
    outside = folder.parent.parent / "link"
    outside.symlink_to(folder)
    assert set(load_catalogue(Settings(), paths, [outside]).experts) == {"probe"}


def test_unknown_names_are_answered_with_the_nearest(
    write_expert: Callable[..., Path], paths: Paths
) -> None:
    catalogue = load_catalogue(Settings(), paths, [write_expert(expert("probe"))])
    assert catalogue.api("probe.play").full_name == "probe.play"
    with pytest.raises(AlexaError, match=r"did you mean 'probe\.play'"):
        catalogue.api("probe.pley")
    with pytest.raises(AlexaError, match="did you mean 'probe'"):
        catalogue.expert("prob")


# hooks and steps ----------------------------------------------------------------------------


def compiled(tmp_path: Path, *yamls: str, **experts: Any) -> Catalogue:
    for number, yaml in enumerate(yamls):
        folder = tmp_path / "experts" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "expert.yaml").write_text(yaml)
    source = FolderSource("folder", tmp_path / "experts")
    home = find_paths({"ALEXA_HOME": str(tmp_path / "home")})
    return load_catalogue(settings(**experts), home, sources=[source])


def test_a_hook_replaces_run(tmp_path: Path) -> None:
    hook = {"probe.play": {"shell": ["beep", "--song=$song"]}}
    api = compiled(tmp_path, expert("probe", effect="irreversible"), hooks=hook).api("probe.play")
    assert api.run is not None
    assert api.run.spec == {"shell": ["beep", "--song=$song"]}
    assert api.effect is Effect.IRREVERSIBLE


def test_hooks_are_in_no_cache(tmp_path: Path) -> None:
    hook = {"probe.play": {"http": {"url": "http://x/y", "headers": {"Authorization": "sesame"}}}}
    first = compiled(tmp_path, expert("probe", effect="irreversible"), hooks=hook)
    assert "sesame" in str(first.api("probe.play").run)
    cached = [each for each in (tmp_path / "home").rglob("*") if each.is_file()]
    assert cached
    assert not any(b"sesame" in each.read_bytes() for each in cached)
    assert compiled(tmp_path, hooks=hook) == first
    plain = compiled(tmp_path)
    assert plain.api("probe.play").run != first.api("probe.play").run
    assert plain.fingerprint != first.fingerprint


def test_no_error_about_a_hook_shows_a_secret(tmp_path: Path) -> None:
    hook = {"probe.play": {"http": {"url": "http://x/y", "headers": {"Authorization": "se $x"}}}}
    with pytest.raises(ConfigError) as caught:
        compiled(tmp_path, expert("probe", effect="irreversible"), hooks=hook)
    assert "se $x" not in str(caught.value)
    assert "Authorization" in str(caught.value)


@pytest.mark.parametrize(
    ("hooks", "message"),
    [
        ({"probe.pley": {"shell": ["x"]}}, "no API 'probe.pley'\n  did you mean 'probe.play'"),
        ({"probe.play": {"shel": ["x"]}}, "unknown key 'shel'"),
        ({"probe.play": {"shell": ["x", "$sonk"]}}, "$sonk names no parameter"),
        ({"probe.bare": {"shell": ["x"]}}, "declares no effect"),
    ],
)
def test_a_bad_hook_says_where(tmp_path: Path, hooks: dict[str, Any], message: str) -> None:
    yaml = expert("probe") + "  bare: {description: Nothing to run.}\n"
    with pytest.raises(ConfigError) as caught:
        compiled(tmp_path, yaml, hooks=hooks)
    assert message in str(caught.value)
    assert "experts.hooks" in str(caught.value)


SCENE = """\
name: scenes
description: Several at once.
apis:
  party:
    description: Party.
    {more}
    parameters: {{what: {{type: string}}}}
    run: {{steps: [{steps}]}}
  other: {{description: x, run: {{steps: [{{call: party}}]}}}}
"""


def test_steps_take_the_most_dangerous_effect(tmp_path: Path) -> None:
    scene = SCENE.format(more="", steps='{call: probe.play, arguments: {song: "$what"}}')
    catalogue = compiled(tmp_path, expert("probe", effect="irreversible"), scene)
    for name in ("scenes.party", "scenes.other"):
        api = catalogue.api(name)
        assert (api.effect, api.confirm, api.speculate) == (Effect.IRREVERSIBLE, True, False)
    assert catalogue.api("scenes.other").run.spec == {  # type: ignore[union-attr]
        "steps": [{"call": "scenes.party", "arguments": {}}]
    }


@pytest.mark.parametrize(
    ("more", "steps", "message", "hint"),
    [
        ("", "{call: probe.pley}", "there is no API 'probe.pley'", "did you mean 'probe.play'"),
        ("", "{call: other}", "scenes.party -> scenes.other -> scenes.party", ""),
        ("", "{call: probe.play, arguments: {sonk: x}}", "no parameter 'sonk'", "'song'"),
        ("effect: read", "{call: probe.play}", "more than the read it declares", "leave it out"),
        ("speculate: true", "{call: probe.play}", "needs an undo", ""),
    ],
)
def test_what_is_wrong_with_steps(
    tmp_path: Path, more: str, steps: str, message: str, hint: str
) -> None:
    with pytest.raises(FileError) as caught:
        compiled(
            tmp_path, expert("probe", effect="reversible"), SCENE.format(more=more, steps=steps)
        )
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert caught.value.line == 4


@pytest.mark.parametrize(
    ("each", "apis", "message"),
    [(4, 4, "its steps come to 256 calls, at most 100"), (1, 6, "more than 5 deep")],
)
def test_steps_that_fan_out_or_nest_without_end_are_refused(
    tmp_path: Path, each: int, apis: int, message: str
) -> None:
    """They would run for longer than anybody waits, and to look at them took as long."""
    lines = ["name: boom", "description: x", "apis:", "  play: {description: x, effect: read,"]
    lines.append("    run: {shell: [date]}}")
    for number in range(apis):
        called = f"boom.a{number + 1}" if number + 1 < apis else "boom.play"
        lines.append(f"  a{number}: {{description: x, sentences: [go a{number}],")
        lines.append(f"    run: {{steps: [{', '.join(['{call: ' + called + '}'] * each)}]}}}}")
    with pytest.raises(FileError) as caught:
        compiled(tmp_path, "\n".join(lines))
    assert message in caught.value.message
    assert caught.value.line == 6


# overlaps -----------------------------------------------------------------------------------

TIMED = """\
name: {name}
description: x
context: [rooms]
apis:
  go:
    description: x
    parameters:
      a: {{x-type: {kind}}}
      r: {{x-list: rooms}}
      c: {{enum: {choices}}}
      free: {{}}
    sentences: ["{sentence}"]
"""


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ("go [on] at {a}", "go at {a}", True),
        ("go at {a}", "go at {r}", False),
        ("paint it {c}", "paint it {c}", True),
        ("light in {r}", "[the] light in {r} [now]", True),
        ("play {free}", "play {free} now", True),
        ("play the news", "play {free}", False),  # more literal words: no tie
        ("stop", "halt", False),
    ],
)
def test_overlaps_between_experts_are_found(
    tmp_path: Path, first: str, second: str, *, overlaps: bool
) -> None:
    one = TIMED.format(name="one", kind="date", choices="[red, blue]", sentence=first)
    two = TIMED.format(name="two", kind="date", choices="[green, red]", sentence=second)
    found = compiled(tmp_path, one, two).overlaps
    ties = [overlap for overlap in found if overlap.tie]
    if "{free} now" not in second:
        assert bool(ties) == overlaps
    assert bool(found) == (overlaps or "{free}" in second)
    for overlap in found:
        assert {overlap.first, overlap.second} == {"one.go", "two.go"}


def test_the_shipped_experts_load_and_do_not_tie(paths: Paths) -> None:
    catalogue = load_catalogue(Settings(), paths, [shipped_folder()])
    assert {"smart_home", "timers", "lists", "contacts", "control"} <= catalogue.experts.keys()
    assert [overlap for overlap in catalogue.overlaps if overlap.tie] == []


# packages -----------------------------------------------------------------------------------


def test_experts_of_packages_are_found_without_importing_them(tmp_path: Path) -> None:
    site, cache = tmp_path / "site", tmp_path / "cache"
    (site / "garden" / "experts" / "pond").mkdir(parents=True)
    (site / "garden" / "__init__.py").write_text("raise SystemExit('imported')\n")
    (site / "garden" / "experts" / "__init__.py").write_text("")
    assert package_folders(cache, [str(site)]) == []
    info = site / "garden-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: garden\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[alexa_cli.experts]\nall = garden.experts\n")
    os.utime(site, (5, 5))
    expected = [("garden", str(site / "garden" / "experts"))]
    assert package_folders(cache, [str(site)]) == expected
    (info / "entry_points.txt").unlink()  # not seen until the folder changes: it was kept
    assert package_folders(cache, [str(site)]) == expected
    os.utime(site, (6, 6))
    assert package_folders(cache, [str(site)]) == []
