"""The measure itself is measured."""

import pytest

from speech.audio import silence
from speech.bench import error_rate, hear_call
from speech.ears.none import NoEar


@pytest.mark.parametrize(
    ("heard", "said", "language", "errors"),
    [
        ("路燈壞了", "路灯，坏了。", "zh", 0.0),
        ("路灯坏", "路灯坏了", "zh", 0.25),
        ("", "路灯坏了", "zh", 1.0),
        ("the light's broken", "The light's broke.", "en", 1 / 3),
        ("", "", "zh", 0.0),
    ],
)
def test_errors_are_counted_in_characters_or_words(heard, said, language, errors):
    assert error_rate(heard, said, language) == pytest.approx(errors)


def test_a_silent_call_is_heard_as_nothing():
    hearing = hear_call(NoEar(""), silence(5), "", "zh")
    assert (hearing.started, hearing.ended, hearing.text, hearing.errors) == (False, 10.0, "", 0.0)
