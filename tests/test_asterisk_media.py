"""The sound of a call on a PBX: chan_websocket's messages in both forms, its queue, and what makes no sense."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from hotline.demo import voice
from hotline.reception import admit
from ivr.lines.asterisk.account import LIVE
from ivr.lines.asterisk.dialect import EVERY, AsteriskMedia
from ivr.lines.asterisk.double.media import MediaChannel
from ivr.lines.dialect import Clear, HangUp, Key, Mark, Media, Nonsense, Play, Played, Started
from ivr.lines.sockets import Socket
from ivr.lines.switchboard import Switchboard
from ivr.speaking import SILENCE
from speech.audio import FRAME, ulaw_encode
from tests.house import house_in
from tests.test_live_sockets import NEED, outcome
from tests.wire import InStep, token_for

SOUND = ulaw_encode(voice("resident_need")[8000 : 8000 + FRAME])


def started(form: str = "ulaw", *, as_json: bool = True) -> AsteriskMedia:
    said = MediaChannel("c1", "hotline", as_json=as_json).start().replace("ulaw", form)
    dialect = AsteriskMedia("t0ken")
    assert dialect.decode(said) == Started("t0ken")
    return dialect


@pytest.mark.parametrize("as_json", [True, False])
def test_what_asterisk_says_is_understood_in_both_forms(as_json):
    channel, dialect = MediaChannel("c1", "hotline", as_json=as_json), AsteriskMedia("t")
    assert dialect.decode(channel.start()) == Started("t")
    assert dialect.decode(channel.key("5")) == Key("5")
    assert dialect.decode(SOUND) == Media(SOUND)
    for order in (Play(SOUND), Mark("7"), HangUp()):
        assert channel.take(dialect.encode(order) or b"") == []
    heard, told = channel.tick()
    assert (heard, told, channel.hung_up) == (SOUND, [], True)
    [mark] = channel.tick()[1]
    assert dialect.decode(mark) == Played("7")
    assert channel.complaints == []


@pytest.mark.parametrize("as_json", [True, False])
def test_what_was_not_heard_yet_is_flushed(as_json):
    channel, dialect = MediaChannel("c1", "hotline", as_json=as_json), started(as_json=as_json)
    for order in (Play(SOUND), Mark("1"), Clear()):
        channel.take(dialect.encode(order) or b"")
    assert channel.tick() == (SILENCE, [])


@pytest.mark.parametrize("form", ["slin", "alaw"])
def test_other_formats_of_the_same_rate_are_carried(form):
    dialect = started(form)
    sent = dialect.encode(Play(SOUND))
    assert isinstance(sent, bytes)
    assert len(sent) == FRAME * (2 if form == "slin" else 1)
    back = dialect.decode(sent)
    assert isinstance(back, Media)
    near = sum(abs(a - b) <= 2 for a, b in zip(back.sound, SOUND, strict=True))
    assert near > FRAME * 0.9


def test_a_channel_that_is_full_gets_no_silence_and_what_was_said_later():
    dialect = started()
    dialect.decode('{"event":"MEDIA_XOFF","channel_id":"c1"}')
    assert [dialect.encode(one) for one in (Play(SILENCE), Play(SOUND), Mark("1"))] == [None] * 3
    dialect.decode('{"event":"MEDIA_XON","channel_id":"c1"}')
    assert dialect.encode(Play(SOUND)) == SOUND * 2


def test_what_has_piled_up_over_there_drains_while_we_are_silent():
    dialect, channel = started(), MediaChannel("c1", "hotline")
    channel.take(SOUND * 20)
    for _ in range(20 * EVERY):
        if (message := dialect.encode(Play(SILENCE))) is not None:
            channel.take(message)
        channel.tick()
    assert channel.waiting <= 1


@pytest.mark.parametrize(
    "rubbish",
    ["", "{", "[]", "hello", '{"event":"MEDIA_START","format":"opus"}', '{"x":1}', "{" * 9000,
     '{"event":["DTMF_END"]}', "MEDIA_START format:g729", b"x" * 40_000],
)  # fmt: skip
def test_rubbish_is_nonsense(rubbish):
    dialect = started()
    with pytest.raises(Nonsense):
        dialect.decode(rubbish)


def test_half_a_sample_is_nonsense_and_odd_digits_are_no_keys():
    dialect = started("slin")
    with pytest.raises(Nonsense):
        dialect.decode(b"abc")
    assert dialect.decode('{"event":"DTMF_END","channel_id":"c","digit":"A"}') is None
    assert dialect.decode('{"event":"DTMF_END","channel_id":"c","digit":["1"]}') is None


def test_sound_before_the_start_is_nobodys():
    assert AsteriskMedia("t").decode(SOUND) is None


def test_the_double_complains_as_asterisk_would():
    channel = MediaChannel("c1", "hotline")
    for wrong in (
        '{"command":"MARK"}',
        '{"command":"HANGUP","why":1}',
        "x" * 129,
        "HANGUP",
        b"abc",
    ):
        channel.take(wrong)
    assert len(channel.complaints) == 5
    assert not channel.hung_up


# --- whole conversations, in step


@dataclass
class Handset:
    """Whoever is behind a WebSocket channel; does the next thing when a sentence has been heard."""

    script: list[object] = field(default_factory=list)
    keys: str = ""
    ticks: int = 0
    closed: int | None = None

    def __post_init__(self) -> None:
        self.channel = MediaChannel("c1", "hotline")
        self._out: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self._out.put_nowait({"type": "websocket.connect"})
        self.says(self.channel.start())
        self._speaking = b""
        self.heard = b""
        self.told: list[str] = []

    def says(self, text: str) -> None:
        self._out.put_nowait({"type": "websocket.receive", "text": text})

    def sends(self, sound: bytes) -> None:
        self._out.put_nowait({"type": "websocket.receive", "bytes": sound})

    def hangs_up(self) -> None:
        self._out.put_nowait({"type": "websocket.disconnect", "code": 1000})

    def presses(self, keys: str) -> None:
        for digit in keys:
            self.says(self.channel.key(digit))

    def speaks(self, sound) -> None:
        self._speaking += ulaw_encode(sound)

    def tick(self) -> None:
        self.ticks += 1
        before = self.channel.marks
        frame, said = self.channel.tick()
        self.heard += frame
        for one in said:
            self.says(one)
        piece, self._speaking = self._speaking[:FRAME], self._speaking[FRAME:]
        self.sends(piece + SILENCE[len(piece) :])
        if self.channel.marks > before:
            what = self.script.pop(0) if self.script else self.keys
            if callable(what):
                what(self)
            elif isinstance(what, str):
                self.presses(what)
            else:
                self.speaks(what)

    async def receive(self) -> dict[str, object]:
        return await self._out.get()

    async def send(self, message) -> None:
        if message["type"] == "websocket.close":
            self.closed = message["code"]
        if message["type"] == "websocket.send":
            self.told += [message["text"]] if message.get("text") else []
            for one in self.channel.take(message.get("text") or message.get("bytes")):
                self.says(one)


def carry(house, handset: Handset, token: str) -> None:
    async def main() -> None:
        board = Switchboard(lambda token, line: admit(house, token, line), InStep(handset))  # type: ignore[arg-type]
        socket = Socket({"path": LIVE}, handset.receive, handset.send)
        async with asyncio.timeout(240):
            await board.carry(socket, AsteriskMedia(token))
        board.close()

    asyncio.run(main())


def test_a_need_is_told_over_a_pbx_and_becomes_a_ticket(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house, line="asterisk")
        handset = Handset([voice("resident_need")], keys="1")
        carry(house, handset, token)
        assert outcome(house, call) == "ticket"
    assert handset.channel.hung_up
    assert handset.channel.complaints == []


def test_who_hangs_up_in_the_middle_of_it_leaves_a_draft(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house, line="asterisk")
        tells = lambda it: (it.speaks(voice("resident_need")[:24000]), it.hangs_up())  # noqa: E731
        carry(house, Handset([tells]), token)
        assert outcome(house, call) == "draft"


def test_a_key_in_the_middle_of_a_sentence_stops_what_is_on_its_way(tmp_path):
    with house_in(tmp_path, NEED) as house:
        call, token = token_for(house, line="asterisk")
        handset = Handset(keys="1")
        handset.presses("0" * 500)
        carry(house, handset, token)
        assert outcome(house, call) == "human"
    assert any("FLUSH_MEDIA" in one for one in handset.told)


def test_a_wrong_token_is_refused(tmp_path):
    with house_in(tmp_path, NEED) as house:
        handset = Handset()
        carry(house, handset, "wrong")
        assert handset.closed == 1008


def test_marks_are_sent_in_few_enough_bytes():
    message = started().encode(Mark("123456"))
    assert isinstance(message, str)
    assert len(message) <= 128
    assert json.loads(message)["correlation_id"] == "123456"
