"""After a danger: a person at once, the ticket is urgent, and the emergency contact is owed word."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.contacts_owed import examine_contacts
from hotline.reception import answer_phone
from ivr.dialogue import Heard
from ivr.intake import answer_call
from proxy_agents.residents import Resident
from store.shelf import RecordingShelf
from tests.console_site import Site
from tests.house import house_in
from tests.phone import CALLER, Phone
from tickets import desk
from tickets.clocks import Clock
from tickets.commands import DraftHeard, HandOver, OpenTicket, Reason
from tickets.models import Ticket
from tickets.urgent import (
    AlertState,
    ContactAlert,
    alerts_overdue,
    alerts_owed,
    hurry,
    owe_alert,
    settle_alert,
)
from tickets.waiting import Waiting, hand_over, waiting_now

FIRE = {"kind": "fire", "certain": True, "number": "119"}


def ring(**danger):
    phone = Phone(answer_call, replace(CALLER, contact=True))
    phone.ways["着火了"] = {"department": None, "danger": FIRE | danger}
    return phone.tells("rec1", "着火了")


def test_the_contact_is_told_and_a_person_connected(at):
    phone = ring()
    assert phone.hears()[-3:] == ["danger.fire", "danger.contact", "one-moment"]
    [command] = phone.did(HandOver)
    assert command.contact
    assert phone.turn.then.to == "operator"


def test_who_is_connected_is_tried_one_after_the_other(at):
    phone = ring(connect=["operator", "119"])
    phone.answers(Heard(result={"connected": False}))
    assert phone.turn.then.to == "119"
    phone.answers(Heard(result={"connected": True}))
    assert phone.turn.then is None


def test_a_community_may_leave_the_contact_to_a_person(at):
    phone = ring(contact=False)
    assert "danger.contact" not in phone.hears()
    assert not phone.did(HandOver)[0].contact


def test_a_ticket_of_the_call_becomes_urgent_with_sooner_clocks(database, at):
    need = OpenTicket(
        call="c1", resident=None, recording=None, words="电梯坏了", department="property",
        service="lift_repair",
    )  # fmt: skip
    with database.write() as session:
        number = desk.open_ticket(session, need, at=at, by="hotline").number
    with database.write() as session:
        ticket = desk.ticket_of(session, number)
        assert hurry(session, ticket, danger="trapped", by="hotline", at=at)
        assert ticket.urgent
        assert ticket.handle_due == at + timedelta(hours=4)
        running = [one.kind for one in ticket.timers if one.state == "armed"]
        assert sorted(running) == sorted(Clock)
        events = [event.kind for event in ticket.history]
        assert hurry(session, ticket, danger="trapped", by="hotline", at=at)
        assert [event.kind for event in ticket.history] == events == ["Assigned", "Hurried"]


@pytest.fixture
def site(sqlite, tmp_path, keyring, at):
    return Site(sqlite, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.fixture
def alert(site):
    resident = site.resident(emergency_name="王强", emergency_phone="13900139000")
    number = site.waits("danger", words="着火了", resident=resident, danger="fire")
    with site.database.write() as session:
        row = session.get_one(Waiting, number)
        made = owe_alert(session, row, name="王强", number="13900139000", at=site.at)
        assert owe_alert(session, row, name="王强", number="13900139000", at=site.at) is made
        assert made
        return made.id


def test_the_contact_stands_on_the_page_until_somebody_has_told_them(site, alert):
    fang = site.hire("fang", "operator")
    page = fang.text("/review/")
    assert "要通知的紧急联系人" in page
    assert "13900139000" not in page
    fang.post(f"/review/contacts/{alert}", outcome="owed")
    assert "1次没有接通" in fang.text("/review/")
    fang.post(f"/review/contacts/{alert}", outcome="told")
    assert "要通知的紧急联系人" not in fang.text("/review/")
    row = site.row(ContactAlert, alert)
    assert (row.state, row.settled_by) == (AlertState.TOLD, "operator:1")
    assert site.looks(f"contact:{alert}")[-1] == "operator:1 told"


def test_who_was_not_told_in_time_is_marked_for_the_supervisor(site, alert):
    min_ = site.hire("min", "supervisor")
    assert "早该通知了" not in min_.text("/review/")
    site.wait(minutes=6)  # somebody in danger is answered in five
    assert "早该通知了" in min_.text("/review/")
    with site.database.read() as session:
        assert [one.id for one in alerts_overdue(session, site.at)] == [alert]
    min_.post(f"/review/contacts/{alert}", outcome="told")
    with site.database.read() as session:
        assert alerts_overdue(session, site.at) == []


def test_the_doctor_says_that_somebody_is_still_owed_word_and_names_nobody(tmp_path):
    with house_in(tmp_path) as house, house.database.write() as session:
        at = house.now() - timedelta(minutes=6)
        danger = HandOver(call=None, resident=1, reason=Reason.DANGER, danger="fire")
        owe_alert(
            session, hand_over(session, danger, at=at), name="王强", number="13900139000", at=at
        )
    [found] = examine_contacts(house.settings)
    assert (found.state, "1 owed word" in found.found) == ("bad", True)
    assert not any(private in found.found for private in ("王强", "13900139000"))


def test_what_is_settled_stays_so_and_nonsense_changes_nothing(site, alert):
    fang = site.hire("fang", "operator")
    assert fang.post(f"/review/contacts/{alert}", outcome="maybe").status_code == 400
    fang.post(f"/review/contacts/{alert}", outcome="dropped")
    with site.database.write() as session:
        settle_alert(session, alert, AlertState.TOLD, by="operator:9", at=site.at)
        assert session.get_one(ContactAlert, alert).state is AlertState.DROPPED
    assert site.hire("li", "department", department="police").get("/review/").status_code == 403


def test_a_ticket_made_of_a_danger_is_urgent(site):
    fang = site.hire("fang", "operator")
    number = site.waits("danger", words="锅烧干了", danger="fire")
    fang.post(f"/review/waiting/{number}/take")
    fang.post(f"/review/waiting/{number}/ticket", words="锅烧干了", way="police:")
    with site.database.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.urgent
        assert ticket.handle_due == site.at + timedelta(hours=4)
    assert "紧急" in fang.text(f"/agent/{ticket.id}")


def test_an_unrouted_ticket_that_needs_nobody_ends_with_the_note(site):
    fang = site.hire("fang", "operator")
    ticket = site.ticket("嗯，没事了", department=None)
    with site.database.read() as session:
        [row] = waiting_now(session)
    fang.post(f"/review/waiting/{row.id}/take")
    fang.post(f"/review/waiting/{row.id}/close", note="打错了")
    assert site.history(ticket)[-1] == "Ended"


def test_in_a_real_call_the_contact_is_owed_word(tmp_path, at):
    with house_in(tmp_path, now=lambda: at) as house:
        with house.database.write() as session:
            facts = {"address": "和平里3号楼", "building": "3号楼", "added_at": at}
            resident = Resident(
                name="王秀英", emergency_name="王强", emergency_phone="13900139000", **facts
            )
            resident.set_phone(house.keyring, "01055550101")
            session.add(resident)
        call = answer_phone(house, line="keyboard", number="01055550101")
        call.turn()
        call.turn(Heard(words="救命，家里着火了，满屋都是烟"))
        with house.database.read() as session:
            [owed] = alerts_owed(session)
            assert (owed.danger, owed.name, owed.number) == ("fire", "王强", "13900139000")
            assert waiting_now(session)[0].reason is Reason.DANGER
        call.hang_up()


def test_a_cry_for_help_on_a_line_that_breaks_is_told_to_the_contact(tmp_path, at):
    with house_in(tmp_path, now=lambda: at) as house:
        with house.database.write() as session:
            facts = {"address": "和平里3号楼", "building": "3号楼", "added_at": at}
            resident = Resident(name="王秀英", emergency_phone="13900139000", **facts)
            session.add(resident)
            session.flush()
            cut_off = HandOver(call="c9", resident=resident.id, reason=Reason.DRAFT)
            desk.hand_over(session, cut_off, at=at)
        with house.database.write() as session:
            heard = DraftHeard(call="c9", words="救命，家里着火了，满屋都是烟")
            house.exchange.acts[DraftHeard](session, heard, at)
        with house.database.read() as session:
            [owed] = alerts_owed(session)
            assert (owed.danger, owed.number) == ("fire", "13900139000")
