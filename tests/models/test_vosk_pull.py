"""Fetching models of vosk from a real server with a list of its own."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from alexa_cli.errors import AlexaError, Unreachable, UsageError
from alexa_cli.models.vosk import Published, is_model, pull_vosk

Any_ = Any  # the fixtures' classes live in conftest
FULL = "vosk-model-small-en-us-0.15"
ARCHIVE = f"{FULL}.zip"
FILES = {
    f"{FULL}/am/final.mdl": bytes(range(256)) * 800,
    f"{FULL}/conf/model.conf": b"--beam=13\n",
    f"{FULL}/graph/words.txt": b"<eps> 0\n",
}


def zipped(files: dict[str, bytes], *links: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def publish(hub: Any_, archive: bytes, **more: object) -> None:
    md5 = hashlib.new("md5", archive, usedforsecurity=False).hexdigest()
    entry = {
        "name": FULL, "lang": "en-us", "lang_text": "US English", "type": "small",
        "size": len(archive), "md5": md5, "obsolete": "false",
        "version": "0.15", "url": "https://elsewhere.invalid/x.zip",
    }  # fmt: skip
    old = entry | {"name": "vosk-model-small-en-us-0.3", "obsolete": "true", "md5": "0" * 32}
    other = entry | {"name": "vosk-model-de-0.21"}
    hub.files[ARCHIVE] = archive
    hub.files["model-list.json"] = json.dumps([old, entry | more, other]).encode()


@pytest.fixture
def published(hub: Any_) -> Any_:
    publish(hub, zipped(FILES))
    return hub


def nothing_there(models: Path) -> bool:
    return not list(models.glob("vosk*"))


def test_a_model_arrives_whole_and_private(published: Any_, notes: Any_, tmp_path: Path) -> None:
    folder = pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url + "/")
    assert folder == tmp_path / "vosk-small-en-us"
    found = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    listed = found.pop("files.json")
    assert {f"{FULL}/{name}": path.read_bytes() for name, path in found.items()} == FILES
    found["files.json"] = listed
    assert {stat.S_IMODE(path.stat().st_mode) for path in found.values()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    size = len(published.files[ARCHIVE])
    assert notes.steps[-1] == (ARCHIVE, size, size)
    assert not (tmp_path / ".vosk-small-en-us.part").exists()
    asked = len(published.requests)
    assert pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url) == folder
    assert len(published.requests) == asked


def test_the_newest_is_taken_or_the_one_named(published: Any_, notes: Any_, tmp_path: Path) -> None:
    assert pull_vosk(FULL, tmp_path, notes, base=published.url).name == FULL
    names = ["vosk-model-small-en-us-0.15", "vosk-model-en-us-0.22-lgraph", "vosk-model-de-0.6"]
    shorts = ["vosk-small-en-us", "vosk-en-us-lgraph", "vosk-de"]
    assert [Published(name, 1, "").short for name in names] == shorts


def test_a_cut_download_goes_on_in_this_run_and_in_the_next(
    published: Any_, notes: Any_, tmp_path: Path
) -> None:
    list_size = len(published.files["model-list.json"])
    published.cut_after = [list_size, 100_000] + [0] * 50
    with pytest.raises(Unreachable, match="broke at") as caught:
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url)
    assert "goes on from there" in str(caught.value)
    assert nothing_there(tmp_path)
    published.cut_after = [list_size, 50_000]
    published.requests.clear()
    pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url)
    assert [asked for _, asked in published.requests] == [None, "bytes=100000-", "bytes=150000-"]


def test_wrong_bytes_are_thrown_away(published: Any_, notes: Any_, tmp_path: Path) -> None:
    right = published.files[ARCHIVE]
    published.files[ARCHIVE] = bytes(len(right))
    with pytest.raises(AlexaError, match=r"not the file expected \(md5") as caught:
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url)
    assert "\n" not in caught.value.message
    assert nothing_there(tmp_path)


@pytest.mark.parametrize(
    "name", ["../evil", f"{FULL}/../../evil", "/etc/evil", f"{FULL}/a\\b", f"{FULL}/C:x", "evil"]
)
def test_no_path_leads_out_of_the_archive(
    hub: Any_, notes: Any_, tmp_path: Path, name: str
) -> None:
    publish(hub, zipped(FILES | {name: b"x"}))
    models = tmp_path / "deep" / "models"
    with pytest.raises(AlexaError, match="no archive of a model"):
        pull_vosk("vosk-small-en-us", models, notes, base=hub.url)
    assert nothing_there(models)
    assert not list(tmp_path.rglob("evil"))


def test_links_and_bombs_are_refused(hub: Any_, notes: Any_, tmp_path: Path) -> None:
    publish(hub, zipped(FILES, f"{FULL}/link"))
    with pytest.raises(AlexaError, match="no archive of a model"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{FULL}/zeros", bytes(20_000_000))
    publish(hub, out.getvalue())
    with pytest.raises(AlexaError, match=r"1 files of 20\.0 MB"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    assert nothing_there(tmp_path)


@pytest.mark.parametrize("archive", [b"no zip at all", zipped(FILES)[:-40], zipped(FILES)[40:]])
def test_what_is_no_archive_is_damaged(
    hub: Any_, notes: Any_, tmp_path: Path, archive: bytes
) -> None:
    publish(hub, archive)
    with pytest.raises(AlexaError, match=r"damaged|no archive"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    assert nothing_there(tmp_path)


def test_an_archive_of_something_else_is_not_installed(
    hub: Any_, notes: Any_, tmp_path: Path
) -> None:
    publish(hub, zipped({f"{FULL}/README": b"hello"}))
    with pytest.raises(AlexaError, match="holds no model of vosk"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    assert nothing_there(tmp_path)


def test_a_full_disk_is_one_clear_line(published: Any_, tmp_path: Path) -> None:
    class Full:
        def note(self, text: str) -> None: ...

        def bytes(self, name: str, done: int, total: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)

    with pytest.raises(AlexaError, match=r"the disk is full: .* free at"):
        pull_vosk("vosk-small-en-us", tmp_path, Full(), base=published.url)
    assert nothing_there(tmp_path)


def test_a_disk_that_is_really_full(published: Any_, tmp_path: Path) -> None:
    """It has room for the archive and not for what is in it; with more room, it goes on."""
    disk, env = tmp_path / "disk", {"VOSK_MODELS": published.url}
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root, to mount a small disk")
    try:
        pulled = [
            str(Path(sys.executable).with_name("alexa")),
            "models",
            "pull",
            "vosk-small-en-us",
        ]
        env = {**os.environ, **env, "ALEXA_HOME": str(disk)}
        ran = subprocess.run(pulled, env=env, capture_output=True, text=True, check=False)
        assert ran.returncode == 1
        assert "alexa: the disk is full:" in ran.stderr
        assert "Traceback" not in ran.stderr
        assert nothing_there(disk / "data" / "models")
        subprocess.run(["mount", "-o", "remount,size=900k", str(disk)], check=True)
        asked = len(published.requests)
        ran = subprocess.run(pulled, env=env, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        assert not any(ARCHIVE in path for path, _ in published.requests[asked:])
        assert (disk / "data/models/vosk-small-en-us/am/final.mdl").is_file()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_one_too_large_for_the_disk_is_not_begun(hub: Any_, notes: Any_, tmp_path: Path) -> None:
    publish(hub, zipped(FILES), size=10**18)
    with pytest.raises(AlexaError, match="the disk is full"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    assert len(hub.requests) == 1


def test_a_model_that_is_half_there_is_fetched_again(
    published: Any_, notes: Any_, tmp_path: Path
) -> None:
    (tmp_path / "vosk-small-en-us" / "am").mkdir(parents=True)
    folder = pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url)
    assert (folder / "conf/model.conf").is_file()
    (folder / "graph/words.txt").unlink()
    assert not is_model(folder)
    pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url)
    os.truncate(folder / "am/final.mdl", 9)
    assert not is_model(folder)
    pull_vosk("vosk-small-en-us", tmp_path, notes, base=published.url)
    assert is_model(folder)


def test_no_list_no_model(hub: Any_, notes: Any_, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="answers 404"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    with pytest.raises(Unreachable, match="out of reach"):
        pull_vosk("vosk-small-en-us", tmp_path, notes, base="http://127.0.0.1:1")
    for page in (b"<html>please log in</html>", b"[1]", b"\xff", b" " * 2_100_000):
        hub.files["model-list.json"] = page
        with pytest.raises(Unreachable, match="no list of models"):
            pull_vosk("vosk-small-en-us", tmp_path, notes, base=hub.url)
    publish(hub, b"")
    with pytest.raises(UsageError, match="no model") as caught:
        pull_vosk("vosk-small-en-uk", tmp_path, notes, base=hub.url)
    assert "vosk-small-en-us" in str(caught.value)
    with pytest.raises(UsageError, match="no name"):
        pull_vosk("vosk-../x", tmp_path, notes, base=hub.url)


def test_the_command_pulls_and_says_so(
    published: Any_, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alexa_cli.cli.models import app

    monkeypatch.setenv("ALEXA_HOME", str(tmp_path))
    monkeypatch.setenv("VOSK_MODELS", published.url)
    for said in ("speech is heard with it", "already here (0.2 MB)"):
        ran = CliRunner().invoke(app, ["pull", "vosk-small-en-us"])
        assert ran.exit_code == 0
        assert said in ran.stderr
    assert (tmp_path / "data/models/vosk-small-en-us/am/final.mdl").is_file()
