"""A home that nothing can be kept in, or that is damaged: said in a line, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli.session import zone_name
from alexa_cli.config.paths import write_private
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cli.conftest import Installed, Ran

REMIND = ("ask", "remind me to call mom tomorrow at noon")
LIST = ("ask", "what are my reminders")
SLOW = pytest.mark.slow


def one_line(ran: Ran, words: str) -> None:
    """What an error is: nothing on stdout, one line that says it, at most a hint behind it."""
    assert ran.out == ""
    first, *rest = ran.err.splitlines()
    assert first.startswith("alexa: ")
    assert words in first
    assert len(rest) <= 1
    assert all(line.startswith("  ") for line in rest)


def to_come(run: Callable[..., Ran]) -> list[str]:
    """The texts of what is due."""
    listed = run("watch", "list", "--json").out.splitlines()
    return [json.loads(line)["text"] for line in listed]


@contextmanager
def mounted(at: Path, *options: str) -> Iterator[None]:
    """Mount something at a folder; skips where that is not allowed."""
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid():
        pytest.skip("needs a system with `mount`, and to be root")
    done = subprocess.run(["mount", *options, str(at)], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"cannot mount here: {done.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


@contextmanager
def read_only(at: Path) -> Iterator[None]:
    """A folder that not even root can write to."""
    with mounted(at, "--bind", str(at)):
        again = ["mount", "-o", "remount,ro,bind", str(at)]
        if subprocess.run(again, check=False, capture_output=True).returncode:
            pytest.skip("cannot mount read-only here")
        yield


def test_a_read_only_home(inside: Callable[..., Ran], home: Path) -> None:
    inside(*REMIND)
    with read_only(home):
        for command in (REMIND, LIST, ("watch", "--once")):
            ran = inside(*command)
            assert ran.code == 1
            one_line(ran, "cannot be opened for writing")
        with pytest.raises(AlexaError, match="cannot write this file"):
            write_private(home / "data" / "any", b"1")
    assert to_come(inside) == ["Reminder: call mom."]


@SLOW
def test_a_read_only_cache_costs_time_alone(alexa: Installed) -> None:
    (alexa.home / "cache").unlink()
    (alexa.home / "cache" / "nearest").mkdir(parents=True)
    with read_only(alexa.home):
        assert alexa("ask", "xyzzy plugh", "--no-save").code == 3
        assert "cannot be written" in alexa("doctor").out


@pytest.mark.parametrize("part", ["home", "data", "database"])
def test_something_else_in_place_of_a_folder_or_the_file(
    inside: Callable[..., Ran], home: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    if part == "home":
        (home / "a file").touch()
        monkeypatch.setenv("ALEXA_HOME", str(home / "a file"))
    elif part == "data":
        (home / "data").touch()
    else:
        (home / "data" / "alexa.db").mkdir(parents=True)
    ran = inside("watch", "list")
    assert ran.code == 4
    one_line(ran, "this is no file" if part == "database" else "cannot make this folder")


def test_a_full_disk(inside: Callable[..., Ran], home: Path, warm_cache: Path) -> None:
    _filled(inside, home, warm_cache, range(0, 80, 40))


@SLOW
@pytest.mark.timeout(600)
def test_a_disk_with_each_little_space(alexa: Installed, warm_cache: Path) -> None:
    _filled(alexa, alexa.home, warm_cache, range(0, 160, 4))


def _filled(run: Callable[..., Ran], home: Path, warm_cache: Path, spaces: range) -> None:
    """With so many KiB left: what is acknowledged is kept, and what is not kept is said."""
    (home / "cache").unlink()
    for space in spaces:
        with mounted(home, "-t", "tmpfs", "-o", "size=3m", "tmpfs"):
            (home / "cache").symlink_to(warm_cache)
            assert run(*REMIND).code == 0
            fill = home / "fill"
            _fill(fill, space * 1024)
            said = run("ask", "remind me to feed the cat tomorrow at one")
            listed = run("ask", "add milk to the shopping list")
            once = run("watch", "--once")
            fill.unlink()
            for ran in (said, listed, once):
                assert ran.code in {0, 1}
                assert ran.code == 0 or "the disk is full" in ran.err
            kept = to_come(run)
            assert "Reminder: call mom." in kept
            assert ("Reminder: feed the cat." in kept) == (said.code == 0), space
            shown = run("ask", "what is on my shopping list").out
            assert ("milk" in shown) == (listed.code == 0), space


def _fill(path: Path, space: int) -> None:
    """Take all the space of a disk but so many bytes."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            file.truncate(max(0, file.tell() - space))


