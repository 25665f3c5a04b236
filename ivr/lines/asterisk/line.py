"""Calls on a PBX: a resident's channel and one that brings us its sound meet in a bridge.

All of it happens on one event loop; whatever asks the house goes to threads. What Asterisk tells may come twice,
late, or (while we were away) not at all: after every connect what is there is compared with what we know.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from ivr.conversation import Conversation
from ivr.lines.asterisk.ari import Ari, AriProblem
from ivr.lines.asterisk.carried import BRIDGE, DIAL, MEDIA, PERSON, Carried, first
from ivr.lines.asterisk.causes import outcome_of
from ivr.lines.provider import COMPLETED

log = logging.getLogger(__name__)

T = TypeVar("T")

SETUP = 10.0  #: seconds until the sound of a call has come
RINGS = 25  #: seconds a person is rung whom a caller wants
ENDING = 90.0  #: seconds in which a conversation comes to its end once the line is gone
SOON, LATE = 0.5, 5.0  #: seconds between two tries to connect
AGAIN = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  #: seconds between two tries to hang up
AT_ONCE = 16  #: questions to the house at the same time


class Desk(Protocol):
    """What the line asks of the house; slow."""

    def incoming(self, number: str) -> Conversation: ...
    def token(self, call: str) -> str:
        """Admits one socket to this call."""
        ...

    def answered(self, key: str) -> Conversation | None:
        """Somebody answers a dial of ours; None: hang up."""
        ...

    def ended(self, key: str, outcome: str) -> None: ...
    def broke(self, call: str, trouble: bool) -> None:
        """A call that no socket carried is over; ``trouble``: for no reason of theirs."""
        ...


class AsteriskLine:
    def __init__(self, ari: Ari, desk: Desk) -> None:
        self._ari = ari
        self._desk = desk
        self._house = ThreadPoolExecutor(AT_ONCE, "asterisk")
        self._by_channel: dict[str, Carried] = {}
        self._by_call: dict[str, Carried] = {}
        self._by_token: dict[str, Carried] = {}
        self._persons: dict[str, asyncio.Future[bool]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
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
                    log.warning("no events from Asterisk: %s", _words(problem))
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
                await self._try(self._ari.hang_up(person))
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
                    self._spawn(self._off(self._desk.ended, id_.removeprefix(DIAL), outcome))
            case "StasisEnd":
                self._left(id_)
            case _:
                pass

    def _entered(self, id_: str, channel: Mapping[str, Any]) -> None:
        if id_.startswith(MEDIA):
            one = self._by_channel.get(id_)
            if one is None:
                self._spawn(self._try(self._ari.hang_up(id_)))
            else:
                one.here.set()
        elif id_.startswith(PERSON):
            answered = self._persons.get(id_)
            if answered is not None and not answered.done():
                answered.set_result(True)
        elif id_ not in self._by_channel:
            key = id_.removeprefix(DIAL) if id_.startswith(DIAL) else ""
            self._by_channel[id_] = one = Carried(id_, key)
            self._spawn(self._begin(one, channel))

    def _left(self, id_: str) -> None:
        answered = self._persons.get(id_)
        if answered is not None and not answered.done():
            answered.set_result(False)
        one = self._by_channel.pop(id_, None)
        if one is None:
            return
        if id_ == one.caller:
            one.gone.set()
            self._spawn(self._ended(one))
        elif (
            id_ == one.person or not one.person
        ):  # what they talked to, or we: the conversation is over
            self._spawn(self._let_go(one))

    def _spoken(self, id_: str) -> bool:
        """Whose end is told with the conversation's."""
        return any(one.caller == id_ for one in self._by_call.values())

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
            one.failed = True
            log.error("call %s cannot be talked to: %s", one.call, _words(problem))  # noqa: TRY400
        await self._let_go(one, "congestion" if one.failed else "normal")

    async def _conversation(self, one: Carried, channel: Mapping[str, Any]) -> Conversation | None:
        if one.key:
            return await self._off(self._desk.answered, one.key)
        caller = channel.get("caller")
        number = caller.get("number") if isinstance(caller, dict) else ""
        return await self._off(self._desk.incoming, str(number or ""))

    async def _meet(self, one: Carried, *, ringing: bool) -> None:
        """The sound first: whoever hears us answer hears us speak."""
        token = await self._off(self._desk.token, one.call)
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
            await self._try(self._ari.hang_up(channel))
        if not one.call:
            return
        await self._try(self._ari.end_bridge(one.bridge))
        if one.heard:
            await first(one.over, limit=ENDING)
        if not one.over.is_set():
            await self._off(self._desk.broke, one.call, one.failed)
        self._by_call.pop(one.call, None)
        self._by_channel.pop(one.media, None)
        if one.key:
            await self._off(self._desk.ended, one.key, COMPLETED)

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
            await self._try(self._ari.join(one.bridge, one.media))
            raise

    # --- after we were away

    async def _compare(self) -> None:
        """What is there and not known is taken over or hung up; what is known and not there is over."""
        found = await self._ari.application() or {}
        there = {str(one) for one in found.get("channel_ids", ())}
        for one in {one.caller for one in self._by_channel.values()} - there:
            self._left(one)
        people = await self._talking()
        for id_ in there - set(self._by_channel) - people:
            await self._take_over(id_)

    async def _take_over(self, id_: str) -> None:
        channel = await self._ari.channel(id_)
        if channel is None or id_ in self._by_channel or id_ in self._persons:
            return
        if id_.startswith((MEDIA, PERSON)):
            await self._try(self._ari.hang_up(id_))
        elif not id_.startswith(DIAL) or channel.get("state") == "Up":
            log.warning("a caller was left alone; the conversation goes on")
            self._entered(id_, channel)

    async def _talking(self) -> set[str]:
        """Bridges of calls that nobody here carries: two people talk on, all others end."""
        left = set[str]()
        known = {one.bridge for one in self._by_call.values()}
        for bridge in await self._ari.bridges():
            name = str(bridge.get("id"))
            members = {str(one) for one in bridge.get("channels", ())}
            if not name.startswith(BRIDGE) or name in known:
                continue
            person = next((one for one in members if one.startswith(PERSON)), "")
            caller = next((one for one in members if not one.startswith((PERSON, MEDIA))), "")
            if person and caller:
                one = Carried(caller, call=name.removeprefix(BRIDGE), person=person)
                one.over.set()
                self._by_channel |= {caller: one, person: one}
                left |= members
            else:
                await self._try(self._ari.end_bridge(name))
        return left

    async def _leave(self) -> None:
        """Nobody is left in a bridge with nobody."""
        self.connected.clear()
        alone = {one.caller for one in self._by_channel.values() if not one.person}
        await asyncio.gather(*(self._try(self._ari.hang_up(one)) for one in alone))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._ari.__aexit__()
        self._house.shutdown(wait=False)

    # --- how

    async def _off(self, ask: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._house, ask, *args)

    async def _let_go(self, one: Carried, reason: str = "normal") -> None:
        """Nobody stays on a silent line because Asterisk does not answer us just now."""
        for wait in AGAIN:
            try:
                await self._ari.hang_up(one.caller, reason)
            except AriProblem as problem:
                log.warning("call %s is not hung up yet: %s", one.call, _words(problem))
            else:
                return
            await first(one.gone, limit=wait)
            if one.gone.is_set():
                return

    async def _try(self, act: Coroutine[Any, Any, None]) -> None:
        """What need not succeed."""
        try:
            await act
        except AriProblem as problem:
            log.warning("Asterisk: %s", _words(problem))

    def _spawn(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            log.error("a call on Asterisk's line failed: %s", type(problem).__name__)


def _words(problem: Exception) -> str:
    kind = type(problem).__name__
    return f"{kind} {problem}" if isinstance(problem, AriProblem) else kind
