"""Calls that nobody carries any more: a token never used, a webhook that never came. Each gets its ending."""

import logging
from collections.abc import Container
from datetime import timedelta

from sqlalchemy import func, select

from hotline.house import House
from hotline.reception import take_up
from ivr.calls import Call, CallEntry

log = logging.getLogger(__name__)

LINES = ("twilio", "asterisk", "browser")  #: lines whose calls go on between two requests
QUIET = timedelta(minutes=8)  #: a story may take five of them
LONGEST = timedelta(minutes=45)


def end_zombies(house: House, live: Container[str]) -> list[str]:
    """End every call without a sign of life; ``live``: calls whose sound this process carries."""
    at = house.now()
    last = func.max(CallEntry.at)
    rows = (
        select(Call.id, Call.started_at, last)
        .join(CallEntry, CallEntry.call_id == Call.id)
        .where(Call.ended_at.is_(None), Call.line.in_(LINES), Call.started_at < at - QUIET)
        .group_by(Call.id, Call.started_at)
        .having((last < at - QUIET) | (Call.started_at < at - LONGEST))
    )
    with house.database.read() as session:
        quiet = [str(call) for call, _, _ in session.execute(rows)]
    return [call for call in quiet if call not in live and _end(house, call)]


def _end(house: House, call: str) -> bool:
    try:
        conversation = take_up(house, call)
        if conversation is None:
            return False
        ending = conversation.hang_up()
    except Exception:
        log.exception("call %s could not be ended", call)
        return False
    log.warning("call %s: nobody is there any more; its ending is %s", call, ending)
    return True
