"""Makes docs/terminal.svg, the picture of a terminal in README.md.

Runs real commands with the installed ``alexa`` in an empty home and draws what they print: the
answer (stdout) plain, what goes with it (stderr) dim. Needs a system with pseudo-terminals.

    python tools/make_picture.py
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "terminal.svg"
COLUMNS = 92
COMMANDS = (
    ("turn", "on", "the", "kitchen", "light"),
    ("turn off everything in the living room and set a timer for twenty five minutes",),
    ("call", "meg"),
    ("-c", "never", "mind"),
    ("ask", "--trace", "how long is left on my timer"),
)
"""What is typed after ``alexa``, one command after another in the same home."""

THEME = TerminalTheme(
    (24, 26, 31),
    (222, 226, 230),
    [
        (24, 26, 31), (224, 108, 117), (137, 202, 120), (229, 192, 123),
        (97, 175, 239), (198, 120, 221), (86, 182, 194), (222, 226, 230),
    ],
)  # fmt: skip
FRAME = """<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>alexa in a terminal</title>
<style>
  .{unique_id}-matrix {{
    font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
  }}
  .{unique_id}-title {{ font-family: system-ui, sans-serif; font-size: 18px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
  <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Rich's own frame without the font that it would fetch from the network."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command, and what it printed."""

    words: tuple[str, ...]
    code: int
    stdout: str
    stderr: str

    @property
    def typed(self) -> str:
        """The command as one types it."""
        quoted = (f'"{word}"' if " " in word else word for word in self.words)
        return " ".join(("alexa", *quoted))


def run(words: tuple[str, ...], home: Path) -> Ran:
    """Run ``alexa`` with each of its outputs on a terminal of its own, ``COLUMNS`` wide."""
    command = Path(sys.executable).with_name("alexa")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALEXA_")}
    environment = kept | {"ALEXA_HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environment.pop("COLUMNS", None)
    ends = [pty.openpty(), pty.openpty()]
    for _, end in ends:
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [command, *words],
        stdin=subprocess.DEVNULL,
        stdout=ends[0][1],
        stderr=ends[1][1],
        env=environment,
        cwd=home,
    )
    for _, end in ends:
        os.close(end)
    stdout, stderr = (_read(end) for end, _ in ends)  # short enough that neither fills up
    return Ran(words, process.wait(), stdout, stderr)


def _read(end: int) -> str:
    read = b""
    while True:
        try:
            part = os.read(end, 65536)
        except OSError:  # on Linux a terminal whose other end is closed ends so
            part = b""
        if not part:
            os.close(end)
            return read.decode().replace("\r\n", "\n")
        read += part


def session() -> list[Ran]:
    """Run all ``COMMANDS`` in one empty home."""
    with tempfile.TemporaryDirectory() as home:
        return [run(words, Path(home)) for words in COMMANDS]


def draw(ran: list[Ran]) -> str:
    """Return the picture of commands and what they printed."""
    console = Console(
        record=True,
        width=COLUMNS,
        height=40,
        file=io.StringIO(),
        force_terminal=True,
        highlight=False,
    )
    for place, each in enumerate(ran):
        if place:
            console.print()
        console.print(Text.assemble(("$ ", "green"), (each.typed, "bold")))
        console.print(Text.from_ansi(each.stdout.rstrip("\n")))
        if each.stderr:
            dim = Text.from_ansi(each.stderr.rstrip("\n"))
            dim.stylize("dim")
            console.print(dim)
    return console.export_svg(
        title="alexa", theme=THEME, code_format=FRAME, unique_id="alexa", font_aspect_ratio=0.6
    )


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(draw(session()), encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
