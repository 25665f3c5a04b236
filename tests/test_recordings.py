"""The shelf of recordings: nothing but the second being written is ever lost, or readable by others."""

import resource
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from uuid import uuid4

import pytest

from store.recordings import Damaged, NoRoom, RecordingShelf
from store.seal import Keyring, SealBroken
from store.shelf import SEALED_SECOND, SECOND

WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from store.recordings import RecordingShelf
from store.seal import Keyring
writer = RecordingShelf(Path(sys.argv[1]), Keyring({1: b"k" * 32})).writer(sys.argv[2])
for number in range(10**9):
    writer.write(bytes([number // 50 % 256]) * 160)
    print(number, flush=True)
"""


@pytest.fixture
def shelf(tmp_path, keyring):
    return RecordingShelf(tmp_path / "recordings", keyring)


@pytest.fixture
def recording():
    return uuid4().hex


def sound_of(seconds: int) -> bytes:
    return b"".join(bytes([n % 251]) * SECOND for n in range(seconds))


def test_what_was_said_comes_back_as_it_was(shelf, recording):
    sound = sound_of(3) + b"\x05" * 1234
    writer = shelf.writer(recording)
    for start in range(0, len(sound), 160):
        writer.write(sound[start : start + 160])
    assert writer.close() == writer.close() == len(sound) / SECOND
    assert shelf.read(recording) == sound
    assert shelf.seconds(recording) == len(sound) / SECOND


@pytest.mark.parametrize("sound", [b"", b"\x01", sound_of(1), sound_of(2)])
def test_every_length_is_kept(shelf, recording, sound):
    assert shelf.keep(recording, sound) == shelf.seconds(recording) == len(sound) / SECOND
    assert shelf.exists(recording)
    assert shelf.read(recording) == sound


def test_nobody_reads_it_from_the_disk(shelf, recording):
    shelf.keep(recording, sound_of(2))
    file = shelf.file(recording)
    assert b"\x01" * 20 not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        shelf.writer(recording)


def test_after_a_kill_everything_but_the_last_second_is_there(tmp_path, shelf, recording):
    command = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(shelf.folder), recording]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as speaking:
        said: Iterable[str] = speaking.stdout or []
        frames = [int(frame) for frame in islice(said, 620)]
        speaking.send_signal(signal.SIGKILL)
        frames += [int(frame) for frame in said]
    heard = shelf.read(recording)
    assert len(heard) > (len(frames) * 160) - SECOND - 160
    assert heard == b"".join(bytes([n // 50 % 256]) * 160 for n in range(len(heard) // 160))
    assert shelf.seconds(recording) == len(heard) / SECOND


@pytest.mark.parametrize("torn", [1, 20, 29, 4000, SEALED_SECOND - 1])
def test_a_torn_last_second_is_left_out(shelf, recording, torn):
    shelf.keep(recording, sound_of(3))
    with shelf.file(recording).open("r+b") as file:
        file.truncate(2 * SEALED_SECOND + torn)
    assert shelf.read(recording) == sound_of(2)
    assert shelf.seconds(recording) == 2.0


def test_zeros_that_a_power_cut_left_at_the_end_are_left_out(shelf, recording):
    shelf.keep(recording, sound_of(2))
    with shelf.file(recording).open("ab") as file:
        file.write(bytes(SEALED_SECOND))
    assert shelf.read(recording) == sound_of(2)


def test_a_bad_second_in_the_middle_is_said_and_the_rest_still_heard(shelf, recording):
    shelf.keep(recording, sound_of(3))
    with shelf.file(recording).open("r+b") as file:
        file.seek(SEALED_SECOND + 100)
        file.write(b"rotten")
    with pytest.raises(Damaged) as damaged:
        shelf.read(recording)
    assert damaged.value.seconds == [1]
    assert damaged.value.sound == sound_of(1) + b"\xff" * SECOND + b"\x02" * SECOND


def test_seconds_can_be_neither_exchanged_nor_moved(shelf, keyring, recording):
    shelf.keep(recording, sound_of(3))
    file = shelf.file(recording)
    first, second, third = (
        file.read_bytes()[n * SEALED_SECOND : (n + 1) * SEALED_SECOND] for n in range(3)
    )
    file.write_bytes(second + first + third)
    with pytest.raises(Damaged):
        shelf.read(recording)
    with pytest.raises(SealBroken):
        keyring.open(first, f"recording {uuid4().hex} 0")


def test_another_key_opens_nothing(tmp_path, shelf, recording):
    shelf.keep(recording, sound_of(3))
    with pytest.raises(Damaged):
        RecordingShelf(shelf.folder, Keyring({1: b"x" * 32})).read(recording)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow beyond ``size`` bytes: the kernel then fails as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_room_the_sound_waits_in_memory(shelf, recording):
    writer = shelf.writer(recording)
    with room_for(SEALED_SECOND + 100):
        with pytest.raises(NoRoom, match="cannot be written"):
            writer.write(sound_of(3))
        with pytest.raises(NoRoom):
            writer.write(b"\x07" * 100)
        with pytest.raises(NoRoom):
            writer.close()
        assert shelf.read(recording) == sound_of(1)
    assert writer.close() == 3 + 100 / SECOND
    assert shelf.read(recording) == sound_of(3) + b"\x07" * 100


def test_on_a_shelf_that_cannot_be_made_the_sound_waits_too(tmp_path, keyring, recording):
    (tmp_path / "recordings").write_text("a file in the way")
    shelf = RecordingShelf(tmp_path / "recordings", keyring)
    writer = shelf.writer(recording)
    with pytest.raises(NoRoom):
        writer.write(sound_of(1))
    (tmp_path / "recordings").unlink()
    assert writer.close() == 1.0
    assert shelf.read(recording) == sound_of(1)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 32, "a" * 31])
def test_what_is_no_id_is_no_path(shelf, name):
    with pytest.raises(ValueError, match="no recording id"):
        shelf.read(name)
