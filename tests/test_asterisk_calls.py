"""Calls over the double of a PBX: from StasisStart to one ending, whoever hangs up, dies or lies."""

import asyncio

import pytest
from aiohttp import ClientSession, WSMsgType
from sqlalchemy import select

from hotline.demo import voice
from ivr.lines.asterisk.ari import AriRefused
from ivr.lines.asterisk.carried import PERSON
from ivr.lines.asterisk.double.people import HANGS_UP, Somebody
from store.gate import StoreBusy
from tests.house import NUMBER, house_in
from tests.pbx import SECRET, exchange, listener
from tests.test_live_sockets import NEED
from tickets.callbacks import Callback
from tickets.waiting import waiting_now


def told(tmp_path, story, *texts, environ=None, **dialled):
    """Play a story in a house with a PBX."""

    async def main() -> None:
        async with exchange(house, **dialled) as pbx, asyncio.timeout(150):
            await story(pbx)
            assert pbx.double.complaints == []

    with house_in(tmp_path, *(texts or (NEED,)), environ=environ) as house:
        asyncio.run(main())


def test_somebody_rings_tells_their_need_and_it_becomes_a_ticket(tmp_path):
    async def story(pbx):
        caller = Somebody([voice("resident_need")], keys="1")
        pbx.double.rings_in(caller, NUMBER)
        await pbx.still()
        [call] = pbx.calls()
        assert call["outcome"] == "ticket"
        assert call["ticket"]["department"] == "property"
        assert caller.heard_anything

    told(tmp_path, story)


def test_who_hangs_up_leaves_a_draft(tmp_path):
    async def story(pbx):
        channel = pbx.double.rings_in(Somebody([voice("resident_need")]), NUMBER)
        await pbx.until(lambda: channel.person.script == [])
        pbx.double.hang_up(channel.id)
        await pbx.still()
        assert pbx.endings() == ["draft"]

    told(tmp_path, story)


def test_a_call_that_the_house_cannot_begin_is_written_down_and_rung_back(tmp_path, monkeypatch):
    def busy(*_args, **_more):
        raise StoreBusy

    monkeypatch.setattr("hotline.asterisk_line.answer_phone", busy)

    async def story(pbx):
        caller = Somebody([voice("resident_need")])
        pbx.double.rings_in(caller, NUMBER)
        await pbx.until(lambda: pbx.endings() == ["draft"])
        await pbx.still()
        assert not caller.heard_anything
        with pbx.house.database.read() as session:
            [row] = waiting_now(session)
            assert session.scalars(select(Callback)).one().waiting_id == row.id

    told(tmp_path, story)


def test_who_hangs_up_before_we_answer_has_their_ending(tmp_path):
    async def story(pbx):
        channel = pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.until(pbx.endings)
        pbx.double.hang_up(channel.id)
        await pbx.until(lambda: not pbx.double.channels and all(pbx.endings()))
        assert len(pbx.endings()) == 1

    told(tmp_path, story)


def test_nobodys_number_and_no_secret_is_told_to_the_log(tmp_path, caplog):
    async def story(pbx):
        pbx.double.rings_in(Somebody(keys=HANGS_UP), NUMBER)
        pbx.double.rings_in(Somebody(keys=HANGS_UP), "anonymous")
        await pbx.still()
        assert len(pbx.endings()) == 2

    with caplog.at_level("DEBUG", "ivr"):
        told(tmp_path, story)
    assert NUMBER not in caplog.text
    assert SECRET not in caplog.text


# --- a person is wanted

OPERATOR = {"HOTLINE_OPERATOR": "01055559999", "HOTLINE_OPERATOR_HOURS": "always"}


def test_the_operator_takes_it_and_the_machine_goes(tmp_path):
    async def story(pbx):
        caller = pbx.double.rings_in(Somebody(keys="0"), NUMBER)
        await pbx.until(lambda: pbx.endings() == ["human"])
        [person] = [one for one in pbx.double.channels.values() if one.id.startswith(PERSON)]
        assert pbx.double.dialled == ["01055559999"]
        assert set(pbx.double.members(person.bridge)) == {caller, person}
        pbx.double.hang_up(person.id)
        await pbx.still()

    told(tmp_path, story, environ=OPERATOR)


def test_where_nobody_takes_it_a_ring_back_is_promised(tmp_path):
    async def story(pbx):
        caller = Somebody(keys="0")
        pbx.double.rings_in(caller, NUMBER)
        await pbx.still()
        [call] = pbx.calls()
        assert pbx.double.dialled == ["01055559999"]
        assert call["outcome"] == "human"
        assert any("十五分钟之内" in one["text"] for one in call["transcript"])

    told(tmp_path, story, environ=OPERATOR, n01055559999=["busy"])


