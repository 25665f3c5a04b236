"""Sound comes late, early, twice and four times too fast; what is heard is what was said."""

import pytest

from ivr.lines.jitter import LIMIT, Jitter
from speech.audio import FRAME


def frame(number: int) -> bytes:
    return bytes([number]) * FRAME


def numbers(jitter: Jitter, times: int) -> list[int | None]:
    taken = [jitter.take() for _ in range(times)]
    return [one[0] if one else None for one in taken]


def test_frames_come_out_in_the_order_of_their_places():
    jitter = Jitter()
    for place in (0, 2, 1, 4, 3):
        jitter.put(frame(place), place * 20)
    assert numbers(jitter, 6) == [0, 1, 2, 3, 4, None]


def test_a_doubled_frame_is_heard_once():
    jitter = Jitter()
    for place in (0, 0, 1, 1, 0, 2):
        jitter.put(frame(place), place * 20)
    assert numbers(jitter, 4) == [0, 1, 2, None]


def test_a_lost_frame_is_waited_for_60_ms():
    jitter = Jitter()
    for place in (0, 2, 3):
        jitter.put(frame(place), place * 20)
    assert numbers(jitter, 6) == [0, None, None, None, 2, 3]


def test_a_gap_of_three_seconds_costs_nothing_that_was_said():
    jitter = Jitter()
    jitter.put(frame(1), 0)
    assert numbers(jitter, 150) == [1] + [None] * 149
    jitter.put(frame(2), 20)
    jitter.put(frame(3), 3040)
    assert [one for one in numbers(jitter, 5) if one] == [2, 3]


def test_sound_four_times_too_fast_is_heard_as_fast_as_it_comes():
    jitter, heard = Jitter(), 0
    for place in range(0, 4000, 4):
        for one in range(4):
            jitter.put(frame(1), (place + one) * 20)
        heard += sum(jitter.take() is not None for _ in range(1 + jitter.more))
    assert heard > 3900


@pytest.mark.parametrize("step", [20, 40, 2000])
def test_whoever_sends_a_hundred_times_too_fast_fills_no_memory(step, caplog):
    jitter = Jitter()
    for place in range(5000):
        jitter.put(frame(1), place * step)
    kept = sum(one is not None for one in (jitter.take() for _ in range(5000)))
    assert kept <= 2 * LIMIT / FRAME
    assert caplog.text.count("much faster than anybody speaks") == 1


@pytest.mark.parametrize("size", [1, 80, 240, 1000])
def test_pieces_of_any_size_make_frames(size):
    jitter = Jitter()
    sound = bytes(range(250)) * 8
    for start in range(0, len(sound), size):
        jitter.put(sound[start : start + size])
    out = b"".join(jitter.take() or b"" for _ in range(len(sound) // FRAME))
    assert out == sound[: len(out)]
    assert len(out) > len(sound) - FRAME
