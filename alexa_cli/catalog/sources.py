"""Places where experts are found. Each loads its experts and has a fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from alexa_cli.catalog.files import content_hash, stamp
from alexa_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.expert import Expert
    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import Settings

_DECLARATION = "expert.yaml"


class Source(Protocol):
    """A place of experts."""

    @property
    def name(self) -> str:
        """``shipped``, ``user``, ``package NAME`` or ``folder PATH``."""

    def fingerprint(self) -> str:
        """Return what changes when its experts may have changed. Cheap: asked at every start."""

    def load(self) -> list[Expert]:
        """Load the experts. Raises FileError for the first thing that is wrong."""


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder of expert folders, or one expert's own folder."""

    name: str
    folder: Path
    must_exist: bool = False
    """Raise ConfigError if the folder is missing or holds no expert."""
    off: frozenset[str] = frozenset()
    """Folders that are not even read: the names of experts that are turned off."""

    def folders(self) -> list[Path]:
        """Return the folders of its experts, sorted. Raises ConfigError."""
        found: list[Path] = []
        try:
            if (self.folder / _DECLARATION).is_file():
                found = [self.folder]
            elif self.folder.is_dir():
                found = sorted(
                    inner
                    for inner in self.folder.iterdir()
                    if (inner / _DECLARATION).is_file() and not inner.name.startswith(".")
                )
        except (OSError, ValueError) as error:
            raise ConfigError(f"{self.folder}: cannot read this folder: {error}") from error
        if not found and self.must_exist:
            what = "holds no expert" if self.folder.is_dir() else "no such folder"
            hint = "an expert is a folder with an expert.yaml: alexa experts new NAME makes one"
            raise ConfigError(f"{self.folder}: {what}", hint=hint)
        return [folder for folder in found if folder.name not in self.off]

    def fingerprint(self) -> str:
        """Return paths, sizes and times of all files of its experts, hashed; "" without any."""
        stamps = [stamp(folder) for folder in self.folders()]
        return " ".join([str(self.folder), *stamps]) if stamps else ""

    def load(self) -> list[Expert]:
        """Load the experts. Raises FileError for the first thing that is wrong."""
        from alexa_cli.catalog.build import build_folder  # noqa: PLC0415 - YAML, hassil

        experts: dict[str, Expert] = {}
        for folder in self.folders():
            built = build_folder(folder, source=self.name, fingerprint=content_hash(folder))
            expert = built.usable()
            if (other := experts.get(expert.name)) is not None:
                raise built.report.document.error(
                    f"the expert {expert.name!r} is already in {other.folder}", ("name",)
                )
            experts[expert.name] = expert
        return list(experts.values())


def shipped_folder() -> Path:
    """Return the folder of the experts that ship: in the wheel, or beside the package."""
    package = Path(__file__).parent.parent
    inside = package / "experts"
    return inside if inside.is_dir() else package.parent / "experts"


def find_sources(
    settings: Settings, paths: Paths, folders: Sequence[Path | str] = ()
) -> list[Source]:
    """Return where experts come from, a later place winning: or only ``folders``, if given."""
    off = frozenset(settings.experts.off)
    if folders:
        return [_given(Path(folder), off) for folder in folders]
    from alexa_cli.catalog.packages import package_folders  # noqa: PLC0415 - scans sys.path

    return [
        FolderSource("shipped", shipped_folder(), off=off),
        FolderSource("user", paths.config / "experts", off=off),
        *(
            FolderSource(f"package {name}", Path(folder), off=off)
            for name, folder in package_folders(paths.cache)
        ),
        *(_given(Path(folder), off) for folder in settings.experts.folders),
    ]


def _given(folder: Path, off: frozenset[str]) -> FolderSource:
    try:
        whole = folder.expanduser().absolute()
    except (OSError, RuntimeError) as error:  # the current folder is gone, there is no such user
        raise ConfigError(f"{folder}: cannot find this folder: {error}") from error
    return FolderSource(f"folder {folder}", whole, must_exist=True, off=off)