def _header(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(b"this is no database" + content[19:])


def _middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[2 * 4096 : -4096] = b"\xff" * len(content[2 * 4096 : -4096])
    file.write_bytes(content)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:20_000])


def _log(file: Path) -> None:
    file.with_name(file.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(range(256)) * 40)


@pytest.mark.parametrize("damage", [_header, _middle, _cut, _log])
def test_a_damaged_store_is_set_aside(
    inside: Callable[..., Ran], home: Path, damage: Callable[[Path], None]
) -> None:
    inside(*REMIND)
    file = home / "data" / "alexa.db"
    damage(file)
    damaged = file.read_bytes()
    ran = inside(*LIST)
    assert ran.code == 0
    aside = file.with_name("alexa.db.corrupt-1")
    if damage is _log:  # SQLite drops a log that is none: all is there
        assert "call mom" in ran.out
        assert not aside.exists()
        return
    assert "alexa.db.corrupt-1 and a new one was begun" in ran.err
    assert aside.read_bytes() == damaged
    assert inside("ask", "remind me to eat tomorrow at noon").code == 0
    assert to_come(inside) == ["Reminder: eat."]


def test_two_processes_meet_a_damaged_store(alexa: Installed) -> None:
    alexa(*REMIND)
    file = alexa.home / "data" / "alexa.db"
    _header(file)
    both = [alexa.start("ask", f"remind me to {what} tomorrow at noon") for what in ("eat", "run")]
    said = [each.communicate(timeout=60) for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert all(b"Traceback" not in err for _, err in said)
    assert sorted(to_come(alexa)) == ["Reminder: eat.", "Reminder: run."]
    asides = [each.name for each in file.parent.glob("*corrupt-?")]
    assert asides == ["alexa.db.corrupt-1"]


def test_a_store_of_a_newer_version(inside: Callable[..., Ran], home: Path) -> None:
    inside(*REMIND)
    file = home / "data" / "alexa.db"
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA user_version = 999")
    before = file.read_bytes()
    for command in (REMIND, ("watch", "--once")):
        ran = inside(*command)
        assert ran.code == 4
        one_line(ran, "newer version")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "locale",
    [
        "C",
        pytest.param("tr_TR.UTF-8", marks=SLOW),
        pytest.param("de_DE.ISO-8859-1", marks=SLOW),
    ],
)
def test_locales(alexa: Installed, locale: str) -> None:
    """Words are the same everywhere; what a terminal cannot show is a question mark."""
    env = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    ran = alexa("ask", "ADD CRÈME to the SHOPPING LIST", env=env)
    assert ran.code == 0, ran.err
    assert ran.out.lower() in {f"added cr{e}me to your shopping list.\n" for e in "è?"}


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "<+03>-3", "x" * 4000])
def test_a_time_zone_of_the_system_that_is_none(
    inside: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    ran = inside("ask", "what time is it", "--no-save")
    assert ran.code == 0
    assert ran.out.startswith("It's ")


@pytest.mark.parametrize(
    ("variable", "zone"),
    [
        (":America/New_York", "America/New_York"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("<+03>-3", "Etc/GMT-3"),  # POSIX counts to the west, and so do these names
        ("EST5", "Etc/GMT+5"),
        ("UTC0", "Etc/GMT+0"),
    ],
)
def test_what_the_system_calls_its_time_zone(
    monkeypatch: pytest.MonkeyPatch, variable: str, zone: str
) -> None:
    monkeypatch.setenv("TZ", variable)
    assert zone_name(None) == zone


def test_a_time_zone_of_the_settings_that_is_none(inside: Callable[..., Ran], home: Path) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.yaml").write_text("language: en\ntimezone: Nowhere/Land\n")
    ran = inside("ask", "what time is it")
    assert ran.code == 4
    one_line(ran, "config.yaml:2: 'Nowhere/Land' is no time zone")


def test_a_clock_that_was_set_back(inside: Callable[..., Ran]) -> None:
    """What was said before the change is still there, and what was said last is undone."""
    later = ("--now", "2026-11-21T10:00:00+00:00", "--set", "timezone=UTC")
    assert inside(*REMIND, *later).code == 0
    earlier = ("--now", "2026-11-20T10:00:00+00:00", "--set", "timezone=UTC")
    assert inside("ask", "remind me to eat tomorrow at noon", *earlier).code == 0
    listed = inside(*LIST, *earlier)
    assert "tomorrow at noon: eat" in listed.out.lower()
    assert "sunday at noon: call mom" in listed.out.lower()
    assert inside("undo").code == 0
    assert to_come(inside) == ["Reminder: call mom."]
