"""Recognition that raises, dies or hangs in mid-call: the call goes on with its recording, to a person."""

import pytest

from hotline.demo import voice
from ivr.lines.simulated import ScriptedCaller
from speech.audio import RATE
from speech.ears import EarDesk, Engine
from speech.ears.attendant import Limits
from tests.house import house_in, ring


@pytest.mark.parametrize("behaviour", ["Raises", "Dies", "HangsWhereLoud"])
def test_a_call_survives_its_recogniser(tmp_path, behaviour):
    engine = Engine(f"speech.ears.rehearsal:{behaviour}", tmp_path)
    desk = EarDesk(
        tmp_path, chooser=lambda _language, _models: engine, limits=Limits(base=1, each=0)
    )
    need = voice("resident_need")
    louder = (need.astype(float) * 3).clip(-32768, 32767).astype("int16")
    with house_in(tmp_path, ears=desk) as house:
        account, _, call = ring(house, ScriptedCaller(louder, keys="1"))
    assert (account["outcome"], account["need"]["text"]) == ("human", "")
    assert account["recording"]["seconds"] >= len(need) / RATE
    assert call.failed is None
