"""Sound in, sound out."""

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from speech.audio import (
    NotASound,
    from_floats,
    level,
    read_sound,
    silence,
    to_16k,
    ulaw_decode,
    ulaw_encode,
    write_wav,
)


def tone(rate: int, length: float = 0.5, pitch: float = 400.0) -> NDArray[np.float64]:
    return np.asarray(0.5 * np.sin(2 * np.pi * pitch * np.arange(int(rate * length)) / rate))


def test_every_byte_of_mu_law_survives_the_way_there_and_back():
    codes = bytes(range(256))
    again = ulaw_encode(ulaw_decode(codes))
    assert np.array_equal(ulaw_decode(again), ulaw_decode(codes))
    assert [i for i in range(256) if again[i] != codes[i]] == [0x7F]  # minus zero


def test_mu_law_has_the_values_of_g711():
    loudest, softest = ulaw_decode(b"\x80\x00"), ulaw_decode(b"\xff\xfe")
    assert loudest.tolist() == [32124, -32124]
    assert softest.tolist() == [0, 8]
    assert ulaw_encode(np.array([0, 32767, -32768], dtype=np.int16)) == b"\xff\x80\x00"


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "ULAW", "ALAW"])
def test_any_wav_becomes_telephone_sound(tmp_path, rate, subtype):
    both = np.stack([tone(rate), tone(rate)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, rate, subtype=subtype)
    sound = read_sound(tmp_path / "a.wav")
    assert sound.dtype == np.int16
    assert abs(len(sound) - 4000) <= 1
    assert level(sound[400:-400]) == pytest.approx(-9.03, abs=0.2)


def test_what_was_written_is_read_again(tmp_path):
    sound = from_floats(tone(8000), 8000)
    write_wav(tmp_path / "a.wav", sound)
    assert np.array_equal(read_sound(tmp_path / "a.wav"), sound)


def test_files_that_are_no_sound_are_refused_in_a_sentence(tmp_path):
    write_wav(tmp_path / "short.wav", from_floats(tone(8000), 8000))
    whole = (tmp_path / "short.wav").read_bytes()
    broken = {"empty": b"", "text": b"hello, this is no sound at all", "head": whole[:20]}
    broken["no samples"] = whole[:44]
    for name, data in broken.items():
        (tmp_path / f"{name}.wav").write_bytes(data)
        with pytest.raises(NotASound, match=f"{name}.wav"):
            read_sound(tmp_path / f"{name}.wav")
    with pytest.raises(NotASound, match="no sound file at"):
        read_sound(tmp_path / "absent.wav")


def test_a_wav_that_was_cut_off_is_heard_as_far_as_it_goes(tmp_path):
    write_wav(tmp_path / "a.wav", from_floats(tone(8000), 8000))
    (tmp_path / "b.wav").write_bytes((tmp_path / "a.wav").read_bytes()[:4044])
    assert len(read_sound(tmp_path / "b.wav")) == 2000


def test_recognisers_get_twice_the_samples():
    doubled = to_16k(from_floats(tone(8000), 8000))
    assert doubled.dtype == np.float32
    assert len(doubled) == 8000
    assert np.abs(doubled).max() == pytest.approx(0.5, abs=0.02)


def test_silence_has_no_level():
    assert level(silence(1)) == -100
    assert level(silence(0)) == -100


def test_channels_that_cancel_each_other_out_are_still_heard(tmp_path):
    tone = np.sin(np.arange(16000) / 5) * 0.3
    soundfile.write(tmp_path / "a.wav", np.stack([tone, -tone], axis=1), 16000)
    assert level(read_sound(tmp_path / "a.wav")) > -20


def test_a_few_broken_samples_do_not_silence_a_file(tmp_path):
    tone = (np.sin(np.arange(16000) / 5) * 0.3).astype(np.float32)
    tone[::1000] = np.nan
    soundfile.write(tmp_path / "a.wav", tone, 16000, subtype="FLOAT")
    assert level(read_sound(tmp_path / "a.wav")) > -20
