"""Stories of those who listen: who waits, what was said, better words, paper slips."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from ivr.calls import Call, Ending
from ivr.dialogue import Heard
from store.recordings import RecordingWords
from store.shelf import RecordingShelf
from tests.console_site import NUMBER, Site
from tickets import desk
from tickets.models import Ticket
from tickets.waiting import Waiting


@pytest.fixture
def site(database, tmp_path, keyring, at):
    return Site(database, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.fixture
def fang(site):
    """An operator."""
    return site.hire("fang", "operator", name="钱芳")


def texts(site: Site, recording: str) -> list[tuple[str, str]]:
    with site.database.read() as session:
        rows = select(RecordingWords).filter_by(recording_id=recording).order_by(RecordingWords.id)
        return [(row.engine, row.text) for row in session.scalars(rows)]


def test_whoever_is_in_danger_stands_first_and_in_red(site, fang):
    site.waits("asked", call="c1", words="想找真人")
    site.wait(minutes=20)
    site.waits("danger", call="c2", words="胸口疼", danger="chest_pain")
    page = fang.text("/review/")
    assert page.index("胸口疼，120") < page.index("要找真人")
    assert page.count("card danger") == 1
    assert "已超时 5 分钟" in page
    assert "138****8000" in page
    assert NUMBER not in page
    assert site.looks("waiting:1") == site.looks("waiting:2") == ["operator:1 list"]


def test_one_who_waits_is_taken_by_one_person_only(site, fang):
    min_ = site.hire("min", "operator", name="赵敏")
    number = site.waits(call="c1")
    assert min_.post(f"/review/waiting/{number}/take").status_code == 302
    late = fang.post(f"/review/waiting/{number}/take")
    assert late.status_code == 409
    assert "已经有人在处理了" in late.text
    assert site.row(Waiting, number).taken_by == "operator:2"
    assert "赵敏 正在处理" in fang.text("/review/")


def test_somebody_takes_over_where_a_colleague_cannot_go_on(site, fang):
    min_ = site.hire("min", "operator")
    number = site.waits(call="c1")
    min_.post(f"/review/waiting/{number}/take")
    fang.post(f"/review/waiting/{number}/take-over", taken_by="operator:2")
    assert site.row(Waiting, number).taken_by == "operator:1"
    stale = min_.post(f"/review/waiting/{number}/take-over", taken_by="operator:7")
    assert stale.status_code == 409


def test_a_ticket_is_made_of_one_who_waits(site, fang):
    call = site.call("c1", ending=Ending.HUMAN)
    recording = site.recording(call, words="那个那个", confidence=0.3)
    number = site.waits("not_understood", call=call, recording=recording, words="那个那个")
    to = {"words": "马桶堵了", "way": "property:", "agent": ""}
    made = fang.post(f"/review/waiting/{number}/ticket", **to)
    ticket = site.row(Ticket, 1)
    assert made.location == "/agent/1"
    assert (ticket.words, ticket.assignee, ticket.callback_number) == (
        "马桶堵了",
        "department:property",
        NUMBER,
    )
    assert (ticket.call_id, ticket.recording_id) == (call, recording)
    assert texts(site, recording)[-1] == ("typed", "马桶堵了")
    assert site.row(Waiting, number).closed_at == site.at


def test_an_unrouted_ticket_is_given_to_the_residents_agent(site, fang):
    site.hire("chen", "agent", name="小陈")
    ticket = site.ticket("陪我去医院", department=None)
    page = fang.get("/review/waiting/1").text
    assert "不知道交给谁" in page
    fang.post("/review/waiting/1/ticket", words="陪我去医院拿药", way="health:", agent="2")
    row = site.row(Ticket, ticket)
    assert (row.assignee, row.department, row.words) == ("agent:2", "health", "陪我去医院拿药")
    assert site.history(ticket) == ["WordsCorrected", "Rerouted"]
    assert site.row(Waiting, 1).ticket_id == ticket


def test_whoever_finds_a_new_way_reads_why_it_was_handed_back(site, fang):
    site.hire("li", "department", department="property")
    number = site.ticket()
    with site.database.write() as session:
        desk.hand_back(session, number, reason="水管归自来水公司", by="department:2", at=site.at)
    assert "水管归自来水公司" in fang.text("/review/waiting/1")
    fang.post("/review/waiting/1/ticket", words="水管漏水", way="utilities:", agent="")
    assert site.row(Ticket, number).assignee == "department:utilities"


def test_without_a_department_or_with_a_made_up_one_nothing_happens(site, fang):
    number = site.waits(call="c1", words="想找真人")
    nobody = fang.post(f"/review/waiting/{number}/ticket", words="想找真人", way="", agent="")
    made_up = fang.post(f"/review/waiting/{number}/ticket", words="想找真人", way="moon:", agent="")
    stranger = fang.post(f"/review/waiting/{number}/ticket", words="想", way="property:", agent="1")
    assert [answer.status_code for answer in (nobody, made_up, stranger)] == [400, 400, 400]
    assert "想找真人" in nobody.text  # what was written comes back
    row = site.row(Waiting, number)
    assert (row.taken_by, row.closed_at) == (None, None)


def test_one_who_needs_no_ticket_is_closed_with_a_note(site, fang):
    number = site.waits(call="c1", words="打错了")
    assert fang.post(f"/review/waiting/{number}/close", note="").status_code == 400
    fang.post(f"/review/waiting/{number}/close", note="他要打给女儿")
    row = site.row(Waiting, number)
    assert row.closed_at == site.at
    assert row.note == "他要打给女儿"
    assert "现在没有人在等" in fang.text("/review/")
    assert fang.post(f"/review/waiting/{number}/close", note="又一次").status_code == 409


def test_calls_stand_newest_first_fifty_on_a_page(site, fang):
    for n in range(52):
        site.call(f"c{n:02}")
        site.wait(seconds=10)
    first, second = fang.text("/review/"), fang.text("/review/?page=2")
    assert first.index("/review/calls/c51") < first.index("/review/calls/c02")
    assert "/review/calls/c01" not in first
    assert second.index("/review/calls/c01") < second.index("/review/calls/c00")
    assert "较早的" in first
    assert "较早的" not in second
    assert fang.get("/review/?page=x").status_code == 200
    assert site.looks("call:c00") == ["operator:1 list"]


def test_a_list_shows_what_was_heard_and_how_sure_the_machine_was(site, fang):
    resident = site.resident()
    call = site.call("c1", resident=resident)
    site.recording(call, words="电梯坏了，打13700000000", confidence=0.41)
    site.recording(call, "need.1.right.1", words="对")
    page = fang.text("/review/")
    for said in ("电梯坏了", "whisper-base，把握 41%", "请人听一听", "王**", "未审听", "已建工单"):
        assert said in page
    assert "王秀英" not in page
    assert "13700000000" not in page


def test_better_words_reach_the_recording_and_its_ticket(site, fang):
    call = site.call("c1")
    recording = site.recording(call, words="水管露水")
    ticket = site.ticket("水管露水", call=call, recording=recording)
    last = str(last_words(site, recording))
    fang.post(f"/review/calls/c1/recordings/{recording}/words", words="水管漏水", last=last)
    assert texts(site, recording) == [("whisper-base", "水管露水"), ("typed", "水管漏水")]
    assert site.row(Ticket, ticket).words == "水管漏水"
    assert site.history(ticket) == ["Assigned", "WordsCorrected"]
    assert site.looks(f"recording:{recording}") == ["operator:1 correct"]
    assert "人工写的" in fang.text("/review/calls/c1")


def last_words(site: Site, recording: str) -> int:
    with site.database.read() as session:
        rows = select(RecordingWords.id).filter_by(recording_id=recording)
        return max(session.scalars(rows), default=0)


def test_two_who_correct_at_once_do_not_overwrite_each_other(site, fang):
    site.call("c1")
    recording = site.recording("c1")
    path = f"/review/calls/c1/recordings/{recording}/words"
    fang.post(path, words="水管漏水", last="0")
    late = fang.post(path, words="暖气漏水", last="0")
    assert late.status_code == 409
    assert "有人比您先了一步" in late.text
    assert "暖气漏水" in late.text
    assert texts(site, recording) == [("typed", "水管漏水")]


def test_danger_found_by_listening_calls_for_a_person_at_once(site, fang):
    call = site.call("c1")
    recording = site.recording(call, words="没起伙")
    ticket = site.ticket("没起伙", call=call, recording=recording)
    path = f"/review/calls/c1/recordings/{recording}/words"
    fang.post(path, words="着火了，满屋都是烟", last=str(last_words(site, recording)))
    row = site.row(Waiting, 1)
    assert (row.danger, row.ticket_id, row.due_at) == ("fire", ticket, site.at)


def test_a_typed_need_is_corrected_on_its_ticket(site, fang):
    site.call("c1", answers=[("need.1", Heard(words="电体坏了"))])
    site.ticket("电体坏了", call="c1")
    version = str(site.row(Ticket, 1).version)
    fang.post("/review/calls/c1/tickets/1/words", words="电梯坏了", version=version)
    assert site.row(Ticket, 1).words == "电梯坏了"
    again = fang.post("/review/calls/c1/tickets/1/words", words="电视坏了", version=version)
    assert again.status_code == 409


def test_a_call_is_read_with_its_numbers_masked_until_somebody_asks(site, fang):
    resident = site.resident(emergency_name="王强", emergency_phone="13911112222")
    answers = [("need.1", Heard(words="我的电话是13700000000"))]
    site.call("c1", resident=resident, answers=answers)
    masked = fang.text("/review/calls/c1")
    for hidden in ("王秀英", NUMBER, "13911112222", "13700000000"):
        assert hidden not in masked
    shown = fang.post("/review/calls/c1/unmask").text
    for named in ("王秀英", NUMBER, "13911112222", "13700000000"):
        assert named in shown
    assert site.looks("call:c1") == ["operator:1 view", "operator:1 unmask"]


def test_a_call_is_marked_as_reviewed_once(site, fang):
    site.call("c1")
    fang.post("/review/calls/c1/reviewed")
    site.wait(hours=1)
    site.hire("min", "supervisor").post("/review/calls/c1/reviewed")
    call = site.row(Call, "c1")
    assert (call.reviewed_by, call.reviewed_at) == ("operator:1", site.at - timedelta(hours=1))


def slip(**fields: str) -> dict[str, str]:
    blank = {"at": "2026-01-05T16:00", "words": "楼道灯不亮", "way": "property:", "language": "zh"}
    return blank | fields


def test_a_paper_slip_becomes_a_ticket_with_its_own_time(site, fang):
    made = fang.post("/review/paper/", **slip(name="周大爷", place="3号楼", number="010 5555 0123"))
    ticket = site.row(Ticket, 1)
    assert made.location == "/agent/1"
    assert ticket.opened_at == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert ticket.respond_due == ticket.opened_at + timedelta(minutes=15)
    assert (ticket.caller_name, ticket.caller_place, ticket.callback_number) == (
        "周大爷",
        "3号楼",
        "01055550123",
    )
    assert (ticket.call_id, ticket.assignee) == (None, "department:property")


def test_a_slip_of_a_household_asks_who_it_was(site, fang):
    site.resident("王秀英")
    second = site.resident("李建国")
    asked = fang.post("/review/paper/", **slip(number=NUMBER))
    assert "是哪一位" in asked.text
    assert "楼道灯不亮" in asked.text
    assert "李建国" not in asked.text
    fang.post("/review/paper/", **slip(number=NUMBER, resident=str(second)))
    fang.post("/review/paper/", **slip(number=NUMBER, name="王秀英"))
    fang.post("/review/paper/", **slip(number=NUMBER, resident="0", name="客人"))
    assert [site.row(Ticket, n).resident_id for n in (1, 2, 3)] == [second, 1, None]


@pytest.mark.parametrize(
    "mistake",
    [
        {"at": "tomorrow"},
        {"at": "2026-01-06T16:00"},
        {"at": "2025-01-05T16:00"},
        {"number": "12"},
        {"words": " "},
        {"way": "property:nothing"},
        {"words": "长" * 4001},
    ],
)
def test_a_slip_that_cannot_be_right_is_refused_in_a_sentence(site, fang, mistake):
    refused = fang.post("/review/paper/", **slip(**mistake))
    assert refused.status_code == 400
    assert "没有办成" in refused.text
    with site.database.read() as session:
        assert not session.scalars(select(Ticket)).all()


def test_a_slip_without_a_department_waits_for_a_person(site, fang):
    fang.post("/review/paper/", **slip(way=""))
    assert site.row(Waiting, 1).ticket_id == 1
    assert "不知道交给谁" in fang.text("/review/")


def test_the_pages_speak_english_to_who_wants_it(site, fang):
    site.waits("danger", call="c1", danger="fire")
    fang.post("/language", to="en", back="/review/")
    page = fang.text("/review/")
    for said in ("Waiting now", "fire, 119", "I take this one", "All calls"):
        assert said in page


def test_a_ticket_nobody_took_up_in_fifteen_minutes_is_red_for_everybody(site, fang):
    number = site.ticket(words="水管漏了")
    assert "超过期限的工单" not in fang.text("/review/")
    site.wait(minutes=16)
    assert "超过期限的工单" in fang.text("/review/")
    page = fang.text(f"/agent/{number}")
    assert "接手期限" in page
    assert "overdue" in page
