"""Residents are rung through a PBX: placed once, looked up after a crash, each kind of no with its reason."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.asterisk_line import attempt_of
from hotline.dialling.dialler import Dialler
from hotline.line_desk import shown
from ivr.lines.asterisk.account import BadPbx, Pbx
from ivr.lines.asterisk.carried import DIAL
from ivr.lines.asterisk.causes import outcome_of
from ivr.lines.asterisk.provider import AsteriskProvider, Attempt
from ivr.lines.provider import COMPLETED, KeyRefused, Known, Order, ProviderDown, Unsure
from tests.house import NUMBER, house_in, result_waiting
from tests.pbx import exchange
from tickets.callbacks import DialAttempt
from tickets.lifecycle import Status
from tickets.models import Ticket

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
KEY = "k" * 32
ORDER = Order(key=KEY, number="13800000000", until=AT + timedelta(minutes=2))
WRITTEN = {KEY: Attempt(until=ORDER.until, answered=False)}
NOWHERE = Pbx(url="http://127.0.0.1:9", user="u", password="p")


@pytest.fixture
def owed(tmp_path):
    with result_waiting(tmp_path) as house:
        yield house


@pytest.fixture
def house(tmp_path):
    with house_in(tmp_path) as one:
        yield one


def play(house, story, **dialled):
    async def main() -> None:
        async with exchange(house, **dialled) as pbx, asyncio.timeout(120):
            await story(pbx)

    asyncio.run(main())


def provider_at(pbx, moment=AT, written=None, **facts):
    return AsteriskProvider(pbx.pbx, (written or WRITTEN).get, lambda: moment, **facts)


def place(pbx, order=ORDER, moment=AT, **facts):
    return asyncio.to_thread(provider_at(pbx, moment, **facts).place, order)


def look_up(pbx, moment=AT, written=None):
    return asyncio.to_thread(provider_at(pbx, moment, written).look_up, KEY)


def attempts(house):
    with house.database.read() as session:
        return [one.outcome for one in session.scalars(select(DialAttempt))]


async def dialled(pbx):
    """The worker dials."""
    provider = AsteriskProvider(pbx.pbx, lambda key: attempt_of(pbx.house, key), pbx.house.now)
    dialler = Dialler(pbx.house, provider)
    await asyncio.to_thread(dialler.dial, 5)
    await asyncio.to_thread(dialler.close)


def test_a_dial_is_a_channel_of_its_key_and_there_is_no_second_one(house):
    async def story(pbx):
        await place(pbx)
        assert f"{DIAL}{KEY}" in pbx.double.channels
        with pytest.raises(KeyRefused):
            await place(pbx)
        assert pbx.double.dialled == ["13800000000"]
        assert (await look_up(pbx)).known is Known.UNDER_WAY
        await asyncio.to_thread(provider_at(pbx).hang_up, KEY)
        assert f"{DIAL}{KEY}" not in pbx.double.channels

    play(house, story, n13800000000=["no_answer"])


def test_what_is_not_found_any_more_has_failed_and_is_never_taken_for_not_made(house):
    async def story(pbx):
        later = ORDER.until + timedelta(minutes=1)
        assert (await look_up(pbx)).known is Known.UNKNOWN
        fate = await look_up(pbx, later)
        assert (fate.known, fate.outcome) == (Known.ENDED, "failed")
        talked = {KEY: replace(WRITTEN[KEY], answered=True)}
        assert (await look_up(pbx, later, talked)).outcome == COMPLETED

    play(house, story)


def test_a_pbx_that_fails_is_asked_once(house):
    async def story(pbx):
        for status, raised in (
            (401, ProviderDown),
            (500, ProviderDown),
        ):  # before it was asked to dial
            pbx.ari.fails = [status]
            with pytest.raises(raised):
                await place(pbx)
        with pytest.raises(Unsure):
            await place(pbx)
        assert pbx.double.dialled == ["13800000000"]
        with pytest.raises(KeyRefused):
            await place(pbx, moment=ORDER.until)

    play(house, story, n13800000000=["unsure"])


def test_a_pbx_that_hangs_leaves_it_unsure_and_a_dead_one_rings_nobody(house):
    async def story(pbx):
        pbx.ari.hangs = 0.4
        with pytest.raises(ProviderDown):  # not even asked to dial
            await place(pbx, limit=0.2)
        pbx.ari.hangs = 0.0
        nowhere = AsteriskProvider(NOWHERE, WRITTEN.get, lambda: AT)
        with pytest.raises(ProviderDown):
            await asyncio.to_thread(nowhere.place, ORDER)
        assert pbx.double.dialled == []

    play(house, story)


def test_nobody_is_rung_while_nobody_would_talk_to_them(house):
    async def story(pbx):
        await pbx.hang_up_on()
        await pbx.until(lambda: pbx.ari._out is None)
        with pytest.raises(ProviderDown):
            await place(pbx)
        assert pbx.double.dialled == []

    play(house, story)


@pytest.mark.parametrize(
    ("turn", "outcome"),
    [("busy", "busy"), ("no_answer", "no_answer"), ("refused", "refused"), ("bad_number", "bad_number"),
     ("down", "failed")],
)  # fmt: skip
def test_how_a_dial_ends_is_kept_with_its_reason(owed, turn, outcome):
    async def story(pbx):
        await dialled(pbx)
        await pbx.until(lambda: attempts(owed) == [outcome])

    play(owed, story, **{f"n{NUMBER}": [turn]})


def test_somebody_answers_presses_the_keys_and_the_need_is_closed(owed):
    async def story(pbx):
        await dialled(pbx)
        await pbx.until(lambda: attempts(owed) != [None])
        await pbx.still()
        assert pbx.double.dialled == [NUMBER]
        assert pbx.double.complaints == []

    play(owed, story, **{f"n{NUMBER}": ["answers 1111"]})
    with owed.database.read() as session:
        assert session.get_one(Ticket, 1).status is Status.SOLVED


@pytest.mark.parametrize(
    ("cause", "outcome"), [(17, "busy"), (34, "failed"), (None, "failed"), ("17", "failed")]
)
def test_causes_are_numbers_of_q850(cause, outcome):
    assert outcome_of(cause) == outcome


@pytest.mark.parametrize(
    "wrong",
    [{"URL": "127.0.0.1:8088"}, {"URL": "http://u:p@h"}, {"USER": ""}, {"PASSWORD": ""}, {"APP": "a b"},
     {"DIAL": "PJSIP/5"}],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named_without_secrets(wrong):
    said = {"URL": "http://127.0.0.1:8088", "USER": "hotline", "PASSWORD": "s3cret"} | wrong
    with pytest.raises(BadPbx) as why:
        Pbx.read({f"HOTLINE_ASTERISK_{name}": value for name, value in said.items()})
    assert "s3cret" not in str(why.value)
    assert Pbx.read({}) is None


def test_only_digits_get_into_a_dial_string_and_the_password_is_not_shown():
    pbx = replace(NOWHERE, dial="PJSIP/9{number}@trunk")
    assert pbx.endpoint("010-5555,0101&Local/x") == "PJSIP/901055550101@trunk"
    assert "'p'" not in repr(pbx)


def test_a_number_that_stands_for_nobody_is_no_number():
    assert [shown(one) for one in ("+266696687", "anonymous", "13800000000")] == [
        "",
        "",
        "13800000000",
    ]
