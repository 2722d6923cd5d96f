"""One file over HTTP: resumed where it broke, and checked against its hash."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO, Protocol

from alexa_cli.errors import AlexaError, Unreachable

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from alexa_cli.models.known import ModelFile

ATTEMPTS = 5
"""Times in a row that a connection may break without a byte having come."""
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0


class Progress(Protocol):
    """Told what happens, so that a screen can show it."""

    def bytes(self, name: str, done: int, total: int) -> None:
        """``done`` of ``total`` bytes of a file are here."""

    def note(self, text: str) -> None:
        """Something worth a line of its own."""


class OutOfReach(Unreachable):
    """The hub cannot be reached, or does not have the file."""


def fetch(file: ModelFile, base: str, folder: Path, progress: Progress) -> None:
    """Fetch one file into ``folder``, going on from its ``.part``.

    Raises OutOfReach if the server cannot be reached or refuses, Unreachable if the connection
    keeps breaking, AlexaError if the bytes are not the right ones.
    """
    done = folder / file.name
    kind, expected = file.hash
    if size_of(done) == file.size and hash_of(done, kind) == expected:
        return
    part = folder / f"{file.name}.part"
    barren = 0
    while (have := size_of(part) or 0) < file.size:
        try:
            _get(f"{base}/{file.name}", file, part, progress)
        except _Cut as cut:
            barren = 0 if (size_of(part) or 0) > have else barren + 1
            if barren >= ATTEMPTS:
                raise _stuck(file, base, size_of(part) or 0, cut) from cut
    settle(file, base, part, done)


class _Cut(Exception):
    """The connection broke; what came is kept."""


def _get(url: str, file: ModelFile, part: Path, progress: Progress) -> None:
    """Make one request for the rest of the file and append what comes."""
    import httpx  # noqa: PLC0415 - 60 ms, only to download

    have = size_of(part) or 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.stream(
            "GET", url, headers=headers, follow_redirects=True, timeout=timeout
        ) as response:
            have = _start(response, url, have)
            with open_private(part, append=bool(have)) as out:
                _receive(response, out, have, file, progress)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
        if have:
            raise _Cut(str(error)) from error
        raise OutOfReach(f"{url} is out of reach: {_reason(error)}") from error
    except (httpx.InvalidURL, httpx.TooManyRedirects) as error:
        raise OutOfReach(f"{url} cannot be fetched: {_reason(error)}") from error
    except httpx.TransportError as error:
        raise _Cut(_reason(error)) from error


def _start(response: httpx.Response, url: str, have: int) -> int:
    """Return how many bytes the server goes on from: 0 if it starts over."""
    status = response.status_code
    if status == 206:  # noqa: PLR2004 - 0.1 MB - partial content
        starts = response.headers.get("content-range", "").partition(" ")[2].partition("-")[0]
        return have if starts == str(have) else _restart(response)
    if status == 200:  # noqa: PLR2004 - the server ignores ranges
        return 0
    raise OutOfReach(f"{url} answers {status} {response.reason_phrase}".rstrip())


def _restart(response: httpx.Response) -> int:
    raise _Cut(f"the server sent another range: {response.headers.get('content-range', 'none')}")


def _receive(
    response: httpx.Response, out: BinaryIO, have: int, file: ModelFile, progress: Progress
) -> None:
    # chunks as they come: a fixed size would lose the last part before a break
    for chunk in response.iter_raw():
        # a server that sends more than the file has is wrong, whatever it sends
        out.write(chunk[: file.size - have])
        have += len(chunk)
        progress.bytes(file.name, min(have, file.size), file.size)
        if have >= file.size:
            return
    if have < file.size:
        raise _Cut("the server closed the connection")


def settle(file: ModelFile, base: str, part: Path, done: Path) -> None:
    """Check the hash and give the file its name; wrong bytes are thrown away."""
    kind, expected = file.hash
    found = hash_of(part, kind)
    if found != expected:
        part.unlink()
        raise AlexaError(
            f"{file.name} from {base} is not the file expected "
            f"({kind} {found[:12]}…, not {expected[:12]}…); nothing was installed",
            hint="a proxy may have sent a page of its own; try again, or another network",
        )
    part.replace(done)


def _stuck(file: ModelFile, base: str, have: int, cut: _Cut) -> Unreachable:
    return Unreachable(
        f"the connection to {base} broke at {megabytes(have)} of {megabytes(file.size)}: {cut}",
        hint="run the same command again: it goes on from there",
    )


def open_private(path: Path, *, append: bool) -> BinaryIO:
    """Open a file for writing that nobody else can read."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if append else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def size_of(path: Path) -> int | None:
    """Return the size in bytes, or None if there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def hash_of(path: Path, kind: str = "sha256") -> str:
    """Return the hash in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def megabytes(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.0f} kB"  # noqa: PLR2004


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
