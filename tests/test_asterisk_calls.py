"""Calls over the double of a PBX: from StasisStart to one ending, whoever hangs up, dies or lies."""

import asyncio

from hotline.demo import voice
from ivr.lines.asterisk.double.people import Somebody
from tests.house import NUMBER, house_in
from tests.pbx import exchange
from tests.test_live_sockets import NEED


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
