"""How days, hours and digits are said: as parts that can be prepared one by one.

Hours are rounded up to the next half hour: what is promised aloud is never earlier than
the clock that watches it.
"""

from calendar import monthrange
from datetime import datetime, timedelta, tzinfo

LEAP = 2024  #: a year with every day that a year can have
_DIGITS = "零幺二三四五六七八九"
_NUMBERS = "零一二三四五六七八九十"
_WEEKDAYS_ZH = "一二三四五六天"
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = ("January", "February", "March", "April", "May", "June", "July", "August",
              "September", "October", "November", "December")  # fmt: skip
#: the parts of the day in spoken Mandarin, and the hour each begins
_PARTS = ((0, "凌晨"), (6, "早上"), (9, "上午"), (12, "中午"), (13, "下午"), (18, "晚上"))


def number_zh(n: int) -> str:
    """1..99 in words: 29 is 二十九."""
    tens, ones = divmod(n, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else f"{_NUMBERS[tens]}十"
    return lead + (_NUMBERS[ones] if ones or not tens else "")


def hour_zh(hour: int, *, half: bool) -> str:
    """15, half -> 下午三点半; 2 o'clock is 两点."""
    part = [name for start, name in _PARTS if start <= hour][-1]
    twelve = hour if hour <= 12 else hour - 12
    return f"{part}{'两' if twelve == 2 else number_zh(twelve)}点{'半' if half else ''}"


def rounded_up(at: datetime) -> datetime:
    """The next half hour."""
    floor = at.replace(minute=30 * (at.minute // 30), second=0, microsecond=0)
    return floor if floor == at else floor + timedelta(minutes=30)


def moment_zh(at: datetime, *, hour: bool, zone: tzinfo) -> list[str]:
    local = rounded_up(at.astimezone(zone)) if hour else at.astimezone(zone)
    day = [
        f"{number_zh(local.month)}月{number_zh(local.day)}号",
        f"星期{_WEEKDAYS_ZH[local.weekday()]}",
    ]
    return [*day, hour_zh(local.hour, half=local.minute == 30)] if hour else day


def moment_en(at: datetime, *, hour: bool, zone: tzinfo) -> list[str]:
    local = rounded_up(at.astimezone(zone)) if hour else at.astimezone(zone)
    day = f"{_DAYS_EN[local.weekday()]}, {local.day} {_MONTHS_EN[local.month - 1]}"
    if not hour:
        return [day]
    twelve, half = local.hour % 12 or 12, " thirty" if local.minute == 30 else ""
    part = (
        "in the morning"
        if local.hour < 12
        else "in the afternoon"
        if local.hour < 18
        else "in the evening"
    )
    return [f"{day}, {twelve}{half} {part}"]


def digits_zh(digits: str) -> list[str]:
    return [_DIGITS[int(d)] for d in digits if d.isdigit()]


def digits_en(digits: str) -> list[str]:
    return [", ".join(d for d in digits if d.isdigit())]


def words_to_prepare() -> list[tuple[str, str]]:
    """(id, text) of every part a Mandarin date, hour or number is made of."""
    days = [
        (f"date-{month}-{day}", f"{number_zh(month)}月{number_zh(day)}号")
        for month in range(1, 13)
        for day in range(1, monthrange(LEAP, month)[1] + 1)
    ]
    weekdays = [(f"weekday-{n + 1}", f"星期{name}") for n, name in enumerate(_WEEKDAYS_ZH)]
    hours = [
        (f"hour-{hour}{'-half' * half}", hour_zh(hour, half=half))
        for hour in range(24)
        for half in (False, True)
    ]
    return [*days, *weekdays, *hours, *((f"digit-{n}", d) for n, d in enumerate(_DIGITS))]
