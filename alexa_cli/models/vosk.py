"""Models of vosk: the published list, and fetching one of it, whole or not at all.

The list says the size and the MD5 of each archive. ``vosk-small-en-us`` is the newest of the
list's ``vosk-model-small-en-us-0.15`` and the like. The archive is foreign: nothing in it may lead
out of its folder, be a link, or grow without bounds.
"""

from __future__ import annotations

import errno
import re
import shutil
import stat
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.config.paths import private_dir, write_private
from alexa_cli.errors import AlexaError, Unreachable, UsageError, did_you_mean
from alexa_cli.models.download import OutOfReach, fetch, megabytes, open_private, size_of
from alexa_cli.models.known import ModelFile
from alexa_cli.models.pull import alone, check_room, disk

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from pathlib import Path

    from alexa_cli.models.download import Progress

PUBLISHED = "https://alphacephei.com/vosk/models"
"""Where the list and the archives are; the environment variable ``VOSK_MODELS`` names a mirror."""
LIST = "model-list.json"
SMALL = "vosk-small-en-us"
"""The one to begin with: 40 MB."""
_LAYOUTS = (("am/final.mdl", "conf/model.conf"), ("final.mdl", "mfcc.conf"))
FILES = "files.json"
"""In a model that was fetched: its files and their sizes, so that a missing one is missed."""
_NAME = re.compile(r"vosk-model-(?P<what>[a-z][a-z0-9-]*?)-(?P<version>\d+(?:\.\d+)*)(?P<more>.*)")
_LIST_BYTES = 2_000_000
_MOST_FILES = 500
_MOST_GROWTH = 20
"""Times that an archive may grow when it is unpacked."""
_CHUNK = 1 << 20


class Published(msgspec.Struct, frozen=True):
    """One entry of the list."""

    name: str
    size: int
    """Bytes of the archive."""
    md5: str
    lang_text: str = ""
    obsolete: str = "false"

    @property
    def short(self) -> str:
        """The name without "model" and version."""
        found = _NAME.fullmatch(self.name)
        return f"vosk-{found['what']}{found['more']}" if found else self.name

    @property
    def version(self) -> tuple[int, ...]:
        """For the newest of the same short name."""
        found = _NAME.fullmatch(self.name)
        return tuple(map(int, found["version"].split("."))) if found else ()


def is_model(folder: Path) -> bool:
    """Whether a folder looks like a model of vosk: today's layout, or the first one; and is whole.

    Of one that was not fetched here nobody knows which files it needs.
    """
    if not any(all((folder / name).is_file() for name in layout) for layout in _LAYOUTS):
        return False
    try:
        sizes = msgspec.json.decode((folder / FILES).read_bytes(), type=dict[str, int])
    except FileNotFoundError:
        return True
    except (OSError, msgspec.MsgspecError):
        return False
    return all(size_of(folder / name) == size for name, size in sizes.items())


def pull_vosk(name: str, models: Path, progress: Progress, *, base: str = PUBLISHED) -> Path:
    """Fetch a model of the list into ``models`` and return its folder; one that is there stays.

    Raises UsageError (none of that name), Unreachable, AlexaError (wrong bytes, an archive that
    is not what it should be, a full disk). What was fetched waits for the next time.
    """
    if re.fullmatch(r"vosk-[a-z0-9.-]+", name) is None:
        raise UsageError(f"{name!r} is no name of a model of vosk", hint=f"such as {SMALL}")
    target = models / name
    if is_model(target):
        return target
    base = base.rstrip("/")
    entry = _find(name, read_list(base))
    private_dir(models)
    with alone(models / f".{name}.lock"), disk(models):
        staging = private_dir(models / f".{name}.part")
        archive = ModelFile(f"{entry.name}.zip", entry.size, md5=entry.md5.lower())
        _tidy(staging, {archive.name, f"{archive.name}.part"})
        check_room(archive.size, staging)
        fetch(archive, base, staging, progress)
        progress.note(f"unpacking {megabytes(entry.size)}")
        unpacked = private_dir(staging / "unpacked")
        unpack(staging / archive.name, unpacked)
        if not is_model(unpacked):
            raise AlexaError(f"{archive.name} holds no model of vosk; nothing was installed")
        _list_files(unpacked)
        shutil.rmtree(target, ignore_errors=True)  # half there, or it would have stayed
        unpacked.rename(target)
        shutil.rmtree(staging, ignore_errors=True)
    return target


