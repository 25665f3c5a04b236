"""Makes the golden calls anew: ``python -m tests.golden``."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ivr.caller import Answer, Caller, Draft, Overdue
from ivr.calls import SCRIPTS, Purpose
from ivr.dialogue import Say
from ivr.engine import retell
from ivr.repeats import FindRepeats
from tests.phone import CALLER, Phone

BEFORE = {
    "ticket": 9, "own": True, "private": True, "state": "promised", "department": "property",
    "service": "lift_repair", "recording": "own", "told_on": "2026-01-05T09:00:00+00:00",
    "handle": "2026-01-06T09:00:00+00:00",
}  # fmt: skip
FIRE = {"department": None, "danger": {"kind": "fire", "certain": True, "number": "119"}}
ANSWER = Answer(
    ticket=9, recording="own", result="done", words="", told_on="2026-01-05T09:00:00+00:00"
)
TO_TELL = replace(CALLER, answers=(ANSWER,))
RUNG = replace(TO_TELL, callback=5)
LATE = Overdue(
    notice=4, ticket=9, service="lift_repair", clock="respond", promised="2026-01-05T09:15:00+00:00", late=True
)  # fmt: skip


def before(phone: Phone, **known: Any) -> Phone:
    phone.results[FindRepeats] = {"known": BEFORE | known}
    return phone.tells("rec1", "电梯还没修好").presses("1")


def danger(phone: Phone) -> Phone:
    phone.ways["着火了"] = FIRE
    return phone.tells("rec1", "着火了")


def unknown(phone: Phone) -> Phone:
    phone.tells("rec1", "电梯坏了").presses("1").tells("rec2", "姓王").presses("1")
    return (
        phone.tells("rec3", "六号楼").presses("1").presses("01055550199").presses("1").is_silent()
    )


def asked_more(phone: Phone) -> Phone:
    place = {"estate": "胜利花园", "text": "胜利花园"}
    lift = {"department": "property", "service": "lift_repair"}
    phone.ways["电梯坏了"] = {**lift, "place": place, "elsewhere": True, "extra": True}
    phone.tells("rec1", "电梯坏了").presses("1").presses("2").tells("rec2", "胜利家园")
    return phone.tells("rec3", "里面没有人").is_silent()


CALLS: dict[str, tuple[Purpose, Caller, Callable[[Phone], Phone]]] = {
    "ticket": (Purpose.INTAKE, CALLER, lambda p: p.tells("rec1", "电梯坏了").presses("1").is_silent()),
    "told_afresh": (
        Purpose.INTAKE, CALLER,
        lambda p: p.tells("rec1", "电梯坏了").says("不对").tells("rec2", "楼梯坏了").presses("1"),
    ),
    "unknown_caller": (Purpose.INTAKE, Caller(call="c1"), unknown),
    "danger": (Purpose.INTAKE, CALLER, danger),
    "silence": (Purpose.INTAKE, CALLER, lambda p: p.is_silent().is_silent().is_silent()),
    "resumed": (
        Purpose.INTAKE, replace(CALLER, draft=Draft(waiting=3, recording="rec0", words="水管漏了")),
        lambda p: p.presses("1").presses("1"),
    ),
    "answer_told_first": (
        Purpose.INTAKE, TO_TELL,
        lambda p: p.presses("1").presses("1").presses("1").presses("1").presses("2"),
    ),
    "told_again": (Purpose.INTAKE, CALLER, lambda p: before(p).presses("1").is_silent()),
    "not_the_same": (Purpose.INTAKE, CALLER, lambda p: before(p).says("不是").is_silent()),
    "told_by_a_neighbour": (
        Purpose.INTAKE, CALLER,
        lambda p: before(p, own=False, private=False, recording=None).says("就是那个").is_silent(),
    ),
    "told_again_and_dealt_with": (
        Purpose.INTAKE, CALLER,
        lambda p: before(p, state="handled", result="done").presses("1").presses("3").is_silent(),
    ),
    "asked_more": (Purpose.INTAKE, replace(CALLER, home="和平里3号楼"), asked_more),
    "contact_told": (Purpose.INTAKE, replace(CALLER, contact=True), danger),
    "callback_solved": (
        Purpose.CALLBACK, RUNG,
        lambda p: p.presses("1").presses("1").presses("1").presses("1").presses("2"),
    ),
    "callback_half": (
        Purpose.CALLBACK, RUNG,
        lambda p: p.says("听").says("是我").says("解决了一半").says("对").tells("why", "门关不严").says("基本满意").says("没有了"),
    ),
    "callback_two_and_a_need": (
        Purpose.CALLBACK, replace(RUNG, answers=(ANSWER, replace(ANSWER, ticket=10))),
        lambda p: p.presses("1").presses("1").presses("1").presses("1").presses("1").presses("3").presses("1")
        .tells("rec1", "电梯坏了").presses("1"),
    ),
    "callback_wrong_person": (Purpose.CALLBACK, RUNG, lambda p: p.presses("1").presses("2")),
    "rung_back": (
        Purpose.RING_BACK, replace(CALLER, callback=6, draft=Draft(waiting=3, recording="rec0", words="水管漏了")),
        lambda p: p.presses("1").presses("1"),
    ),
    "asked_again": (
        Purpose.ASK_AGAIN, RUNG, lambda p: p.presses("1").presses("1").presses("2").tells("why", "又停了"),
    ),
    "staff_told": (
        Purpose.NOTICE, Caller(call="c1", number="01055550111", callback=7, overdue=(LATE, replace(LATE, notice=5, ticket=10, late=False))),
        lambda p: p.presses("1").presses("9").presses("1").says("我管不了"),
    ),
}  # fmt: skip


def main() -> None:
    for name, (purpose, caller, story) in CALLS.items():
        phone = story(Phone(SCRIPTS[purpose], caller))
        told = retell(SCRIPTS[purpose](caller), phone.entries)
        call = {
            "purpose": purpose,
            "caller": caller.data(),
            "log": [[entry.key, asdict(entry.heard)] for entry in phone.entries],
            "said": [step.prompt for step in told if isinstance(step, Say)],
        }
        text = json.dumps(call, ensure_ascii=False, indent=1)
        (Path(__file__).parent / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
