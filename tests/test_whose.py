"""Whose it is: who acts for a resident now, whose people of a department, and who helps."""

from datetime import timedelta

import pytest

from ivr.district import district_of
from ivr.memory import know_places
from proxy_agents.duty import agent_for, is_on_duty
from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from routing.gazetteer_files import read
from store.recordings import Recording
from store.shelf import RecordingShelf
from tests.console_site import Site
from tickets.commands import OpenTicket
from tickets.helping import ask_help
from tickets.models import Ticket

PLACES = """
[[place]]
name = "和平里"
district = "东街道"

[[place]]
name = "胜利花园"
district = "西街道"
"""


@pytest.fixture
def site(sqlite, tmp_path, keyring, at):
    know_places(sqlite, read(PLACES))
    return Site(sqlite, RecordingShelf(tmp_path / "recordings", keyring), at)


def staff(site, login, role="agent", **facts):
    site.hire(login, role, department=facts.pop("department", None))
    with site.database.write() as session:
        row = session.query(Staff).filter_by(login=login).one()
        for name, value in facts.items():
            setattr(row, name, value)
        return row.id


def acts(site, resident):
    with site.database.read() as session:
        found = agent_for(session, session.get_one(Resident, resident), site.at)
        return found.login if found else None


def test_their_own_proxy_agent_acts_unless_off_or_full(site):
    own = staff(site, "chen", hours="8:30-17:30", area="和平里", most=2)
    staff(site, "zhao", area="和平里、胜利花园")
    staff(site, "far", area="南湖")
    resident = site.resident(agent_id=own, address="和平里3号楼")
    assert acts(site, resident) == "chen"  # 17:00 of a Monday
    site.wait(hours=1)
    assert acts(site, resident) == "zhao"
    site.wait(hours=23)
    for words in ("买米", "取药"):
        site.ticket(words, agent=own)
    assert acts(site, resident) == "zhao"


def test_of_several_in_the_area_who_has_least_to_do_acts(site):
    own = staff(site, "chen", area="和平里", most=1)
    busy = staff(site, "zhao", area="和平里")
    staff(site, "qian", area="和平里")
    resident = site.resident(agent_id=own)
    site.ticket("买米", agent=own)
    site.ticket("取药", agent=busy)
    assert acts(site, resident) == "qian"


def test_where_nobody_can_a_department_does_it(site):
    own = staff(site, "chen", hours="1:00-2:00")
    assert acts(site, site.resident(agent_id=own)) is None
    assert acts(site, site.resident("李雷", "13900000000")) is None


def test_hours_that_cannot_be_read_keep_nobody_from_working(site):
    own = staff(site, "chen", hours="whenever")
    with site.database.read() as session:
        agent = session.get_one(Staff, own)
        assert agent.role is Role.AGENT
        assert is_on_duty(agent, site.at, site.app.extensions["hotline"].zone)


def need(words, resident=None, place=""):
    return OpenTicket(
        call=None, resident=resident, recording=None, words=words,
        department="property", service=None, place=place,
    )  # fmt: skip


def test_the_people_of_the_district_get_it(site):
    staff(site, "dong", "department", department="property", area="东街道")
    staff(site, "xi", "department", department="property", area="西街道、胜利花园")
    home = site.resident(address="和平里3号楼2单元")
    with site.database.read() as session:
        assert district_of(session, need("电梯坏了", home)) == "东街道"
        assert district_of(session, need("胜利花园的电梯坏了", home)) == "西街道"
        assert district_of(session, need("电梯坏了", home, "胜利花园五号楼")) == "西街道"
        assert district_of(session, need("电梯坏了")) is None


def test_who_is_there_for_a_district_sees_its_tickets_and_those_of_none(site):
    staff(site, "dong", "department", department="property", area="东街道")
    staff(site, "xi", "department", department="property", area="西街道")
    here, there, nowhere = (site.ticket(words) for words in ("东边", "西边", "哪边"))
    with site.database.write() as session:
        session.get_one(Ticket, here).district = "东街道"
        session.get_one(Ticket, there).district = "西街道"
    dong = site.hire("east", "department", department="property")
    with site.database.write() as session:
        session.query(Staff).filter_by(login="east").one().area = "东街道"
    page = dong.text("/agent/")
    assert "东边" in page
    assert "哪边" in page
    assert "西边" not in page
    assert nowhere


def test_a_department_that_helps_sees_the_ticket_and_who_leads_acts_on_it(site):
    li = site.hire("li", "department", department="property")
    dian = site.hire("dian", "department", department="utilities")
    number = site.ticket("楼道灯不亮，电线也断了")
    assert dian.get(f"/agent/{number}").status_code == 404
    li.post(f"/agent/{number}/help", department="utilities")
    page = dian.text(f"/agent/{number}")
    assert "协办" in page
    assert "物业公司" in page
    assert "楼道灯" in dian.text("/agent/")
    assert dian.post(f"/agent/{number}/take").status_code == 403
    assert dian.post(f"/agent/{number}/help", department="police").status_code == 403
    assert site.history(number) == ["Assigned", "HelpAsked"]
    assert li.post(f"/agent/{number}/help", department="moon").status_code == 400


def test_help_is_asked_for_once_and_never_of_who_leads(site):
    number = site.ticket("漏水")
    with site.database.write() as session:
        for department in ("utilities", "utilities", "property"):
            ask_help(session, number, department, by="operator:1", at=site.at)
        ticket = session.get_one(Ticket, number)
        assert [one.department for one in ticket.helpers] == ["utilities"]
        assert ticket.department == "property"


def test_the_answer_to_the_one_question_and_the_place_travel_with_the_ticket(site):
    li = site.hire("li", "department", department="property")
    recording = site.recording(site.call(), "extra.1", words="三楼")
    number = site.ticket("灯不亮", service="stair_light")
    with site.database.write() as session:
        ticket = session.get_one(Ticket, number)
        ticket.answer, ticket.answer_recording_id = "三楼的", recording
        ticket.place = "胜利花园五号楼"
        assert session.get_one(Recording, recording)
    page = li.text(f"/agent/{number}")
    for shown in ("请问，是几楼的灯？", "三楼的", "胜利花园五号楼", recording):
        assert shown in page
    assert timedelta() < site.row(Ticket, number).handle_due - site.at


def test_who_chooses_an_agent_sees_how_much_they_have_and_whether_they_are_there(site):
    busy = staff(site, "chen", most=1)
    staff(site, "zhao", hours="1:00-2:00")
    site.ticket("买米", agent=busy)
    number = site.waits(words="取药")
    fang = site.hire("fang", "operator")
    fang.post(f"/review/waiting/{number}/take")
    page = fang.text(f"/review/waiting/{number}")
    assert "chen (手上1件, 已满)" in page
    assert "zhao (不在班)" in page
