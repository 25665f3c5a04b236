"""When somebody has finished, told frame by frame: v is 20 ms of voice, anything else is none."""

import numpy as np
import pytest

from speech.audio import FRAME
from speech.patience import SHORT, STORY, Happening, Listener, Patience

Told = list[tuple[Happening, float]]


class Script:
    """Hears voice where the frame is not zero."""

    def is_voice(self, frame):
        return bool(frame[0])


def listen(
    *parts: float, patience: Patience = STORY, speaking: bool = False
) -> tuple[Told, Listener]:
    """Parts are seconds, negative for silence -> what happened, at which second; and the listener."""
    listener, at = Listener(patience, Script()), 0
    told: Told = []
    for part in parts:
        frame = np.full(FRAME, part > 0, dtype=np.int16)
        for _ in range(round(abs(part) * 50)):
            at += 1
            happening = listener.feed(frame, speaking=speaking)
            if happening:
                told.append((happening, round(at / 50, 2)))
    return told, listener


def what(told: Told) -> list[Happening]:
    return [happening for happening, _ in told]


def test_nobody_speaks():
    told, listener = listen(-15)
    assert told == [(Happening.NOTHING, 10.0)]
    assert listener.said == slice(0, 0)


def test_a_story_ends_after_two_silences():
    told, listener = listen(-1, 3, -20)
    assert what(told) == [Happening.STARTED, Happening.PAUSED, Happening.MORE, Happening.ENDED]
    assert [at for _, at in told[1:]] == [4.8, 8.5, 12.5]
    assert (listener.speech_start, listener.speech_end) == (8000, 32000)


def test_pauses_of_six_seconds_do_not_end_it():
    told, listener = listen(2, -6, 2, -6, 2, -20)
    assert what(told).count(Happening.RESUMED) == 2
    assert what(told).count(Happening.MORE) == 3
    assert told[-1] == (Happening.ENDED, 18 + 8.5)
    assert listener.speech_end == 18 * 8000


def test_while_the_line_speaks_silence_is_not_the_callers():
    told, _ = listen(-30, speaking=True)
    assert told == []
    told, _ = listen(-1, 1, speaking=True)
    assert what(told) == [Happening.STARTED]


def test_a_click_is_no_first_word():
    told, _ = listen(-1, 0.3, -3, 0.3, -8)
    assert what(told) == [Happening.NOTHING]


def test_a_small_word_before_a_long_pause_is_not_lost():
    _, listener = listen(-2, 0.3, -5, 3, -20)
    assert listener.speech_start == 2 * 8000


def test_the_sound_to_recognise_is_the_same_at_the_pause_and_at_the_end():
    listener, saids = Listener(STORY, Script()), {}
    for at in range(1000):
        happening = listener.feed(np.full(FRAME, 50 <= at < 150, dtype=np.int16))
        saids[happening] = listener.said
    assert saids[Happening.PAUSED] == saids[Happening.ENDED] == slice(0, 29600)
    assert saids[Happening.PAUSED].stop <= 150 * FRAME + STORY.pause * 8000


def test_five_minutes_are_the_limit():
    told, listener = listen(400)
    assert told[-1] == (Happening.LIMIT, 300.0)
    assert listener.over is Happening.LIMIT


@pytest.mark.parametrize("samples", [0, 80, 159, 161, 240])
def test_a_frame_of_another_length_is_refused_and_changes_nothing(samples):
    listener = Listener(STORY, Script())
    with pytest.raises(ValueError, match=f"160 samples .* not {samples}"):
        listener.feed(np.ones(samples, dtype=np.int16))
    told = [listener.feed(np.zeros(FRAME, dtype=np.int16)) for _ in range(500)]
    assert told[-1] is Happening.NOTHING


def test_a_listener_of_five_minutes_keeps_no_more_than_one_of_a_second():
    _, short = listen(1)
    _, long = listen(*[20, -6] * 11, 10)
    assert long.over is None
    assert len(long._recent) == len(short._recent) <= 30


def test_nothing_is_told_after_the_end():
    told, listener = listen(1, -20)
    ended = listener.said
    assert listener.feed(np.ones(FRAME, dtype=np.int16)) is None
    assert listener.said == ended
    assert what(told)[-1] is Happening.ENDED


def test_a_short_answer_needs_no_soft_question():
    told, _ = listen(-0.5, 0.3, -3, patience=SHORT)
    assert what(told) == [Happening.STARTED, Happening.PAUSED, Happening.ENDED]
    assert told[-1][1] == 0.8 + SHORT.again


def test_slower_people_get_more_time():
    told, _ = listen(1, -30, patience=Patience().slower(1.5))
    happening, when = told[-1]
    assert happening is Happening.ENDED
    assert abs(when - (1 + 1.5 * 8.5)) <= 0.02