def read_list(base: str) -> list[Published]:
    """Fetch the list. Raises OutOfReach, Unreachable (it is no such list)."""
    import httpx  # noqa: PLC0415 - 60 ms, only to download

    url, found = f"{base}/{LIST}", bytearray()
    timeout = httpx.Timeout(30.0, connect=10.0)
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=timeout) as response:
            if not response.is_success:
                raise OutOfReach(f"{url} answers {response.status_code}")
            for chunk in response.iter_bytes():
                found += chunk
                if len(found) > _LIST_BYTES:
                    raise Unreachable(f"{url} is no list of models: larger than 2 MB")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise OutOfReach(
            f"{url} is out of reach: {reason}", hint="set VOSK_MODELS to a mirror of it"
        ) from error
    try:
        entries = msgspec.json.decode(bytes(found), type=list[Published])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreachable(
            f"{url} is no list of models", hint="a proxy may have sent a page of its own"
        ) from error
    return [each for each in entries if _NAME.fullmatch(each.name) and "/" not in each.name]


def _find(name: str, entries: list[Published]) -> Published:
    """Return the newest of that name, short or whole. Raises UsageError."""
    named = [each for each in entries if name in {each.short, each.name}]
    if not named:
        known = {each.short for each in entries if each.obsolete != "true"}
        hint = did_you_mean(name, known) or f"such as {SMALL}"
        raise UsageError(f"there is no model {name!r} in vosk's list", hint=hint)
    return max(named, key=lambda each: (each.obsolete != "true", each.version))


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive's one folder into ``folder``. Raises AlexaError."""
    import zipfile  # noqa: PLC0415 - only here
    import zlib  # noqa: PLC0415 - as above

    try:
        with zipfile.ZipFile(archive) as opened:
            for info, path in _members(opened, archive, folder):
                private_dir(path.parent)
                _copy(opened, info, path)
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # the disk; EINVAL: it says that something begins before the file does
        raise AlexaError(f"{archive.name} is damaged; nothing was installed") from error


def _list_files(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    write_private(folder / FILES, msgspec.json.encode(sizes))


def _members(
    opened: zipfile.ZipFile, archive: Path, folder: Path
) -> list[tuple[zipfile.ZipInfo, Path]]:
    """Return each file and where it goes; refuse an archive that is not one plain folder."""
    members = [info for info in opened.infolist() if not info.is_dir()]
    size = sum(info.file_size for info in members)
    if len(members) > _MOST_FILES or size > _MOST_GROWTH * archive.stat().st_size + _CHUNK:
        raise _refused(archive, f"{len(members)} files of {megabytes(size)}")
    check_room(size, folder)
    return [(info, folder.joinpath(*_inside(info, archive))) for info in members]


def _inside(info: zipfile.ZipInfo, archive: Path) -> Iterator[str]:
    """Return the parts of a member's path below the archive's own folder."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    parts = info.filename.split("/")
    strange = any(not p.isprintable() or set(p) & set('\\:*?"<>|') for p in parts)
    if kind not in {0, stat.S_IFREG} or strange or {"", ".", ".."} & set(parts) or parts[1:] == []:
        raise _refused(archive, f"{info.filename!r}")
    return iter(parts[1:])


def _refused(archive: Path, why: str) -> AlexaError:
    return AlexaError(f"{archive.name} is no archive of a model ({why}); nothing was installed")


def _copy(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    with opened.open(info) as source, open_private(path, append=False) as out:
        # ZipFile stops at the size that the member has, and _members has bounded that
        shutil.copyfileobj(source, out, _CHUNK)


def _tidy(staging: Path, wanted: set[str]) -> None:
    """Throw away what another version, or a run that was killed, left behind."""
    for stray in staging.iterdir():
        if stray.name not in wanted:
            shutil.rmtree(stray) if stray.is_dir() else stray.unlink()


def fetched(name: str, models: Path) -> int | None:
    """Return the bytes of a model that is there, None if it is not."""
    folder = models / name
    if "/" in name or not is_model(folder):
        return None
    return sum(size_of(path) or 0 for path in folder.rglob("*") if path.is_file())
