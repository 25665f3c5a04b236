"""Stories of visits at the page: who goes, what came of it, and verdicts a supervisor looks into."""

from datetime import timedelta

import pytest

from proxy_agents.known import REGISTER
from store.looks import look
from store.shelf import RecordingShelf
from tests.console_site import NUMBER, Browser, Site
from tickets import desk
from tickets.commands import Judge, Tell, Verdict
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.verdicts import CHECKED
from tickets.visits import Visit, VisitState


@pytest.fixture
def site(sqlite, tmp_path, keyring, at):
    sqlite.sessions.configure(info={"register": REGISTER})
    return Site(sqlite, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.fixture
def chen(site):
    return site.hire("chen", "agent", name="陈静")


@pytest.fixture
def visit(site, chen):
    """A resident without a telephone, whose need was dealt with: their agent goes there."""
    resident = site.resident(number="", agent_id=1)
    recording = site.recording("c9", "result")
    with site.database.write() as session:
        ticket = desk.open_ticket(
            session, site.need(resident=resident, number=""), at=site.at, by="hotline"
        ).number
        desk.take(session, ticket, by="department:property", at=site.at)
        desk.handle(
            session, ticket, by="department:property", at=site.at,
            result_words="换了接头", result_recording=recording,
        )  # fmt: skip
    return 1


def test_the_agent_sees_where_to_go_and_hears_the_result(site, chen, visit):
    page = chen.text("/agent/")
    assert "上门单 1" in page
    assert "幸福里3号楼2单元501" in page
    one = chen.text("/visits/1")
    assert "换了接头" in one
    assert "王**" in one
    assert "王秀英" in chen.post("/visits/1/unmask").text
    recording = site.row(Ticket, 1).result_recording_id
    assert chen.get(f"/visits/1/sound/{recording}").status_code == 200
    assert chen.get("/visits/1/sound/other").status_code == 404
    assert site.looks("visit:1") == ["agent:1 list", "agent:1 view", "agent:1 unmask"]


def test_a_witnessed_visit_closes_the_ticket(site, chen, visit):
    form = {"verdict-1": "solved", "note": "水管不漏了", "witness": "楼长赵明"}
    assert chen.post("/visits/1/made", **form).status_code == 302
    assert site.row(Ticket, 1).status is Status.SOLVED
    assert site.row(Visit, 1).state is VisitState.MADE
    assert chen.post("/visits/1/made", **form).status_code == 409
    assert "楼长赵明" in chen.text("/visits/1")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"note": ""}, "请写下看到什么"),
        ({"witness": ""}, "还有谁在场看到"),
        ({"witness": "陈静"}, "不能是您自己"),
        ({"verdict-1": ""}, "请选择老人怎么说"),
        ({"verdict-1": "wonderful"}, "请选择老人怎么说"),
    ],
)
def test_without_a_second_person_who_saw_it_nothing_is_closed(site, chen, visit, wrong, said):
    form = {"verdict-1": "solved", "note": "水管不漏了", "witness": "楼长赵明"} | wrong
    refused = chen.post("/visits/1/made", **form)
    assert refused.status_code == 400
    assert said in refused.text
    assert site.row(Ticket, 1).status is Status.HANDLED


def test_nobody_was_there_and_it_is_due_again(site, chen, visit):
    site.wait(days=3)
    chen = Browser(site.app, "chen")
    assert "card overdue" in chen.text("/agent/")
    chen.post("/visits/1/nobody")
    assert site.row(Visit, 1).state is VisitState.ORDERED
    assert "card overdue" not in chen.text("/agent/")


def test_nobody_else_reaches_a_visit(site, chen, visit):
    other = site.hire("wu", "agent")
    department = site.hire("li", "department", department="property")
    assert other.get("/visits/1").status_code == 404
    assert other.post("/visits/1/nobody").status_code == 404
    assert department.get("/visits/1").status_code == 403
    assert "上门单" not in department.text("/agent/") + other.text("/agent/")


def test_a_supervisor_sees_what_is_late_and_sends_somebody_else(site, chen, visit):
    site.wait(days=3)
    min_, wu, chen = site.hire("min", "supervisor"), site.hire("wu", "agent"), Browser(site.app, "chen")  # fmt: skip
    page = min_.text("/review/")
    assert page.index("要上门的") < page.index("上门单 1")
    assert "card overdue" in page
    assert min_.post("/visits/1/nobody").status_code == 403
    assert min_.post("/visits/1/send", agent="99").status_code == 400
    min_.post("/visits/1/send", agent="3")
    assert "上门单 1" in wu.text("/agent/")
    assert "上门单 1" not in chen.text("/agent/")


def test_a_verdict_that_improved_after_a_contact_is_looked_into_once(site):
    min_ = site.hire("min", "supervisor")
    number, later = site.ticket(), site.at + timedelta(hours=1)
    for verdict, key in ((Verdict.NOT_SOLVED, "key 3"), (Verdict.SOLVED, "key 1")):
        with site.database.write() as session:
            desk.take(session, number, by="department:property", at=later)
            desk.handle(session, number, by="x", at=later, result_words="好了")
            desk.tell(session, Tell(ticket=number, call="c1"), at=later)
            desk.judge(session, Judge(ticket=number, verdict=verdict, evidence=key), at=later)
            look(session, who="department:9", what=f"ticket:{number}", how="unmask", at=later)
    assert "要核实的评价" in min_.text("/review/")
    assert site.hire("fang", "operator").post("/visits/verdicts/2/checked").status_code == 403
    min_.post("/visits/verdicts/2/checked")
    assert "要核实的评价" not in min_.text("/review/")
    assert site.looks("verdict:2") == [f"supervisor:1 {CHECKED}"]


def test_what_came_back_twice_is_on_the_review_page_and_the_department_still_sees_it(site):
    min_ = site.hire("min", "supervisor")
    li = site.hire("li", "department", department="property")
    number = site.ticket()
    for _ in range(2):
        with site.database.write() as session:
            desk.take(session, number, by="department:property", at=site.at)
            desk.handle(session, number, by="x", at=site.at, result_words="好了")
            desk.tell(session, Tell(ticket=number, call="c1"), at=site.at)
            no = Judge(ticket=number, verdict=Verdict.NOT_SOLVED, evidence="key 3")
            desk.judge(session, no, at=site.at)
    assert "第二次退回" in min_.text("/review/")
    assert li.get(f"/agent/{number}").status_code == 200
    assert li.post(f"/agent/{number}/take").status_code in {403, 409}
    assert NUMBER not in li.text(f"/agent/{number}")
