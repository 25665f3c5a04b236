"""The hours in which anybody may be rung, as spans of the days of a rehearsal."""

from datetime import date, datetime, time, timedelta

from tickets.calendar import working_between
from tickets.lengths import Window
from tickets.policy import Policy


class Hours:
    """Time spent in them, by day, reckoned once for each."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._open = _open(policy)

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """How much of the time between two moments may be spent ringing."""
        return working_between(begin, end, self._policy.zone, self._open, _Days(self._policy))


class _Days:
    """Days on which residents are rung."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def is_holiday(self, day: date) -> bool:
        return self._policy.quiet_on_holidays and self._policy.calendar.is_holiday(day)

    def is_working_day(self, day: date) -> bool:
        return not self.is_holiday(day)

    def knows(self, year: int) -> bool:
        return self._policy.calendar.knows(year)


def _open(policy: Policy) -> tuple[Window, ...]:
    """What the quiet hours leave."""
    edges = sorted({one for quiet in policy.quiet for one in (quiet.begin, quiet.end)})
    if not edges:
        return (Window(time(0), time(12)), Window(time(12), time(0)))
    parts = [Window(one, other) for one, other in zip(edges, [*edges[1:], edges[0]], strict=True)]
    return tuple(one for one in parts if not any(q.holds(one.begin) for q in policy.quiet))
