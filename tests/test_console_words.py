"""The words of the pages: the same in both languages, and every one that a page asks for is there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

import console
from console.masks import Caller, mask_name, mask_number
from console.times import left, length, moment, written_time
from console.wording import sentences
from ivr.calls import Ending, Purpose
from proxy_agents.staff import Role
from tickets.clocks import Clock
from tickets.commands import Reason
from tickets.lifecycle import Happening, Status
from tickets.notices import NoticeState
from tickets.policy import Channel, Owner

HOME = Path(console.__file__).parent
SHANGHAI = ZoneInfo("Asia/Shanghai")


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things():
    zh, en = sentences("zh"), sentences("en")
    assert list(zh) == list(en)
    assert {key: slots(text) for key, text in zh.items()} == {
        key: slots(text) for key, text in en.items()
    }


def test_every_sentence_a_page_asks_for_is_there():
    pages = [*HOME.glob("templates/*.html"), *HOME.glob("*.py")]
    asked = {
        key for page in pages for key in re.findall(r"\bt\(['\"]([\w.]+\w)['\"]", page.read_text())
    }
    complaints = {
        key
        for page in HOME.glob("*.py")
        for key in re.findall(r"\"(error\.(?!html)\w+)\"", page.read_text())
    }
    assert asked | complaints <= set(sentences("zh"))


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("status", [one.value for one in Status]),
        ("reason", [one.value for one in Reason]),
        ("ending", [one.value for one in Ending]),
        ("purpose", [one.value for one in Purpose]),
        ("role", [one.value for one in Role]),
        ("owner", [one.value for one in Owner]),
        ("channel", [one.value for one in Channel]),
        ("clock", [one.value for one in Clock]),
        ("notice_state", [one.value for one in NoticeState]),
        ("event", [one.__name__ for one in Happening.__args__]),
    ],
)
def test_everything_that_is_stored_has_a_name_on_the_page(table, names):
    assert {f"{table}.{name}" for name in names} <= set(sentences("zh"))


def test_no_page_loads_anything_foreign_or_runs_a_script_of_its_own():
    for page in HOME.glob("templates/*.html"):
        text = page.read_text()
        assert not re.search(r"https?://|\son\w+=|<style|style=|<script(?![^>]*src=)", text), (
            page.name
        )


def test_names_and_numbers_are_masked_so_that_two_can_still_be_told_apart():
    assert [mask_name(name) for name in ("王秀英", "李雷", "Mary", "")] == [
        "王**",
        "李*",
        "M**",
        "",
    ]
    assert mask_number("13800138000") == "138****8000"
    assert [mask_number(number) for number in ("5551234", "119", "")] == ["****234", "***", ""]
    caller = Caller(name="王秀英", number="13800138000", place="3号楼", near="王强").masked()
    assert caller == Caller(name="王**", number="138****8000", place="3号楼", near="王*")


def test_times_are_read_and_written_in_the_hours_of_the_house():
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert moment(at, SHANGHAI, "zh", at) == "1月5日 17:00"
    assert moment(at, SHANGHAI, "en", at + timedelta(days=400)) == "5 Jan 2026 17:00"
    assert written_time("2026-01-05T17:00", SHANGHAI) == at
    with pytest.raises(ValueError):
        written_time("2026-01-05T17:00+00:00", SHANGHAI)


def test_what_is_left_of_a_promise_is_said_in_minutes_hours_or_days():
    at = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert left(at + timedelta(minutes=12), at) == ("due.minutes", 12)
    assert left(at - timedelta(hours=3), at) == ("over.hours", 3)
    assert left(at + timedelta(days=7), at) == ("due.days", 7)
    assert length(65.2) == "1:05"