def test_who_hangs_up_while_a_person_is_rung_lets_it_ring_no_more(tmp_path):
    async def story(pbx):
        pbx.double._patience = 30
        channel = pbx.double.rings_in(Somebody(keys="0"), NUMBER)
        await pbx.until(lambda: pbx.double.dialled)
        pbx.double.hang_up(channel.id)
        await pbx.still()
        assert pbx.endings() == ["human"]

    told(tmp_path, story, environ=OPERATOR, n01055559999=["no_answer"])


# --- what goes wrong


def test_one_token_admits_one_socket(tmp_path):
    async def story(pbx):
        seen: list[str] = []
        issue = pbx.line._desk.token

        def token(call: str) -> str:
            seen.append(issue(call))
            return seen[-1]

        pbx.line._desk.token = token
        channel = pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.until(lambda: pbx.board.live)
        async with ClientSession() as session:
            for one in (seen[0], "wrong", ""):
                async with session.ws_connect(f"{pbx.double._live}?token={one}") as socket:
                    await socket.send_bytes(b"early")
                    await socket.send_str("rubbish")
                    await socket.send_str('{"event":"MEDIA_START","format":"ulaw"}')
                    assert (await socket.receive(20)).type is WSMsgType.CLOSE
                    assert socket.close_code == 1008
        assert len(pbx.board.live) == 1
        pbx.double.hang_up(channel.id)
        await pbx.still()

    told(tmp_path, story)


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_asterisk_that_refuses_leaves_nobody_on_a_silent_line(tmp_path, status):
    async def story(pbx):
        pbx.ari.fails = [status]
        pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.still()
        assert pbx.endings() == ["draft"]

    told(tmp_path, story)


def test_a_socket_that_asterisk_cannot_open_ends_the_call(tmp_path):
    async def story(pbx):
        pbx.double._live = "ws://127.0.0.1:9/nowhere"
        pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.still()
        assert pbx.endings() == ["draft"]

    told(tmp_path, story)


def test_a_call_goes_on_while_nothing_is_told_and_its_end_is_noticed_later(tmp_path):
    async def story(pbx):
        channel = pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.until(lambda: pbx.board.live)
        await pbx.ari.drop()
        await pbx.until(lambda: not pbx.line.connected.is_set())
        assert pbx.board.live
        pbx.double.hang_up(channel.id)  # told to nobody
        await asyncio.wait_for(pbx.line.connected.wait(), 30)
        await pbx.still()
        assert len(pbx.endings()) == 1

    told(tmp_path, story)


def test_after_a_crash_the_caller_is_not_left_alone(tmp_path):
    async def story(pbx):
        channel = pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.until(lambda: pbx.board.live)
        await pbx.hang_up_on()
        await pbx.until(lambda: not pbx.ari.sockets[-1].prepared or pbx.ari._out is None)
        second = listener(pbx.house, pbx.pbx)
        running = asyncio.create_task(second.run())
        await pbx.until(lambda: len(pbx.endings()) == 2)
        assert channel.id in pbx.double.channels
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert channel.id not in pbx.double.channels

    told(tmp_path, story)


def test_an_asterisk_that_hangs_is_asked_to_hang_up_until_it_does(tmp_path):
    async def story(pbx):
        pbx.ari.hangs = 1.0
        pbx.double.rings_in(Somebody(), NUMBER)
        await pbx.until(lambda: any("DELETE" in one for one in pbx.ari.asked))
        pbx.ari.hangs = 0.0
        await pbx.still()
        assert pbx.endings() == ["draft"]

    told(tmp_path, story, limit=0.5)


def test_two_people_who_talk_are_left_in_peace_after_a_crash(tmp_path):
    async def story(pbx):
        caller = pbx.double.rings_in(Somebody(keys="0"), NUMBER)
        await pbx.until(lambda: pbx.endings() == ["human"])
        await pbx.hang_up_on()
        await pbx.until(lambda: pbx.ari._out is None)
        second = listener(pbx.house, pbx.pbx)
        running = asyncio.create_task(second.run())
        await asyncio.wait_for(second.connected.wait(), 20)
        [person] = [one for one in pbx.double.members(caller.bridge) if one is not caller]
        pbx.double.hang_up(caller.id)
        await pbx.until(lambda: not pbx.double.channels and not pbx.double.bridges)
        assert person.cause == 16
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert pbx.endings() == ["human"]

    told(tmp_path, story, environ=OPERATOR)


def test_the_double_complains_of_what_asterisk_does_not_know(tmp_path):
    async def story(pbx):
        for body in ({"endpoint": "PJSIP/1@t", "ap": "x"}, {"app": "hotline"}):
            with pytest.raises(AriRefused):
                await pbx.line._ari._ask("POST", "channels/c1", body)
        with pytest.raises(AriRefused):
            await pbx.line._ari.join("nowhere", "c1")
        assert len(pbx.double.complaints) == 2
        pbx.double.complaints.clear()

    told(tmp_path, story)
