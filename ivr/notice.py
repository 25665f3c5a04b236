"""Somebody who works here is rung because a promise is late: which one, and whether they look after it.

Before the gate nothing is said but who we are. After it: number, service and hour, never whose it is or what they said.
"""

from collections.abc import Mapping

from ivr.asking import YES_OR_NO, Menu, NeedsAHuman, overhear, try_to_ask
from ivr.callback import WANTS_A_PERSON, last_word, note_missed
from ivr.caller import Caller, Overdue
from ivr.dialogue import Dialogue, Digits, Moment, Name, do, say
from ivr.gates import LISTEN, pass_gate
from ivr.handing_over import Notes, hand_over
from tickets.commands import NoteTold, Reason
from tickets.policy import Miss

# 了 at the end is not heard as part of a word (``ivr.answers``), so 管不了 is 管不 here.
HAS_IT: Mapping[str, bool] = {
    **YES_OR_NO,
    "我来": True, "我管": True, "我去": True, "归我": True, "知道": True, "收到": True, "i have it": True, "i do": True, "will do": True,
    "管不": False, "我管不": False, "我来不": False, "我去不": False, "办不": False, "我不": False, "不归我": False, "不知道": False,
    "没空": False, "没时间": False, "i do not": False, "i cannot": False, "cannot": False, "can't": False, "not now": False,
}  # fmt: skip


def give_notice(caller: Caller) -> Dialogue[None]:
    """The gate once, then one after the other, ``caller.overdue``."""
    told = 0
    yield from say("notice.hello")
    try:
        missed = yield from pass_gate(Menu("notice.gate", "callback.gate", LISTEN))
        while missed is None and told < len(caller.overdue):
            if told:
                yield from say("notice.next")
            missed = yield from tell(caller, caller.overdue[told])
            told += missed is None
        if missed is not None:
            yield from note_missed(caller.callback, missed)
        yield from say("notice.goodbye")
        yield from last_word()
    except NeedsAHuman as why:
        if told < len(caller.overdue):
            outcome = WANTS_A_PERSON if why.reason is Reason.ASKED else Miss.HUNG_UP
            yield from note_missed(caller.callback, outcome)
        yield from hand_over(caller, Notes(), why)


def tell(caller: Caller, one: Overdue) -> Dialogue[str | None]:
    """What it is, and whether they look after it; no answer is none. Why not, where they hung up before its end."""
    key = f"notice.{one.notice}"
    yield from say(f"notice.{'late' if one.late else 'soon'}.{one.clock}")
    service = Name("service", one.service or "")
    number, due = Digits(str(one.ticket)), Moment(one.promised)
    yield from say("notice.which", ticket=number, service=service, due=due)
    heard = yield from overhear(f"{key}.heard")
    if heard.digits == "0":
        raise NeedsAHuman(Reason.ASKED)
    if heard.gone:
        return Miss.HUNG_UP
    has_it = yield from try_to_ask(Menu(f"{key}.have", "notice.have", HAS_IT), tries=2)
    yield from do(
        f"{key}.told", NoteTold(notice=one.notice, call=caller.call, has_it=has_it is True)
    )
    if has_it is not None:
        yield from say("notice.yours" if has_it else "notice.not-yours")
    return None
