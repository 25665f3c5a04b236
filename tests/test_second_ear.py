"""Words that come later, from a second engine, or in another language than the call began in."""

from concurrent.futures import Future

import pytest
from sqlalchemy import select

from hotline.demo import voice as demo_voice
from hotline.recover import recover
from ivr.lines.simulated import ScriptedCaller
from speech.commands import LATER, Words
from speech.ears.scripted import ScriptedEars
from store.recordings import Recording
from tests.house import house_in, ring
from tickets.models import Ticket
from tickets.waiting import Waiting

VOICE = demo_voice("resident_need")
WORSE = Words(text="电影坏了", confidence=0.6, engine="vosk", calibrated=False)
BETTER = Words(
    text="电梯坏了，有人困在里面", confidence=0.9, engine="whisper-base", calibrated=True
)


class TwoEars(ScriptedEars):
    """The first says what it is given; the second, and the late one, say ``other``."""

    def __init__(self, *first, other=None):
        super().__init__([words.text for words in first])
        self.first, self.other, self.listened_again = list(first), other, []

    def words(self, recording, sound, language, *, short=False):
        future = super().words(recording, sound, language, short=short)
        said = self.first[len(self.heard) - 1] if len(self.heard) <= len(self.first) else None
        return settled(said) if said else future

    def later(self, recording):
        return self.other and settled(self.other)

    def second(self, recording, sound, language):
        self.listened_again.append(recording)
        return self.other and settled(self.other)


def settled(words):
    future: Future[Words] = Future()
    future.set_result(words)
    return future


def rows(house, kind):
    with house.database.read() as session:
        return list(session.scalars(select(kind)))


def texts(house, recording):
    with house.database.read() as session:
        return [(one.by, one.text) for one in session.get_one(Recording, recording).words]


def test_what_is_doubtful_is_heard_twice_and_the_better_text_reaches_the_ticket(tmp_path):
    ears = TwoEars(WORSE, other=BETTER)
    with house_in(tmp_path, ears=ears) as house:
        account, _, _ = ring(house, ScriptedCaller(VOICE, keys="1"))
        house.exchange.afterwards.close()
        ticket = rows(house, Ticket)[0]
        assert ticket.words == BETTER.text
        assert texts(house, ticket.recording_id) == [
            ("ear", WORSE.text),
            ("second ear", BETTER.text),
        ]
        assert rows(house, Waiting)[-1].danger == "trapped"
    assert account["outcome"] == "ticket"


def test_a_second_text_that_is_no_better_is_kept_and_not_shown(tmp_path):
    ears = TwoEars(
        BETTER.__class__(text="电梯坏了", confidence=0.7, engine="w", calibrated=True), other=WORSE
    )
    with house_in(tmp_path, ears=ears) as house:
        ring(house, ScriptedCaller(VOICE, keys="1"))
        house.exchange.afterwards.close()
        ticket = rows(house, Ticket)[0]
        assert ticket.words == "电梯坏了"
        assert len(texts(house, ticket.recording_id)) == 2


def test_a_need_that_was_read_back_wrong_is_heard_twice(tmp_path):
    sure = Words(text="电梯坏了", confidence=0.95, engine="w", calibrated=True)
    ears = TwoEars(sure, other=BETTER)
    with house_in(tmp_path, ears=ears) as house:
        ring(house, ScriptedCaller(VOICE, keys="2"))
        house.exchange.afterwards.close()
    assert ears.listened_again == [ears.heard[0][0]]


def test_nobody_had_time_to_listen_so_the_words_come_later_and_danger_is_seen_then(tmp_path):
    ears = TwoEars(Words(text="", engine=LATER), other=BETTER)
    with house_in(tmp_path, ears=ears) as house:
        account, _, _ = ring(house, ScriptedCaller(VOICE, keys="1"))
        house.exchange.afterwards.close()
        waiting = rows(house, Waiting)[0]
        assert (waiting.words, waiting.danger) == (BETTER.text, "trapped")
    assert account["outcome"] == "human"


def test_the_house_was_closed_before_they_came_so_the_next_start_has_them_heard(tmp_path):
    with house_in(tmp_path, ears=TwoEars(Words(text="", engine=LATER))) as house:
        ring(house, ScriptedCaller(VOICE, keys="1"))
    with house_in(tmp_path, ears=TwoEars(BETTER)) as house:
        recover(house)
        house.exchange.afterwards.close()
        assert rows(house, Waiting)[0].words == BETTER.text


def test_whoever_speaks_english_is_answered_in_english(tmp_path):
    told = Words(
        text="The street light is broken",
        confidence=0.9,
        engine="w",
        calibrated=True,
        language="en",
    )
    with house_in(tmp_path, ears=TwoEars(told)) as house:
        account, _, _ = ring(house, ScriptedCaller(VOICE, keys="1"))
        assert rows(house, Ticket)[0].language == "en"
    said = {line["key"]: line["text"] for line in account["transcript"] if line["who"] == "hotline"}
    assert said["need"].startswith("您有什么事")
    assert said["right"].isascii() or "You" in said["right"]


@pytest.mark.parametrize("language", ["", "ko"])
def test_a_language_nobody_here_speaks_changes_nothing(tmp_path, language):
    told = Words(text="电梯坏了", confidence=0.9, engine="w", calibrated=True, language=language)
    with house_in(tmp_path, ears=TwoEars(told)) as house:
        ring(house, ScriptedCaller(VOICE, keys="1"))
        assert rows(house, Ticket)[0].language == "zh"
