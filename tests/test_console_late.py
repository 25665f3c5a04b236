"""Stories of late promises on the pages: whose they are now, who was told, and why nothing moves."""

from datetime import timedelta

import pytest

from store.shelf import RecordingShelf
from tests.console_site import Site
from tickets.ladder import fire
from tickets.models import Ticket
from tickets.policies import PolicyRow, use
from tickets.timers import claim_due

PEOPLE = """
[[people]]
role = "department_head"
name = "赵主任"
channel = "email"
address = "zhao@example.org"
"""


@pytest.fixture
def site(sqlite, tmp_path, keyring, at):
    with sqlite.write() as session:
        use(session, PEOPLE, by="wang", at=at)
    return Site(sqlite, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.fixture
def li(site):
    return site.hire("li", "department", department="property", name="老李")


def work(site: Site) -> None:
    with site.database.write() as session:
        for timer in claim_due(session, site.at):
            fire(session, timer.ticket_id, timer.id, timer.token or "", at=site.at)


def test_a_supervisor_sees_whose_a_broken_promise_is_and_who_was_told(site):
    site.ticket("水管漏水")
    min_ = site.hire("min", "supervisor")
    assert "现在负责" not in min_.text("/review/")
    site.wait(minutes=15)
    work(site)
    page = min_.text("/review/")
    assert "现在负责: <strong>部门负责人 赵主任</strong>" in page
    assert "已过时（接单） · 部门负责人 赵主任 · 电子邮件, 还没通知到" in page
    assert "zhao@example.org" not in page


def test_a_rung_on_which_nobody_is_named_is_seen_all_the_same(site):
    number = site.ticket("水管漏水")
    site.wait(minutes=15 + 120)
    work(site)
    min_ = site.hire("min", "supervisor")
    assert "<strong>督办员</strong>" in min_.text("/review/")
    assert "过了答应的时间，现在负责的是: 督办员" in min_.text(f"/agent/{number}")


def test_a_result_that_was_not_told_in_seven_days_is_seen_though_it_is_handled(site, li):
    number = site.ticket("水管漏水")
    li.post(f"/agent/{number}/take")
    li.post(f"/agent/{number}/result", result="换了水管接头")
    site.wait(days=7)
    work(site)
    assert "已过时（回复老人）" in site.hire("min", "supervisor").text("/review/")


def test_who_deals_with_it_waits_for_the_resident_and_goes_on(site, li):
    number = site.ticket("水管漏水")
    li.post(f"/agent/{number}/take")
    promised = site.row(Ticket, number).handle_due
    assert li.post(f"/agent/{number}/wait", reason="").status_code == 400
    li.post(f"/agent/{number}/wait", reason="老人去女儿家了")
    site.wait(days=2)
    li = site.hire("li2", "department", department="property")
    page = li.text(f"/agent/{number}")
    assert "起在等老人" in page
    assert "老人去女儿家了" in page
    assert "card overdue" not in li.text("/agent/")
    li.post(f"/agent/{number}/go-on")
    assert site.row(Ticket, number).handle_due == promised + timedelta(days=2)
    assert "接着办: 点了继续" in li.text(f"/agent/{number}")


def test_only_who_has_taken_it_may_stop_the_clocks(site, li):
    number = site.ticket("水管漏水")
    assert li.post(f"/agent/{number}/wait", reason="等等").status_code == 409
    other = site.hire("hu", "department", department="health")
    min_ = site.hire("min", "supervisor")
    assert other.post(f"/agent/{number}/wait", reason="等等").status_code == 404
    assert min_.post(f"/agent/{number}/go-on").status_code == 403
    assert site.row(Ticket, number).paused_at is None


def test_a_supervisor_reads_what_an_upgrade_refuses_of_the_policy(site):
    with site.database.write() as session:
        session.add(PolicyRow(text="[callbacks]\nlines = 0", by="earlier", at=site.at))
    min_, fang = site.hire("min", "supervisor"), site.hire("fang", "operator")
    assert "policy, callbacks: lines: 0" in min_.text("/review/")
    assert "policy, callbacks" not in fang.text("/review/")
