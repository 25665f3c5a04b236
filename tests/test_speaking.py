"""What a line says is heard while the rest of it is still being made."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from ivr.speaking import SILENCE, Piece, Speech
from speech.audio import FRAME, ulaw_decode, ulaw_encode
from speech.mouth import Speechless


@pytest.fixture
def jobs():
    with ThreadPoolExecutor(1) as jobs:
        yield jobs


def piece(level: int, frames: int = 2):
    return Piece(ulaw_encode(np.full(frames * FRAME, level, dtype=np.int16)))


def fail():
    raise Speechless("no voice")


def levels(speech: Speech, frames: int) -> list[int]:
    return [round(int(ulaw_decode(speech.frame())[0]) / 1000) for _ in range(frames)]


def made_next(speech: Speech, jobs: ThreadPoolExecutor | None = None) -> None:
    """Wait for the piece that is being made."""
    if speech.making:
        speech.making.exception(10)
    if jobs:
        jobs.submit(lambda: None).result(10)


def test_the_first_clause_is_heard_while_the_second_is_made(jobs):
    made, speech = Event(), Speech(jobs)

    def rest():
        made.wait(10)
        yield piece(2000)

    speech.say(piece(1000), rest())
    assert levels(speech, 4) == [1, 1, 0, 0]  # it is late: silence, but not over
    assert not speech.over
    made.set()
    made_next(speech)
    assert levels(speech, 2) == [2, 2]
    made_next(speech)
    speech.frame()
    assert speech.over


def test_a_piece_that_is_ready_follows_without_a_gap(jobs):
    speech = Speech(jobs)
    speech.say(piece(1000, 3), iter([piece(2000), piece(3000)]))
    heard = []
    while not speech.over:
        made_next(speech)
        heard += levels(speech, 1)
    assert [one for one in heard if one] == [1, 1, 1, 2, 2, 3, 3]


def test_who_is_interrupted_says_no_more(jobs):
    speech = Speech(jobs)
    speech.say(piece(1000), iter([piece(2000)]))
    speech.stop()
    assert speech.over
    assert speech.frame() == SILENCE


def test_a_voice_that_fails_ends_the_sentence_and_nothing_else(jobs, caplog):
    speech = Speech(jobs)
    speech.say(piece(1000), (fail() for _ in range(1)))
    made_next(speech, jobs)
    assert levels(speech, 3) == [1, 1, 0]
    assert speech.over
    assert "broken off" in caplog.text
