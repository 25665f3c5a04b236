"""Files as people, recorders and other programs leave them: heard as far as they go, or refused with a way out."""

import os
import resource
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.audio import (
    NotASound,
    alaw_decode,
    alaw_encode,
    level,
    read_sound,
    ulaw_encode,
    write_wav,
)

TONE = (0.3 * 32767 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16)


def wav(
    data: bytes, *, sizes: tuple[int, int] | None = None, form: int = 1, bits: int = 16
) -> bytes:
    """A WAV written byte by byte: 8000 Hz, mono; `sizes` are what its header claims of RIFF and data."""
    whole, length = sizes or (36 + len(data), len(data))
    step = bits // 8
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        whole,
        b"WAVE",
        b"fmt ",
        16,
        form,
        1,
        8000,
        8000 * step,
        step,
        bits,
    )
    return head + struct.pack("<4sI", b"data", length) + data


def heard(path: Path, data: bytes) -> np.ndarray:
    path.write_bytes(data)
    return read_sound(path)


@pytest.mark.parametrize("whole", [0, 36, 0xFFFFFFFF])
@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_stream_that_never_learnt_its_length_is_heard_to_its_end(tmp_path, whole, length):
    sound = heard(tmp_path / "a.wav", wav(TONE.tobytes(), sizes=(whole, length)))
    assert np.array_equal(sound, TONE)


def test_a_long_stream_without_length_is_heard_to_its_end(tmp_path):
    sound = heard(tmp_path / "a.wav", wav(TONE.tobytes() * 60, sizes=(0, 0)))
    assert np.array_equal(sound, np.tile(TONE, 60))


def test_no_sound_before_a_list_of_titles_is_no_sound(tmp_path):
    titles = b"LIST" + struct.pack("<I", 4) + b"INFO"
    with pytest.raises(NotASound, match="no sound in it"):
        heard(tmp_path / "a.wav", wav(titles, sizes=(36 + len(titles), 0)))


@pytest.mark.parametrize(
    ("form", "encode"), [(6, alaw_encode), (7, ulaw_encode)], ids=["A-law", "mu-law"]
)
def test_g711_inside_a_wav_is_what_our_tables_say(tmp_path, form, encode):
    coded = wav(encode(TONE), form=form, bits=8)
    assert np.abs(heard(tmp_path / "a.wav", coded) - TONE.astype(int)).max() < 400


def test_every_byte_of_a_law_survives_the_way_there_and_back():
    codes = bytes(range(256))
    assert alaw_encode(alaw_decode(codes)) == codes


def test_a_law_is_what_libsndfile_makes_of_it(tmp_path):
    values = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
    expected = heard(tmp_path / "a.wav", wav(bytes(range(256)), form=6, bits=8))
    assert np.array_equal(alaw_decode(bytes(range(256))), expected)
    soundfile.write(tmp_path / "b.wav", values, 8000, subtype="ALAW")
    ours, theirs = alaw_decode(alaw_encode(values)), read_sound(tmp_path / "b.wav")
    assert np.abs(ours.astype(int) - values).max() <= np.abs(theirs.astype(int) - values).max()


@pytest.mark.parametrize(
    "kind", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "FLAC", "OGG", "AU", "CAF", "MP3"]
)
def test_other_files_that_are_called_wav_are_heard(tmp_path, kind):
    soundfile.write(tmp_path / "a", TONE, 8000, format=kind)
    (tmp_path / "a").rename(tmp_path / "a.wav")
    sound = read_sound(tmp_path / "a.wav")
    assert abs(len(sound) - 8000) <= 1200
    assert level(sound[1000:7000]) == pytest.approx(level(TONE), abs=0.5)


@pytest.mark.parametrize(
    "subtype",
    ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW", "GSM610", "IMA_ADPCM"],
)
def test_every_way_to_write_a_sample_is_heard(tmp_path, subtype):
    soundfile.write(tmp_path / "a.wav", TONE / 32768, 8000, subtype=subtype)
    assert level(read_sound(tmp_path / "a.wav")[:8000]) == pytest.approx(level(TONE), abs=0.5)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("right", [0.0, 1.0, -1.0], ids=["one silent", "both", "opposite"])
def test_two_channels_are_one_voice(tmp_path, rate, right):
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    soundfile.write(tmp_path / "a.wav", np.stack([tone, right * tone], axis=1), rate)
    sound = read_sound(tmp_path / "a.wav")
    assert abs(len(sound) - 8000) <= 2
    assert level(sound[200:-200]) > level(TONE) - 6.2


def test_floats_that_are_no_numbers_or_too_large_are_mended(tmp_path):
    tone = (TONE / 32768).astype(np.float32)
    tone[100], tone[200], tone[300], tone[400] = np.nan, np.inf, -np.inf, 3e38
    soundfile.write(tmp_path / "a.wav", tone, 8000, subtype="FLOAT")
    sound = read_sound(tmp_path / "a.wav")
    assert [int(sound[at]) for at in (100, 200, 300, 400)] == [0, 32767, -32768, 32767]
    assert np.array_equal(sound[500:], TONE[500:])


def test_an_odd_byte_at_the_end_is_left_out(tmp_path):
    assert np.array_equal(heard(tmp_path / "a.wav", wav(TONE.tobytes()[:-1])), TONE[:-1])


def test_silence_and_direct_current_are_sound_too(tmp_path):
    assert level(heard(tmp_path / "a.wav", wav(bytes(16000)))) == -100
    steady = np.full(8000, 3000, dtype=np.int16)
    assert np.array_equal(heard(tmp_path / "b.wav", wav(steady.tobytes())), steady)


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        (b"", "empty"),
        (wav(b""), "Record or copy it again"),
        (wav(b"")[:30], "save it again as WAV"),
        (b"This is a letter and not a sound.\n" * 50, "save it again as WAV"),
        (TONE.tobytes(), "save it again as WAV"),
        (b"RIFF", "save it again as WAV"),
        (b"RIFF\0\0\0\0WAVEdata", "save it again as WAV"),
        (wav(TONE.tobytes(), form=0x1234), "save it again as WAV"),
    ],
    ids=[
        "zero bytes",
        "only a header",
        "half a header",
        "text",
        "raw",
        "a word",
        "no format",
        "unknown",
    ],
)
def test_what_is_no_sound_is_refused_with_a_way_out(tmp_path, data, way_out):
    with pytest.raises(NotASound, match=way_out) as refused:
        heard(tmp_path / "call.wav", data)
    assert "call.wav" in str(refused.value)


def test_a_folder_is_no_sound(tmp_path):
    with pytest.raises(NotASound, match="is a folder"):
        read_sound(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    write_wav(tmp_path / "a.wav", TONE)
    (tmp_path / "a.wav").chmod(0)
    with pytest.raises(NotASound, match="chmod"):
        read_sound(tmp_path / "a.wav")


def test_an_hour_is_read_in_pieces(tmp_path):
    minute = np.zeros((8000 * 60, 2), dtype=np.int16)
    with soundfile.SoundFile(tmp_path / "a.wav", "w", 8000, 2, "PCM_16") as file:
        for _ in range(60):
            file.write(minute)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(read_sound(tmp_path / "a.wav")) == 3600 * 8000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
