"""Stories of tickets that are one thing: put together on the pages, taken apart again, and counted."""

from datetime import timedelta

import pytest

from ivr.dialogue import Heard
from ivr.memory import remember
from store.recordings import RecordingWords
from store.shelf import RecordingShelf
from tests.console_site import Browser, Site
from tickets.commands import OpenTicket
from tickets.models import Ticket
from tickets.repeats import tell_again


@pytest.fixture
def site(database, tmp_path, keyring, at):
    return Site(database, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.fixture
def qian(site):
    return site.hire("qian", "supervisor", name="钱芳")


def told(site, words, **facts):
    """A ticket with a memory, as the hotline opens it."""
    number = site.ticket(words, **{"service": "lift_repair"} | facts)
    with site.database.write() as session:
        remember(session, session.get_one(Ticket, number))
    return number


def again(site, number, words, recording=None, call="c9", after=timedelta()):
    need = OpenTicket(call=call, resident=None, recording=recording, words=words, department="property", service=None)  # fmt: skip
    with site.database.write() as session:
        tell_again(session, number, need, at=site.at + after)


def test_a_supervisor_sees_what_may_be_the_same_and_puts_it_together(site, qian):
    first, second = told(site, "电梯坏了，停在三楼"), told(site, "电梯又坏了停在三楼，王秀英说的")
    page = qian.text(f"/agent/{second}")
    assert "可能是同一件事" in page
    assert "supervisor:1 list" in site.looks(f"ticket:{first}")
    qian.post(f"/review/tickets/{second}/join", to=str(first))
    assert site.row(Ticket, second).status == "joined"
    assert "可能是同一件事" not in qian.text(f"/agent/{second}")
    assert f'href="/agent/{second}"' in qian.text(f"/agent/{first}")
    assert f'href="/agent/{first}"' in qian.text(f"/agent/{second}")


def test_and_takes_it_apart_again(site, qian):
    first, second = told(site, "电梯坏了"), told(site, "电梯停了")
    qian.post(f"/review/tickets/{second}/join", to=str(first))
    qian.post(f"/review/tickets/{second}/split")
    assert site.row(Ticket, second).joined_to is None
    assert site.history(first) == ["Assigned", "TookIn", "Parted"]
    assert site.history(second) == ["Assigned", "Joined", "Split", "Assigned"]
    assert "又分开单办" in qian.text(f"/agent/{second}")


@pytest.mark.parametrize(
    ("to", "status"), [("", 400), ("99", 404), ("x", 400), ("1" * 12, 400), ("2", 409)]
)
def test_what_cannot_be_put_together_is_refused_in_a_sentence(site, qian, to, status):
    told(site, "电梯坏了"), told(site, "电梯停了")
    assert qian.post("/review/tickets/2/join", to=to).status_code == status
    assert site.row(Ticket, 2).status == "assigned"


def test_a_department_sees_what_goes_along_and_puts_nothing_together(site, qian):
    li = site.hire("li", "department", department="property")
    first, second = (
        told(site, "电梯坏了，停在三楼"),
        told(site, "打幺三八零零幺三八零零零，电梯停了"),
    )
    qian.post(f"/review/tickets/{second}/join", to=str(first))
    page = li.text(f"/agent/{first}")
    assert "这些随它一起办" in page
    assert "幺三八零零幺三八" not in page
    assert li.post(f"/review/tickets/{first}/join", to=str(second)).status_code == 403
    assert li.post(f"/review/tickets/{second}/split").status_code == 403
    assert li.get("/review/repeats").status_code == 403


def test_what_another_department_has_is_only_a_number(site, qian):
    he = site.hire("he", "department", department="utilities")
    first, second = told(site, "水管漏水", department="utilities"), told(site, "地下室漏水")
    qian.post(f"/review/tickets/{second}/join", to=str(first))
    page = he.text(f"/agent/{first}")
    assert "这些随它一起办" in page
    assert "地下室" not in page
    assert f'href="/agent/{second}"' not in page


def test_what_they_said_when_they_rang_again_is_heard_with_the_ticket(site, qian):
    number = told(site, "电梯坏了")
    call = site.call("c9", answers=[("repeats", Heard(result={})), ("open", Heard(result={"number": number}))])  # fmt: skip
    recording = site.recording(call, words="电梯还没修好")
    again(site, number, "电梯还没修好", recording)
    assert "电梯还没修好" in qian.text(f"/agent/{number}")
    assert qian.get(f"/agent/{number}/sound/{recording}").status_code == 200
    assert f'href="/agent/{number}"' in qian.text("/review/calls/c9")
    assert f'href="/agent/{number}"' in qian.text("/review/")


def test_words_put_right_of_a_late_one_are_not_the_tickets(site, qian):
    number = told(site, "电梯坏了")
    recording = site.recording(site.call("c9"), words="电体没来")
    again(site, number, "电体没来", recording, after=timedelta(hours=1))
    qian.post("/review/waiting/1/words", words="电梯没修")
    assert site.row(Ticket, number).words == "电梯坏了"
    with site.database.read() as session:
        assert [row.text for row in session.query(RecordingWords).order_by(RecordingWords.id)] == ["电体没来", "电梯没修"]  # fmt: skip


def test_the_repeat_rate_is_shown_for_thirty_days_and_those_before(site, qian):
    assert "没有诉求" in qian.text("/review/repeats")
    told(site, "电梯坏了")
    site.wait(days=3)
    again(site, 1, "电梯还没修好")
    told(site, "电梯坏了")
    site.wait(minutes=1)
    page = Browser(site.app, "qian").text("/review/repeats")
    assert "66.7%（3件中有2件）" in page
    site.wait(days=31)
    page = Browser(site.app, "qian").text("/review/repeats")
    assert page.index("没有诉求") < page.index("66.7%")
