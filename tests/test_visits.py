"""Somebody goes there: where the telephone reached nobody, or there is none."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from proxy_agents.known import REGISTER
from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from tests.house import house_in
from tickets import desk
from tickets.callbacks import Callback, CallbackState, begin_dial, callback_of
from tickets.commands import NotReached, OpenTicket, Reason, Tell
from tickets.misses import part_of
from tickets.models import Ticket
from tickets.policies import policy_of, use
from tickets.register import Known, known
from tickets.visits import Visit, VisitState, visit_due, visits_ordered
from tickets.waiting import waiting_now

SHANGHAI = ZoneInfo("Asia/Shanghai")
NUMBER = "13800138000"


@pytest.fixture
def session(database):
    with database.write() as session:
        session.info["register"] = REGISTER
        yield session


def resident(session, at, **facts) -> int:
    row = Resident(name="王秀英", address="幸福里3号楼", building="3号楼", added_at=at, **facts)
    session.add(row)
    session.flush()
    return row.id


def handled(session, at, *, who: int | None = None, number: str = NUMBER) -> int:
    """A ticket that was dealt with."""
    need = OpenTicket(
        call="c1", resident=who, recording=None, words="水管漏水", department="property",
        service="leak", number=number,
    )  # fmt: skip
    ticket = desk.open_ticket(session, need, at=at, by="router").number
    desk.take(session, ticket, by="department:property", at=at)
    desk.handle(session, ticket, by="department:property", at=at, result_words="修好了")
    return ticket


def owed(session, ticket: int) -> Callback:
    callback = callback_of(session, ticket)
    assert callback
    return callback


def missed(session, ticket: int, outcome: str = "no_answer") -> datetime:
    """Rung until nobody rings any more; when that was."""
    callback = owed(session, ticket)
    when = callback.due_at
    while callback.state is CallbackState.OWED:
        when = callback.due_at
        begin_dial(session, callback.id, at=when, part=part_of(policy_of(session), when))
        desk.not_reached(session, NotReached(ticket=ticket, outcome=outcome), at=when)
    return when


def test_three_misses_in_three_parts_of_the_day_and_their_agent_goes_there(session, at):
    ticket = handled(session, at, who=resident(session, at))
    last = missed(session, ticket)
    [visit] = visits_ordered(session)
    assert visit.callback.state is CallbackState.VISIT
    assert visit.due_at.astimezone(SHANGHAI).strftime("%a %H:%M") == "Wed 17:30"
    assert last.astimezone(SHANGHAI).strftime("%a") == "Tue"
    assert session.get_one(Ticket, ticket).history[-1].kind == "VisitOrdered"


def test_at_risk_somebody_goes_on_the_same_day(session, at):
    policy, evening = policy_of(session), at.replace(hour=11)
    assert visit_due(policy, at, at_risk=True).astimezone(SHANGHAI).strftime("%H:%M") == "19:00"
    assert visit_due(policy, evening, at_risk=True) == evening + timedelta(hours=2)
    last = missed(session, handled(session, at, who=resident(session, at, at_risk=True)))
    [visit] = visits_ordered(session)
    assert visit.due_at.date() == last.date()


def test_before_a_holiday_the_next_working_day_is_after_it(session):
    before = datetime(2026, 9, 30, 10, tzinfo=SHANGHAI)  # the National Day goes to 7 October
    assert visit_due(policy_of(session), before, at_risk=False).astimezone(SHANGHAI).day == 8


def hire(session, at, login, **facts) -> Staff:
    who = Staff(login=login, name=login, role=Role.AGENT, password_hash="x", added_at=at, **facts)
    session.add(who)
    session.flush()
    return who


@pytest.mark.parametrize(
    ("own", "sent"),
    [
        ({}, "own"), ({"hours": "8:00-12:00"}, "own"), ({"hours": "18:00-22:00"}, "other"),
        ({"most": 0}, "other"), ({"active": False}, "other"),
    ],
)  # fmt: skip
def test_where_their_own_agent_cannot_another_of_the_area_goes(session, at, own, sent):
    theirs, near = (
        hire(session, at, "own", area="幸福里", **own),
        hire(session, at, "other", area="幸福里"),
    )
    hire(session, at, "far", area="胜利路")
    handled(session, at, who=resident(session, at, agent=theirs), number="")
    [visit] = visits_ordered(session)
    assert visit.agent == {"own": theirs.id, "other": near.id}[sent]


def test_where_nobody_can_a_supervisor_finds_somebody(session, at):
    theirs = hire(session, at, "own", most=0)
    ticket = handled(session, at, who=resident(session, at, agent=theirs), number="")
    [visit] = visits_ordered(session)
    assert visit.agent is None
    assert session.get_one(Ticket, ticket).history[-1].details["agent"] is None


def test_at_risk_whoever_is_at_work_now_goes(session, at):
    early, late = (
        hire(session, at, "early", hours="8:00-12:00"),
        hire(session, at, "late", area="幸福里"),
    )
    handled(session, at, who=resident(session, at, agent=early, at_risk=True), number="")
    [visit] = visits_ordered(session)
    assert visit.agent == late.id  # it is five in the afternoon


def test_without_working_hours_a_visit_is_due_at_the_end_of_the_day(session, at):
    use(session, "[working]\nhours = []\ndays = []\nholidays = ''", by="x", at=at)
    handled(session, at, number="")
    [visit] = visits_ordered(session)
    assert visit.due_at.astimezone(SHANGHAI).strftime("%d %H:%M") == "07 00:00"


def test_who_has_no_number_is_visited_and_nobody_is_dialled(session, at):
    ticket = handled(session, at, who=resident(session, at), number="")
    [visit] = visits_ordered(session)
    assert visit.callback.tickets == [ticket]
    assert visit.callback.attempts == []


def test_a_number_that_always_fails_becomes_a_visit_after_three_days(session, at):
    last = missed(session, handled(session, at), "failed")
    [visit] = visits_ordered(session)
    assert timedelta(days=3) <= last - at < timedelta(days=4)
    assert visit.agent is None


def test_they_ring_us_and_nobody_has_to_go(session, at):
    ticket = handled(session, at)
    missed(session, ticket)
    desk.tell(session, Tell(ticket=ticket, call="theirs"), at=at)
    assert visits_ordered(session) == []
    assert session.get_one(Visit, 1).state is VisitState.CANCELLED


def test_a_ticket_that_is_withdrawn_leaves_the_other_one_to_be_told(session, at):
    first, second = handled(session, at), handled(session, at)
    callback = owed(session, first)
    desk.end(session, first, reason="withdrawn", by="operator:1", at=at)
    missed(session, second)
    assert callback.state is CallbackState.VISIT
    desk.end(session, second, reason="withdrawn", by="operator:1", at=at)
    assert owed(session, first).state is CallbackState.CANCELLED
    assert visits_ordered(session) == []


def test_who_does_not_want_to_be_rung_is_left_to_a_person(session, at):
    ticket = handled(session, at)
    missed(session, ticket, "refused")
    [waiting] = waiting_now(session)
    assert (waiting.reason, waiting.ticket_id) == (Reason.REFUSED, ticket)
    assert owed(session, ticket).state is CallbackState.MISSED


def test_their_own_quiet_hours_hold(session, at):
    who = resident(session, at, quiet_hours="8:00-18:00")
    callback = owed(session, handled(session, at, who=who))
    assert callback.due_at.astimezone(SHANGHAI).strftime("%H:%M") == "18:00"
    assert known(session, resident(session, at, quiet_hours="9:00-8:00,8:30-10:00")) == Known()


def test_an_agent_who_has_left_is_sent_nowhere(session, at):
    facts = {"role": Role.AGENT, "password_hash": "x", "added_at": at}
    here, gone = Staff(login="chen", name="陈", active=True, **facts), Staff(login="wu", name="吴", active=False, **facts)  # fmt: skip
    sent = [known(session, resident(session, at, agent=one)).agent for one in (here, gone)]
    assert sent == [here.id, None]


def test_who_left_the_register_is_nobody(session):
    assert known(session, 99) == known(session, None) == Known()


def test_sessions_of_a_house_know_its_zone_its_register_and_its_places(tmp_path):
    with house_in(tmp_path) as house, house.database.read() as session:
        assert set(session.info) == {"zone", "register", "places"}
