"""The files with which a system runs ``alexa watch`` always: a systemd unit, a launchd file."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABEL = "alexa-cli.watch"
SYSTEMD_HINT = (
    "alexa: keep it as ~/.config/systemd/user/alexa-watch.service, then:\n"
    "  systemctl --user daemon-reload && systemctl --user enable --now alexa-watch\n"
    "  loginctl enable-linger   (to run it while you are not logged in)\n"
    "  journalctl --user -u alexa-watch -f   (its log)"
)
LAUNCHD_HINT = (
    f"alexa: keep it as ~/Library/LaunchAgents/{LABEL}.plist, then:\n"
    f"  launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/{LABEL}.plist"
)


def executable() -> str:
    """Return the path of the installed ``alexa``. Raises ConfigError if there is none."""
    called = Path(sys.argv[0])
    if called.stem == "alexa" and called.is_file():
        return str(called.absolute())
    for found in (Path(sys.executable).with_name("alexa"), shutil.which("alexa")):
        if found is not None and Path(found).is_file():
            return str(Path(found).absolute())
    raise ConfigError("the program alexa is not installed", hint="pip install alexa-cli")


def systemd_unit(argv: Sequence[str], env: Mapping[str, str]) -> str:
    """Return a unit for a user's own services. Raises ConfigError for what it cannot hold."""
    program, *arguments = argv
    # systemd replaces $ in the arguments of a program, but not in its name.
    items = [_quoted(program), *(_quoted(each.replace("$", "$$")) for each in arguments)]
    lines = [
        "[Unit]",
        "Description=alexa watch: timers, alarms and reminders",
        "",
        "[Service]",
        f"ExecStart={' '.join(items)}",
        *(f"Environment={_quoted(f'{name}={value}')}" for name, value in env.items()),
        "Restart=on-failure",
        "RestartSec=5",
        "TimeoutStopSec=60",
        "",
        "[Install]",
        "WantedBy=default.target",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    if any(ord(character) < 32 for character in text):  # noqa: PLR2004 - control characters
        raise ConfigError(f"a unit cannot hold {text!r}: it has a line break or the like")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def launchd_file(argv: Sequence[str], env: Mapping[str, str], log: Path) -> str:
    """Return a property list for a user's own agents."""
    import plistlib

    plain = {
        "Label": LABEL,
        "ProgramArguments": list(argv),
        "EnvironmentVariables": dict(env),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
    }
    return plistlib.dumps(plain, sort_keys=False).decode()
