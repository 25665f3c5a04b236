"""The telephone in a real browser: from the green button to a ticket, with a WAV as the microphone."""

from importlib.resources import files

import numpy as np
import pytest
from sqlalchemy import select

from hotline.account import account_of
from hotline.demo import voice
from ivr.calls import Call
from speech.audio import RATE, silence, ulaw_decode, write_wav
from tests.browser_phone import opened
from tests.chromium import BROWSER, browser
from tests.house import house_in
from tests.test_browser_phone import ended

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="needs Chromium (Debian: apt install chromium)"
)

NEED = "我们这个单元的电梯又坏了"
FAKE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
LAST = "[...document.querySelectorAll('.said .{who} p')].at(-1)?.innerText.includes({words!r})"
LISTENS = "document.querySelector('.phone').dataset.now === 'listening'"


def last(who, words):
    return LAST.format(who=who, words=words)


def test_from_the_green_button_to_a_ticket(tmp_path):
    said = voice("resident_need")[: 5 * RATE]
    write_wav(tmp_path / "mic.wav", np.concatenate([said, silence(12)]))  # over and over
    wav = f"--use-file-for-fake-audio-capture={tmp_path / 'mic.wav'}"
    with house_in(tmp_path, NEED) as house, opened(house) as here:
        with browser(tmp_path / "profile", *FAKE, wav) as tab:
            tab.goes_to(f"{here.origin}/phone")
            tab.clicks(".call")
            tab.until(last("hotline", "请慢慢说"))
            tab.until("document.querySelector('.level').ariaValueNow > 30")
            tab.until(last("caller", NEED), 120)
            tab.until(f"{LISTENS} && {last('hotline', '请按数字一')}", 120)
            tab.presses("1")
            tab.until(last("hotline", "电梯里有没有人"))
            tab.clicks(".call")
            tab.until("!document.querySelector('.call').classList.contains('busy')")
            assert tab.faults == []
        assert ended(house) == ["ticket"]
        with house.database.read() as session:
            [call] = session.scalars(select(Call.id))
        account = account_of(house, call)
    assert account["ticket"]["department"] == "property"
    assert account["recording"]["seconds"] > 8


def test_without_a_microphone_the_keys_still_work_and_the_page_says_so(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here:
        with browser(tmp_path / "profile", "--deny-permission-prompts") as tab:
            tab.goes_to(f"{here.origin}/phone")
            tab.presses("Tab")
            tab.value("document.querySelector('.call').focus()")
            tab.presses("Enter")
            tab.until("!document.querySelector('.alarm').hidden")
            assert "请用按键回答" in tab.text(".alarm")
            tab.until(last("hotline", "请慢慢说"))
            tab.clicks("[data-key='0']")
            tab.until("document.querySelectorAll('.said .hotline').length === 2")
            tab.clicks(".call")
            tab.until("!document.querySelector('.call').classList.contains('busy')")
            assert tab.faults == []
        assert ended(house) == ["human"]


def test_a_call_that_is_not_taken_says_why_and_the_button_is_green_again(tmp_path):
    environ = {"HOTLINE_PHONE_AN_HOUR": "1"}
    with house_in(tmp_path, environ=environ) as house, opened(house) as here:
        here.token()
        with browser(tmp_path / "profile", *FAKE) as tab:
            tab.goes_to(f"{here.origin}/phone")
            tab.clicks(".call")
            tab.until("document.querySelector('.alarm').innerText.includes('打得太多')")
            assert tab.text(".call") == "打电话"
            tab.value("window.fetch = () => Promise.reject(new SyntaxError('no JSON'))")
            tab.until("new Promise((done) => setTimeout(() => done(true), 700))")  # no double click
            tab.clicks(".call")
            tab.until("document.querySelector('.alarm').innerText.includes('没有接通')")


#: a machine without a sound card, as Firefox shows it: the clock of its sound stands still
MUTE = """
window.AudioContext = class extends AudioContext { constructor() { super(); this.suspend(); } resume() { return new Promise(() => 0); } };
window.sent = 0;
WebSocket.prototype.send = new Proxy(WebSocket.prototype.send, {
  apply: (send, socket, [message]) => { window.sent += typeof message !== "string"; return send.call(socket, message); },
});
"""


def test_without_a_sound_card_the_call_is_read_and_answered_with_keys(tmp_path):
    with house_in(tmp_path) as house, opened(house) as here:
        with browser(tmp_path / "profile", *FAKE) as tab:
            tab.goes_to(f"{here.origin}/phone")
            tab.value(MUTE)
            tab.clicks(".call")
            tab.until("document.querySelector('.alarm').innerText.includes('放不出声音')")
            tab.until("sent > 5")  # silence: somebody is there
            tab.presses("0")
            tab.until("document.querySelectorAll('.said .hotline').length === 2")
            tab.clicks(".call")
            assert tab.faults == []
        assert ended(house) == ["human"]


#: levels in dB at a rate: a tone of the telephone's band brought down, one above it brought down, one brought up
RESAMPLED = """
[8000, 16000, 44100, 48000, 96000].map((rate) => {
  const level = (from, to, pitch) => {
    const tone = Float32Array.from({ length: from }, (_, n) => Math.sin((2 * Math.PI * pitch * n) / from));
    const out = new Resampler(from, to).push(tone);
    const middle = out.subarray(Math.floor(out.length / 4), Math.floor((out.length * 3) / 4));
    return [10 * Math.log10(2 * middle.reduce((sum, one) => sum + one * one, 0) / middle.length + 1e-12), out.length / to];
  };
  return [...level(rate, LINE, 1000), ...level(rate, LINE, rate > 10000 ? 5000 : 1000), ...level(LINE, rate, 1000)];
})
"""


def test_every_rate_of_a_sound_card_comes_through_and_nothing_folds_back(tmp_path):
    source = (files("console") / "static" / "phone_worklet.js").read_text("utf-8")
    stubs = "class AudioWorkletProcessor {}; const registerProcessor = () => 0, sampleRate = 48000;"
    with browser(tmp_path / "profile") as tab:
        levels, codes, again = tab.value(
            f"(() => {{ {stubs} {source} return [{RESAMPLED.strip()}, [...DECODED], [...DECODED].map(encode)]; }})()"
        )
    for rate, (down, length, above, _, up, long) in zip((8, 16, 44.1, 48, 96), levels, strict=True):
        assert max(abs(down), abs(up)) < 0.3, rate
        assert above < -60 or rate == 8
        assert 0.98 < min(length, long) <= 1
    assert np.allclose(np.array(codes) * 32768, ulaw_decode(bytes(range(256))))
    assert [one for one in range(256) if again[one] != one] == [127]  # minus nothing is nothing
