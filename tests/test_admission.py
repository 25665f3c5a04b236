"""More calls than ears: everybody has an answer in time, the words come later, and memory has a bound."""

import shutil
from concurrent.futures import wait

import pytest

from speech.audio import silence
from speech.commands import LATER
from speech.ears import EarDesk, Engine, Limits, choose, choose_second
from speech.ears.choose import NONE, WHISPER
from speech.ears.scripted import ScriptedEars
from tests.test_ears import whole

SOON = Limits(waiting=0.3)


@pytest.fixture
def desk_with(tmp_path):
    desks = []

    def build(maker, limits, **how):
        engine = Engine(
            f"speech.ears.rehearsal:{maker}", str(tmp_path), maker.startswith("Follows")
        )
        desks.append(EarDesk(tmp_path, chooser=lambda *_: engine, limits=limits, **how))
        return desks[-1]

    yield build
    for desk in desks:
        desk.close()


@pytest.mark.parametrize("maker", ["HearsSlowly", "FollowsSlowly"])
def test_who_cannot_be_heard_in_time_is_heard_later(desk_with, maker):
    desk = desk_with(maker, SOON)
    words = desk.words("r1", silence(3), "zh").result(30)
    assert (words.text, words.engine, words.confidence) == ("", LATER, None)
    later = desk.later("r1")
    assert desk.later("r1") is None
    desk.drop("r1")
    assert later.result(30).text.startswith("zh 3.0")


def test_words_in_time_leave_nothing_for_later(desk_with):
    desk = desk_with("SaysLength", Limits())
    assert desk.words("r1", silence(1), "zh").result(30).text == "zh 1.0"
    assert desk.later("r1") is None


@pytest.mark.parametrize("maker", ["HearsSlowly", "FollowsSlowly"])
def test_a_long_queue_is_known_beforehand(desk_with, maker):
    """From what hearing has cost: nobody waits in vain for the limit, here of ten minutes."""
    desk = desk_with(maker, Limits(waiting=600.0))
    desk.words("first", silence(3), "zh").result(60)
    (attendant,) = desk._attendants.values()
    getattr(attendant, "jobs" if maker == "HearsSlowly" else "streams").cost = 30.0
    calls = [desk.words(f"r{number}", silence(40), "zh") for number in range(3)]
    assert calls[-1].result(10).engine == LATER


def test_who_waits_on_the_line_comes_before_who_was_put_off(desk_with):
    desk, done = desk_with("SaysLength", Limits()), []
    desk.words("first", silence(1), "zh").result(30)
    (attendant,) = desk._attendants.values()
    with attendant._changed:
        late = attendant.words("late", silence(3), "zh", short=False)
        attendant.put_off("late")
        begun = attendant.words("begun", silence(4), "zh", short=False, turn=2)
        wanted = attendant.words("wanted", silence(5), "zh", short=False)
        for words in (late, begun, wanted):
            words.add_done_callback(lambda words: done.append(words.result().text))
    wait([late, begun, wanted], 30)
    assert done == ["zh 5.0", "zh 3.0", "zh 4.0"]


@pytest.mark.parametrize("maker", ["HearsSlowly", "FollowsSlowly"])
def test_sound_that_waits_has_a_bound(desk_with, maker):
    desk = desk_with(maker, Limits(kept=100.0))
    calls = [desk.words(f"r{number}", silence(30), "zh") for number in range(8)]
    assert calls[-1].result(1).engine == "none"
    assert not calls[0].done()


def test_a_recording_over_which_a_process_died_is_tried_once_more(desk_with):
    assert desk_with("DiesOnce", Limits()).words("r1", silence(2), "zh").result(30).text == "zh 2.0"


def test_closing_answers_also_who_was_put_off(desk_with):
    desk = desk_with("HearsSlowly", SOON)
    desk.words("r1", silence(60), "zh").result(30)
    later = desk.later("r1")
    desk.close()
    assert later.result(30).engine == "none"


def test_words_of_the_community_are_put_right_where_the_engine_takes_none(desk_with):
    desk = desk_with("Follows", Limits(), correct=lambda text, language: f"{language}! {text}")
    assert desk.words("r1", silence(1), "zh").result(30).text == "zh! zh 1.0 of 1.0"


def test_a_correction_that_fails_leaves_the_words_as_they_are(desk_with):
    desk = desk_with("Follows", Limits(), correct=lambda _text, _language: 1 / 0)
    assert desk.words("r1", silence(1), "zh").result(30).text == "zh 1.0 of 1.0"


def test_words_of_the_community_are_given_to_an_engine_that_takes_them(desk_with):
    desk = desk_with("TakesHotWords", Limits(), hot={"zh": ["和平里", "枫林三路"]})
    assert desk.words("r1", silence(1), "zh").result(30).text == "和平里 枫林三路"
    assert not desk.words("r2", silence(1), "en").result(30).text


def test_a_second_ear_is_another_engine_in_a_process_of_its_own(tmp_path):
    engines = [
        Engine(f"speech.ears.rehearsal:{one}", "", one == "Follows")
        for one in ("Follows", "SaysLength")
    ]
    desk = EarDesk(tmp_path, chooser=lambda *_: engines[0], second=lambda *_: engines[1])
    second = desk.second("r1", silence(2), "zh")
    assert second is not None
    assert second.result(30).text == "zh 2.0"
    assert desk.words("r1", silence(2), "zh").result(30).text == "zh 2.0 of 2.0"
    assert desk.second("r1", silence(0), "zh") is None
    desk.close()
    assert EarDesk(tmp_path).second("r1", silence(2), "zh") is None


def test_whisper_is_the_second_ear_where_vosk_is_the_first(tmp_path):
    (tmp_path / "whisper-base").mkdir()
    (tmp_path / "whisper-base" / "model.bin").touch()
    assert choose_second("zh", tmp_path) == NONE
    whole(tmp_path / "vosk-model-small-cn-0.22")
    assert choose_second("zh", tmp_path) == Engine(WHISPER, str(tmp_path / "whisper-base"))
    shutil.rmtree(tmp_path / "whisper-base")
    assert choose_second("zh", tmp_path) == NONE


def test_a_model_with_a_file_missing_is_passed_over_for_another(tmp_path):
    whole(tmp_path / "vosk-model-cn-0.22")
    whole(tmp_path / "vosk-model-small-cn-0.22")
    (tmp_path / "vosk-model-cn-0.22" / "am" / "final.mdl").write_text("")
    assert choose("zh", tmp_path).name == "vosk-model-small-cn-0.22"
    shutil.rmtree(tmp_path / "vosk-model-small-cn-0.22")
    assert choose("zh", tmp_path).name == "vosk-model-cn-0.22"


def test_scripted_ears_offer_what_a_desk_does():
    offered = {name for name in dir(EarDesk) if not name.startswith("_")}
    assert offered <= set(dir(ScriptedEars()))


@pytest.mark.parametrize("failing", ["WillNotLoad", "Raises", "Dies"])
def test_where_the_first_engine_fails_the_other_one_listens(tmp_path, failing):
    engines = [Engine(f"speech.ears.rehearsal:{one}", "") for one in (failing, "SaysLength")]
    desk = EarDesk(tmp_path, chooser=lambda *_: engines[0], second=lambda *_: engines[1])
    heard = desk.words("r1", silence(2), "zh").result(60)
    desk.close()
    assert (heard.text, heard.engine) == ("zh 2.0", "rehearsal")
