"""The doctor looks at the lines: what is set wrongly, what does not answer, and how to mend it."""

import asyncio

import pytest

from hotline.doctor_lines import examine_lines
from hotline.settings import Settings
from tests.house import house_in
from tests.pbx import SECRET, exchange

TWILIO = {
    "TWILIO_SID": "AC" + "0" * 32,
    "TWILIO_TOKEN": "t",
    "TWILIO_NUMBER": "+14155550100",
    "PUBLIC_URL": "https://h.example",
}
NOWHERE = {
    "ASTERISK_URL": "http://127.0.0.1:9",
    "ASTERISK_USER": "u",
    "ASTERISK_PASSWORD": SECRET,
}


def looked(**environ: str) -> list[tuple[str, str]]:
    settings = Settings.read({f"HOTLINE_{name}": value for name, value in environ.items()})
    found = list(examine_lines(settings))
    assert all(one.mend for one in found if one.state == "bad")
    assert SECRET not in str(found)
    return [(one.what, one.state) for one in found]


def test_without_a_line_there_is_nothing_to_say():
    assert looked() == []


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        (TWILIO, [("Twilio", "ok")]),
        (TWILIO | {"TWILIO_TOKEN": ""}, [("Twilio", "bad")]),
        (TWILIO | {"TWILIO_NUMBER": ""}, [("Twilio", "note")]),
        (NOWHERE, [("Asterisk", "bad")]),
        (NOWHERE | {"ASTERISK_USER": ""}, [("Asterisk", "bad")]),
        ({"PROVIDER": "asterisk"}, [("ringing residents", "bad")]),
        ({"PROVIDER": "pigeon"}, [("ringing residents", "bad")]),
        (TWILIO | {"PROVIDER": "twilio"}, [("Twilio", "ok"), ("ringing residents", "ok")]),
    ],
)
def test_what_is_amiss_is_named(environ, found):
    assert looked(**environ) == found


def test_a_pbx_is_asked(tmp_path):
    async def main() -> None:
        async with exchange(house) as pbx:
            place = {
                "ASTERISK_URL": pbx.pbx.url,
                "ASTERISK_USER": "hotline",
                "ASTERISK_PASSWORD": SECRET,
            }
            assert await asyncio.to_thread(lambda: looked(**place)) == [("Asterisk", "ok")]
            wrong = place | {"ASTERISK_PASSWORD": "wrong"}
            assert await asyncio.to_thread(lambda: looked(**wrong)) == [("Asterisk", "bad")]
            other = place | {"ASTERISK_APP": "other"}
            told = await asyncio.to_thread(lambda: looked(**other))
            assert told == [("Asterisk", "ok"), ("Asterisk", "note")]

    with house_in(tmp_path, "x") as house:
        asyncio.run(main())
