"""Calls on a PBX: a resident's channel and one that brings us its sound meet in a bridge.

All of it happens on one event loop; whatever asks the house goes to threads. What Asterisk tells may come twice,
late, or (while we were away) not at all: after every connect what is there is compared with what we know.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from ivr.conversation import Conversation
from ivr.lines.asterisk.ari import Ari, AriProblem
from ivr.lines.asterisk.away import compare
from ivr.lines.asterisk.carried import DIAL, MEDIA, PERSON, Carried, first
from ivr.lines.asterisk.causes import outcome_of
from ivr.lines.asterisk.desk import Desk
from ivr.lines.asterisk.work import Work, words
from ivr.lines.provider import COMPLETED

log = logging.getLogger(__name__)

SETUP = 10.0  #: seconds until the sound of a call has come
RINGS = 25  #: seconds a person is rung whom a caller wants
ENDING = 90.0  #: seconds in which a conversation comes to its end once the line is gone
SHORTLY = 0.3  #: seconds in which we are told that they hung up, where that is why something failed
SOON, LATE = 0.5, 5.0  #: seconds between two tries to connect


class AsteriskLine:
    def __init__(self, ari: Ari, desk: Desk) -> None:
        self._ari = ari
        self._desk = desk
        self._work = Work(ari)
        self._by_channel: dict[str, Carried] = {}
        self._by_call: dict[str, Carried] = {}
        self._by_token: dict[str, Carried] = {}
        self._persons: dict[str, asyncio.Future[bool]] = {}
        self.loop: asyncio.AbstractEventLoop | None = None
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Listen to Asterisk for as long as we live; cancelled, hang up whoever still talks to us."""
        self.loop, wait = asyncio.get_running_loop(), SOON
        try:
            while True:
                try:
                    async for event in self._ari.events():
                        if not event:
                            wait = SOON
                            log.info("Asterisk listens to us")
                            await self._compare()
                            self.connected.set()
                        elif event.get("type") == "ApplicationReplaced":
                            log.error(
                                "another hotline has taken this application of Asterisk's over"
                            )
                            wait = LATE
                        else:
                            self._happened(event)
                except AriProblem as problem:
                    if wait < LATE:  # not every five seconds for as long as it is away
                        log.warning("no events from Asterisk: %s", words(problem))
                except Exception:
                    log.exception("what Asterisk told could not be taken")
                self.connected.clear()
                await asyncio.sleep(wait)
                wait = min(wait * 2, LATE)
        finally:
            await self._leave()

    async def taken(self, token: str) -> Carried | None:
        """A socket shows this token: wait until caller and sound have met. None: none of ours."""
        one = self._by_token.pop(token, None)
        if one is not None:
            await first(one.joined, one.gone, limit=SETUP)
            one.heard = one.joined.is_set()
        return one

    async def connect(self, call: str, number: str) -> bool:
        """Ring somebody and let the caller talk to them; False where nobody answers."""
        one = self._by_call.get(call)
        if one is None or one.gone.is_set():
            return False
        one.tried += 1
        person = f"{PERSON}{call}-{one.tried}"
        answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._persons[person] = answered
        pbx = self._ari.pbx
        try:
            await self._ari.originate(
                person, pbx.endpoint(number), args="person", rings=RINGS, shown=pbx.number
            )
            await first(answered, one.gone, limit=RINGS + 5)
            if one.gone.is_set() or not answered.done() or not answered.result():
                return False
            await self._hand_to(one, person)
        except AriProblem as problem:
            log.warning("call %s: nobody could be rung: %s", call, problem)
        finally:
            self._persons.pop(person, None)
            if one.person != person:
                await self._work.attempt(self._ari.hang_up(person))
        return one.person == person

    # --- what Asterisk tells

    def _happened(self, event: Mapping[str, Any]) -> None:
        channel = event.get("channel")
        id_ = channel.get("id") if isinstance(channel, dict) else None
        if not isinstance(channel, dict) or not isinstance(id_, str):
            return
        match event.get("type"):
            case "StasisStart":
                self._entered(id_, channel)
            case "ChannelDestroyed":
                self._left(id_)
                if id_.startswith(DIAL) and not self._spoken(id_):
                    outcome = outcome_of(event.get("cause"))
                    self._work.begin(
                        self._work.ask(self._desk.ended, id_.removeprefix(DIAL), outcome)
                    )
            case "StasisEnd":
                self._left(id_)
            case _:
                pass

    def _entered(self, id_: str, channel: Mapping[str, Any]) -> None:
        if id_.startswith(MEDIA):
            one = self._by_channel.get(id_)
            if one is None:
                self._work.begin(self._work.attempt(self._ari.hang_up(id_)))
            else:
                one.here.set()
        elif id_.startswith(PERSON):
            answered = self._persons.get(id_)
            if answered is not None and not answered.done():
                answered.set_result(True)
        elif id_ not in self._by_channel:
            key = id_.removeprefix(DIAL) if id_.startswith(DIAL) else ""
            self._by_channel[id_] = one = Carried(id_, key)
            self._work.begin(self._begin(one, channel))

    def _left(self, id_: str) -> None:
        answered = self._persons.get(id_)
        if answered is not None and not answered.done():
            answered.set_result(False)
        one = self._by_channel.pop(id_, None)
        if one is None:
            return
        if id_ == one.caller:
            one.gone.set()
            self._work.begin(self._ended(one))
        elif (
            id_ == one.person or not one.person
        ):  # what they talked to, or we: the conversation is over
            self._work.begin(self._work.let_go(one))

    def _spoken(self, id_: str) -> bool:
        """Whose end is told with the conversation's."""
        return any(one.caller == id_ for one in self._by_call.values())

    async def _compare(self) -> None:
        await compare(
            self._ari, self._work, self._by_channel,
            entered=self._entered, left=self._left, rung=self._persons,
        )  # fmt: skip

    # --- a call from its beginning to its end

    async def _begin(self, one: Carried, channel: Mapping[str, Any]) -> None:
        """Nobody is left with a silent line, whatever fails."""
        try:
            conversation = await self._conversation(one, channel)
            if conversation is not None:
                one.call = conversation.call
                self._by_call[one.call] = self._by_channel[one.media] = one
                if one.gone.is_set():
                    await self._ended(one)
                else:
                    await self._meet(one, ringing=channel.get("state") != "Up")
                return
        except Exception as problem:  # noqa: BLE001  # its words may hold a number
            await first(one.gone, limit=SHORTLY)
            one.failed = not one.gone.is_set()
            if one.failed:
                log.error("call %s cannot be talked to: %s", one.call, words(problem))  # noqa: TRY400
        await self._work.let_go(one, "congestion" if one.failed else "normal")
        if not one.call and not one.key:
            await self._work.insist(self._desk.missed, number_of(channel))

    async def _conversation(self, one: Carried, channel: Mapping[str, Any]) -> Conversation | None:
        if one.key:
            return await self._work.ask(self._desk.answered, one.key)
        return await self._work.ask(self._desk.incoming, number_of(channel))

    async def _meet(self, one: Carried, *, ringing: bool) -> None:
        """The sound first: whoever hears us answer hears us speak."""
        token = await self._work.ask(self._desk.token, one.call)
        self._by_token[token] = one
        try:
            await self._ari.bridge(one.bridge)
            await self._ari.originate(
                one.media, self._ari.pbx.sound(token), args="sound", rings=int(SETUP)
            )
            await first(one.here, one.gone, limit=SETUP)
            if one.gone.is_set():
                return
            if not one.here.is_set():
                raise AriProblem("no channel came; is websocket_client.conf right?")
            if ringing:
                await self._ari.answer(one.caller)
            await self._ari.join(one.bridge, one.caller, one.media)
            one.joined.set()
        finally:
            self._by_token.pop(token, None)

    async def _ended(self, one: Carried) -> None:
        """They are gone: so is everything else of the call, and it gets its ending."""
        for channel in filter(None, (one.call and one.media, one.person)):
            await self._work.attempt(self._ari.hang_up(channel))
        if not one.call:
            return
        await self._work.attempt(self._ari.end_bridge(one.bridge))
        if one.heard:
            await first(one.over, limit=ENDING)
        if not one.over.is_set():
            await self._work.ask(self._desk.broke, one.call, one.failed)
        self._by_call.pop(one.call, None)
        self._by_channel.pop(one.media, None)
        if one.key:
            await self._work.ask(self._desk.ended, one.key, COMPLETED)

    async def _hand_to(self, one: Carried, person: str) -> None:
        """We go, then they come: a person does not hear the machine."""
        one.person = person
        self._by_channel[person] = one
        try:
            await self._ari.leave(one.bridge, one.media)
            await self._ari.join(one.bridge, person)
        except AriProblem:
            one.person = ""
            self._by_channel.pop(person, None)
            await self._work.attempt(self._ari.join(one.bridge, one.media))
            raise

    async def _leave(self) -> None:
        """Nobody is left in a bridge with nobody."""
        self.connected.clear()
        alone = {one.caller for one in self._by_channel.values() if not one.person}
        await asyncio.gather(*(self._work.attempt(self._ari.hang_up(one)) for one in alone))
        await self._work.close()
        await self._ari.__aexit__()


def number_of(channel: Mapping[str, Any]) -> str:
    """As Asterisk shows the caller's; "" where it shows none."""
    caller = channel.get("caller")
    return str(caller.get("number") or "") if isinstance(caller, dict) else ""
