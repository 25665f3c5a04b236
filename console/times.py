"""Times as people read and write them: in their own zone, and as what is left of a promise."""

from datetime import UTC, datetime, timedelta, tzinfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUTES_UNTIL = timedelta(minutes=100)
HOURS_UNTIL = timedelta(hours=48)


def moment(at: datetime, zone: tzinfo, language: str, now: datetime) -> str:
    """A time as in "1月5日 17:00" or "5 Jan 17:00"; the year where it is another one."""
    local = at.astimezone(zone)
    other = local.year != now.astimezone(zone).year
    if language == "en":
        year = f" {local.year}" if other else ""
        return f"{local.day} {MONTHS[local.month - 1]}{year} {local:%H:%M}"
    year = f"{local.year}年" if other else ""
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def left(due: datetime, now: datetime) -> tuple[str, int]:
    """What is left as a key of the wording and a number: ("due.minutes", 12), ("over.hours", 3)."""
    way, span = ("due", due - now) if due >= now else ("over", now - due)
    if span < MINUTES_UNTIL:
        return f"{way}.minutes", round(span / timedelta(minutes=1))
    if span < HOURS_UNTIL:
        return f"{way}.hours", round(span / timedelta(hours=1))
    return f"{way}.days", round(span / timedelta(days=1))


def length(seconds: float) -> str:
    """Minutes and seconds, as in "1:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def written_time(text: str, zone: tzinfo) -> datetime:
    """What a date-and-time field holds ("2026-01-05T16:30"), as UTC; raises ``ValueError``."""
    local = datetime.fromisoformat(text)
    if local.tzinfo is not None:
        raise ValueError(f"a time of the house, not of a zone: {text}")
    return local.replace(tzinfo=zone).astimezone(UTC)


def field_time(at: datetime, zone: tzinfo) -> str:
    """A time as a date-and-time field shows it."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
