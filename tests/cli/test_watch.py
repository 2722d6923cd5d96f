"""``alexa watch`` as it is installed: delivers, lists, cancels, ends cleanly, prints services."""

from __future__ import annotations

import configparser
import json
import plistlib
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.cli.services import launchd_file, systemd_unit
from alexa_cli.errors import ConfigError
from alexa_cli.store.store import Store
from alexa_cli.watch.due import Due, delivered, schedule

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.config.paths import Paths

LONG_AGO = datetime(2020, 3, 1, 8, 0, tzinfo=UTC)
FAR = datetime(2090, 3, 1, 8, 0, tzinfo=UTC)


def put(paths: Paths, *dues: Due) -> None:
    with Store(paths.database) as store:
        for due in dues:
            schedule(store, due)


def told(paths: Paths) -> list[str]:
    with Store(paths.database) as store:
        return [due.key for due in delivered(store)]


def test_what_is_due_is_delivered_once_with_a_hook(alexa: Any, paths: Paths) -> None:
    put(
        paths,
        Due("timers", "t1", datetime.now(UTC), "Your tea \x1b[7mtimer is done.", kind="timer"),
        Due("reminders", "r1", LONG_AGO, "Call Meg.", kind="reminder", tz="Europe/Berlin"),
        Due("reminders", "r2", FAR, "Not yet."),
    )
    hook = json.dumps([sys.executable, "-c", "import sys; sys.exit(len(sys.argv) - 2)", "$text"])
    ran = alexa("watch", "--once", "--json", "--no-desktop", "--set", f"watch.shell={hook}")
    assert ran.code == 0
    late, timely = map(json.loads, ran.out.splitlines())
    assert (late["id"], late["late"]) == ("reminders/r1", True)
    assert late["text"] == "Call Meg. (late: it was due on Sunday, March 1, 2020 at 9 AM)"
    assert (timely["text"], timely["kind"]) == ("Your tea timer is done.", "timer")
    assert sorted(ran.err.splitlines()) == [
        "alexa: reminders/r1 by shell: told", "alexa: timers/t1 by shell: told",
    ]  # fmt: skip
    assert alexa("watch", "--once").out == ""
    assert sorted(told(paths)) == ["r1", "t1"]


def test_what_is_to_come_is_listed_and_can_be_canceled(inside: Any, paths: Paths) -> None:
    assert inside("watch", "list").err == "nothing is to come\n"
    rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6;BYMINUTE=45"
    put(
        paths,
        Due("reminders", "r2", FAR, "Not\nyet.", tz="Europe/Berlin"),
        Due("alarms", "a1", FAR, "Up.", kind="alarm", repeat=rule),
    )
    ran = inside("watch", "list")
    assert ran.out.splitlines() == [
        "2090-03-01 09:00:00 reminders/r2 (notice): Not yet.",
        "2090-03-01 08:00:00 alarms/a1 (alarm, every weekday at 6:45 AM): Up.",
    ]
    rows = [json.loads(line) for line in inside("watch", "list", "--json").out.splitlines()]
    assert [row["id"] for row in rows] == ["reminders/r2", "alarms/a1"]
    assert inside("watch", "cancel", "alarms/a1").out == "canceled alarms/a1\n"
    ran = inside("watch", "cancel", "alarms/a1")
    assert (ran.code, "alexa watch list" in ran.err) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_it_watches_until_it_is_stopped(alexa: Any, paths: Paths) -> None:
    """Two at once: one tells; experts know that somebody does; SIGINT and SIGTERM end them."""
    watchers = [
        subprocess.Popen(
            [alexa.program, "watch", "--no-desktop"], env=alexa.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    for watcher in watchers:
        assert watcher.stderr is not None
        assert "Ctrl-C ends" in watcher.stderr.readline()
    put(paths, Due("timers", "t1", datetime.now(UTC) + timedelta(seconds=0.3), "Tea."))
    while not told(paths):
        pass
    from alexa_cli.watch.running import anybody_delivering

    with Store(paths.database) as store:
        assert anybody_delivering(store) == "alexa watch"
    watchers[0].send_signal(signal.SIGINT)
    watchers[1].send_signal(signal.SIGTERM)
    said = [watcher.communicate(timeout=60) for watcher in watchers]
    assert [watcher.returncode for watcher in watchers] == [0, 0]
    assert [err for _, err in said] == ["alexa: ended\n"] * 2
    assert sum(out.count("Tea. [timers/t1]") for out, _ in said) == 1
    with Store(paths.database) as store:
        assert anybody_delivering(store) is None


def test_a_bad_hook_is_told_at_the_start(inside: Any) -> None:
    ran = inside("watch", "--once", "--set", "watch.http={bodi: x}")
    assert (ran.code, ran.out) == (4, "")
    assert "watch.http: 'bodi' is no key of a request" in ran.err
    ran = inside("config", "check", env={"ALEXA_WATCH__HTTP": "{url: here}"})
    assert (ran.code, "watch.http: it needs a url" in ran.err) == (4, True)


def test_services_name_the_installed_program(alexa: Any, home: Path) -> None:
    ran = alexa("watch", "--systemd", "--no-desktop", "--set", "watch.late=5m")
    unit = configparser.ConfigParser(interpolation=None)
    unit.read_string(ran.out)
    assert unit["Service"]["ExecStart"] == (
        f'"{alexa.program}" "watch" "--no-desktop" "--set" "watch.late=5m"'
    )
    assert unit["Service"]["Environment"] == f'"ALEXA_HOME={home}"'
    assert "systemctl --user" in ran.err
    ran = alexa("watch", "--launchd")
    plist = plistlib.loads(ran.out.encode())
    assert plist["ProgramArguments"] == [str(alexa.program), "watch"]
    assert plist["EnvironmentVariables"] == {"ALEXA_HOME": str(home)}
    assert alexa("watch", "--launchd", "--systemd").code == 2


def test_odd_paths_are_quoted(tmp_path: Path) -> None:
    argv = ['/opt/a "b" 50%/alexa', "watch", "--set", "watch.shell=[say, $text]"]
    env = {"ALEXA_HOME": "/home/<é> & \\co"}
    unit = systemd_unit(argv, env)
    assert (
        'ExecStart="/opt/a \\"b\\" 50%%/alexa" "watch" "--set" "watch.shell=[say, $$text]"' in unit
    )
    assert 'Environment="ALEXA_HOME=/home/<é> & \\\\co"' in unit
    plist = plistlib.loads(launchd_file(argv, env, tmp_path / "log").encode())
    assert plist["ProgramArguments"] == argv
    assert plist["EnvironmentVariables"] == env
    with pytest.raises(ConfigError, match="line break"):
        systemd_unit(["/a\nExecStop=/bin/rm"], {})
