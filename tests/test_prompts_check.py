"""Prompts are prepared, broken off, prepared again, and looked at with the ears of those who must hear them."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from hotline.cli import main
from speech.audio import RATE, Sound, read_sound
from speech.mouth import Mouth
from speech.mouth.check import check, unknown
from speech.mouth.clauses import clauses
from speech.mouth.faults import is_clipped, longest_stretch, sound_faults
from speech.mouth.pauses import Pace, clause_ends, clause_gaps
from speech.mouth.prepared import read_index
from speech.mouth.render import Manner, chosen, read_manners, render
from speech.mouth.sound import for_the_line

MANNER = Manner(voice="zm_yunxi")
TEXTS = [("hello", "您好。"), ("bye", "再见。")]


def tone(seconds: float, loud: float = 3300) -> Sound:
    t = np.arange(int(seconds * RATE)) / RATE
    sound: Sound = (loud * np.sqrt(2) * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
    return sound


def still(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.int16)


class Humming:
    """A voice for Mandarin that hums at the level of the house."""

    name = "espeak-ng"

    def speaks(self, language: str) -> bool:
        return True

    def pieces(self, text: str, pace: Pace) -> list[str]:
        return clauses(text)

    def speak(self, text: str, language: str) -> Sound:
        return tone(0.1 * len(text))

    def close(self) -> None:
        """Nothing is open."""


def hum(_text: str, _manner: Manner) -> Sound:
    return tone(1.0)


def made(*args, **options) -> list[str]:
    return [ident for ident, new in render(*args, **options) if new]


def findings(home: Path, texts=TEXTS, language="zh") -> list[tuple[str, str]]:
    folder, own = home / "zh", home / "own"
    mouth = Mouth([folder], own, home / "spoken", speakers=[Humming()])
    found = check(texts, language, mouth, [folder], own)
    return [(one.ident, one.kind) for several in found for one in several]


@pytest.fixture
def home(tmp_path):
    made(TEXTS, tmp_path / "zh", lambda _: MANNER, hum)
    (tmp_path / "own").mkdir()
    return tmp_path


def own(home: Path, sound, rate: int = RATE, subtype: str = "PCM_16", name: str = "hello") -> None:
    soundfile.write(home / "own" / f"{name}.wav", sound, rate, subtype=subtype)


def test_only_what_changed_is_rendered_again(home):
    folder = home / "zh"
    assert made(TEXTS, folder, lambda _: MANNER, hum) == []
    changed = [("hello", "您好！"), ("bye", "再见。")]
    assert made(changed, folder, lambda _: MANNER, hum) == ["hello"]
    slow = Manner(voice="zm_yunxi", pace="slow")
    assert made(changed[:1], folder, lambda _: slow, hum) == ["hello"]
    assert made(changed, folder, lambda _: slow, hum, again=True) == ["hello", "bye"]
    assert findings(home, changed) == []


def test_a_rendering_that_is_broken_off_leaves_whole_files_and_no_false_text(home):
    def breaking(text: str, manner: Manner) -> Sound:
        if "晚" in text:
            raise KeyboardInterrupt
        return hum(text, manner)

    evening = [("hello", "早上好。"), ("bye", "晚上好。")]
    with pytest.raises(KeyboardInterrupt):
        made(evening, home / "zh", lambda _: MANNER, breaking)
    assert (home / "zh" / "index.tsv").read_text("utf-8") == "bye\t再见。\nhello\t早上好。\n"
    assert [path.name for path in (home / "zh").glob(".*.wav")] == []
    assert made(evening, home / "zh", lambda _: MANNER, hum) == ["bye"]


def test_a_file_that_cannot_be_written_is_not_in_the_index(home, monkeypatch):
    def full(*_args, **_options):
        raise OSError("no space left")

    monkeypatch.setattr(soundfile, "write", full)
    with pytest.raises(OSError, match="no space"):
        made([("new", "新的。")], home / "zh", lambda _: MANNER, hum)
    assert "new" not in (home / "zh" / "index.tsv").read_text("utf-8")


def test_single_prompts_have_manners_of_their_own(home):
    (home / "zh" / "manners.tsv").write_text("# id\nhello\tzm_yunjian\t0.8\t0.2\n", "utf-8")
    manner_of = read_manners(home / "zh", MANNER)
    assert manner_of("hello") == Manner(voice="zm_yunjian", speed=0.8, by_clause=True)
    assert manner_of("bye") == MANNER
    (home / "zh" / "manners.tsv").write_text("hello\tzm_yunjian\n", "utf-8")
    with pytest.raises(ValueError, match="not enough values"):
        read_manners(home / "zh", MANNER)
    assert chosen(TEXTS, "^b") == TEXTS[1:]


def test_what_has_no_file_or_another_text_is_found(home):
    assert findings(home) == []
    assert findings(home, [("hello", "您好啊。"), ("new", "新的。")]) == [
        ("hello", "stale"), ("new", "missing"),
    ]  # fmt: skip
    assert findings(home, [("new", "A new one.")], "en") == []


def test_what_a_voice_must_say_is_looked_at_too(home):
    long = "一二三四五六七八九十" * 9
    assert findings(home, [("long", long)], "en") == [("long", "long")]


@pytest.mark.parametrize(
    ("sound", "kinds"),
    [
        (tone(1.0), []),
        (tone(1.0, loud=1000), ["quiet"]),
        (tone(1.0, loud=6000), ["level"]),
        (tone(8.5), ["long"]),
        (np.concatenate([tone(5), still(0.4), tone(5)]), []),
        (np.concatenate([tone(5), still(0.1), tone(5)]), ["long"]),
        (still(2.0), ["empty"]),
        (still(0.0), ["empty"]),
    ],
)
def test_a_sound_is_judged_as_it_is_heard(sound, kinds):
    assert [kind for kind, _ in sound_faults(sound)] == kinds


def test_prepared_files_of_the_wrong_form_are_found(home):
    soundfile.write(home / "zh" / "hello.wav", tone(1.0), 16000)
    soundfile.write(home / "zh" / "bye.wav", np.clip(tone(1.0) * 20.0 / 32768, -1, 1), RATE)
    assert findings(home) == [("hello", "rate"), ("bye", "clipped")]


def test_a_persons_recording_may_have_any_form_that_can_be_mended(home):
    wide = np.random.default_rng(0).normal(0, 0.05, (96000, 2))
    own(home, wide, 48000)
    assert findings(home) == []
    own(home, tone(1.0), subtype="ALAW")
    assert findings(home) == []
    assert longest_stretch(tone(1.0)) == 1.0


def test_a_persons_recording_that_cannot_be_mended_is_named(home):
    own(home, np.clip(tone(1.0) * 30.0 / 32768, -0.6, 0.6))
    assert findings(home) == [("hello", "clipped")]
    own(home, still(1.0))
    assert findings(home) == [("hello", "empty")]
    own(home, tone(1.0, loud=40))
    assert findings(home) == [("hello", "quiet")]
    own(home, tone(1.0), 4000)
    assert findings(home) == [("hello", "rate")]
    (home / "own" / "hello.wav").write_bytes(b"RIFF, and then nothing")
    assert findings(home) == [("hello", "damaged")]


def test_a_recording_that_nobody_will_ever_hear_is_named(home):
    own(home, tone(1.0), name="helo")
    (one,) = unknown(["hello", "bye"], home / "own")
    assert [one.ident, one.kind] == ["helo", "unknown"]


def test_round_peaks_are_not_clipped_and_flat_ones_are_at_any_height():
    speech = np.random.default_rng(2).laplace(0, 0.05, 16000)
    assert not is_clipped(for_the_line((speech * 32768).clip(-32768, 32767).astype(np.int16)) / 32768)  # fmt: skip
    loud = np.sin(np.arange(16000) / 9) * 3
    assert is_clipped(loud.clip(-1, 1))
    assert is_clipped(loud.clip(-1, 1) * 0.4)
    assert not is_clipped(loud / 3)


def test_the_prompts_the_hotline_came_with_are_neither_clipped_nor_off_the_level():
    folder = Path("ivr/prompts/zh")
    for path in sorted(folder.glob("*.wav"))[::7]:
        samples, rate = soundfile.read(path, dtype="float64")
        sound = np.round(samples * 32768).astype(np.int16)
        assert [rate, is_clipped(samples)] == [RATE, False], path
        assert [kind for kind, _ in sound_faults(sound)] == [], path


def test_the_list_is_still_printed_without_a_subcommand(monkeypatch, tmp_path):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    listed = CliRunner().invoke(main, ["prompts", "--lang", "en"]).output.splitlines()
    assert all(len(line.split("\t")) == 2 for line in listed)
    assert len(listed) > 50


def test_without_a_neural_voice_rendering_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path))
    told = CliRunner().invoke(main, ["prompts", "render"])
    assert told.exit_code == 1
    assert "hotline models install voice-zh" in told.output


def test_at_the_slow_pace_every_clause_end_of_a_sentence_prepared_for_it_has_its_pause():
    folder = Path(str(files("ivr") / "prompts" / "zh-slow"))
    prepared = read_index(folder)
    assert len(prepared) >= 30
    for text, ident in prepared.items():
        gaps = clause_gaps(read_sound(folder / f"{ident}.wav"), text)
        assert [0.58 < gap.seconds < 0.95 for gap in gaps] == [True] * len(clause_ends(text)), ident
