"""Stories of those who deal with a need: what is theirs, what they say about it, what they cannot reach."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from console import results
from speech.audio import RATE, ulaw_decode
from store.recordings import Recording
from store.shelf import NoRoom, RecordingShelf
from tests.console_site import NUMBER, Site, hum
from tickets import desk
from tickets.callbacks import CallbackState, callback_of
from tickets.commands import Judge, Tell, Verdict
from tickets.lifecycle import Status
from tickets.models import Ticket
from tickets.waiting import Waiting


@pytest.fixture
def site(sqlite, tmp_path, keyring, at):
    return Site(sqlite, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.fixture
def li(site):
    """Somebody at the property company."""
    return site.hire("li", "department", department="property", name="老李")


@pytest.fixture
def taken(site, li):
    """A ticket the property company has taken on."""
    recording = site.recording(site.call("c1"), words="水管漏水")
    number = site.ticket(call="c1", recording=recording)
    li.post(f"/agent/{number}/take")
    return number


def wav(samples: Any, rate: int = RATE, **how: Any) -> tuple[BytesIO, str]:
    file = BytesIO()
    soundfile.write(file, samples, rate, format=how.pop("format", "WAV"), **how)
    return BytesIO(file.getvalue()), "result.wav"


def test_tickets_stand_by_due_time_with_the_late_ones_marked(site, li):
    site.ticket("先来的")
    site.wait(minutes=75)
    site.ticket("后来的")
    li = site.hire("li2", "department", department="property")
    page = li.text("/agent/")
    assert page.index("先来的") < page.index("后来的")
    assert page.count("card overdue") == 1
    assert "已超时 60 分钟" in page
    assert "还有 15 分钟" in page
    assert site.looks("ticket:1") == ["department:2 list"]


def test_departments_and_agents_see_only_what_is_theirs(site, li):
    chen = site.hire("chen", "agent")
    ours = site.ticket("水管漏水")
    agents = site.ticket("陪我看病", agent=2)
    other = site.ticket("垃圾没人收", department="urban_management")
    assert [li.get(f"/agent/{n}").status_code for n in (ours, agents, other)] == [200, 404, 404]
    assert [chen.get(f"/agent/{n}").status_code for n in (ours, agents, other)] == [404, 200, 404]
    assert "陪我看病" not in li.text("/agent/")
    assert chen.post(f"/agent/{ours}/take").status_code == 404
    assert site.row(Ticket, ours).status is Status.ASSIGNED


def test_supervisors_look_and_do_not_act(site):
    min_ = site.hire("min", "supervisor")
    number = site.ticket()
    page = min_.text(f"/agent/{number}")
    assert "您可以看，不能代办" in page
    assert "物业" in min_.text("/agent/")
    assert min_.post(f"/agent/{number}/take").status_code == 403
    assert site.history(number) == ["Assigned"]


def test_a_ticket_is_taken_once(site, li):
    colleague = site.hire("zhang", "department", department="property")
    number = site.ticket()
    li.post(f"/agent/{number}/take")
    late = colleague.post(f"/agent/{number}/take")
    assert late.status_code == 409
    assert "有人比您先了一步" in late.text
    assert site.history(number) == ["Assigned", "Taken"]


def test_a_ticket_is_handed_back_with_a_reason_and_waits_for_somebody_else(site, li, taken):
    version = str(site.row(Ticket, taken).version)
    assert li.post(f"/agent/{taken}/hand-back", reason="", version=version).status_code == 400
    assert li.post(f"/agent/{taken}/hand-back", reason="不归我们", version="1").status_code == 409
    li.post(f"/agent/{taken}/hand-back", reason="不归我们", version=version)
    assert site.row(Ticket, taken).status is Status.OPEN
    assert site.row(Waiting, 1).ticket_id == taken
    assert li.get(f"/agent/{taken}").status_code == 404


def test_a_result_is_written_and_the_resident_is_owed_a_call(site, li, taken):
    site.wait(minutes=20)
    done = li.post(f"/agent/{taken}/result", result="换了水管接头")
    ticket = site.row(Ticket, taken)
    assert done.location == f"/agent/{taken}"
    assert (ticket.status, ticket.result_words) == (Status.HANDLED, "换了水管接头")
    with site.database.read() as session:
        owed = callback_of(session, taken)
        assert owed
        assert owed.state is CallbackState.OWED
    assert "热线会打电话告诉老人" in li.text(f"/agent/{taken}")


@pytest.mark.parametrize(
    ("rate", "how"),
    [
        (8000, {"subtype": "ULAW"}),
        (16000, {"subtype": "PCM_16"}),
        (48000, {"subtype": "FLOAT"}),
        (44100, {"format": "FLAC"}),
    ],
)
def test_a_recorded_result_is_kept_as_the_telephone_carries_it(site, li, taken, rate, how):
    tone = np.sin(2 * np.pi * 220 * np.arange(2 * rate) / rate) * 0.3
    li.post(f"/agent/{taken}/result", sound=wav(tone, rate, **how))
    ticket = site.row(Ticket, taken)
    kept = ulaw_decode(site.shelf.read(ticket.result_recording_id))
    row = site.row(Recording, ticket.result_recording_id)
    assert ticket.status is Status.HANDLED
    assert abs(len(kept) / RATE - 2) < 0.01
    assert (row.key, row.call_id, round(row.seconds)) == ("result", None, 2)
    assert 5000 < np.abs(kept).max() < 12000


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (lambda: (BytesIO(b"not a sound at all"), "x.wav"), "不是能听的录音"),
        (lambda: (BytesIO(b""), "x.wav"), "不是能听的录音"),
        (lambda: wav(hum(0.2)), "录音太短了"),
        (lambda: wav(np.zeros(700 * RATE, dtype=np.int16), format="FLAC"), "录音太长了"),
        (lambda: None, "还没有结果"),
    ],
    ids=["noise", "nothing", "short", "long", "none"],
)
def test_what_is_no_result_is_refused_in_a_sentence_and_changes_nothing(
    site, li, taken, sound, said
):
    refused = li.post(f"/agent/{taken}/result", sound=sound(), result="")
    assert refused.status_code in {400, 413}
    assert said in refused.text
    assert site.row(Ticket, taken).status is Status.TAKEN
    assert files(site) == 1  # the need, and nothing else


def files(site: Site) -> int:
    return len(list(site.shelf.folder.rglob("*.rec")))


def test_a_file_that_is_too_large_is_refused(site, li, taken):
    form = {"data": b"x" * 20_000_001, "content_type": "multipart/form-data; boundary=x"}
    refused = li.client.post(f"/agent/{taken}/result", **form)
    assert refused.status_code == 413
    assert "文件太大了" in refused.text


def test_a_result_that_comes_too_late_leaves_nothing_behind(site, li, taken, monkeypatch):
    li.post(f"/agent/{taken}/result", result="办好了")
    monkeypatch.setattr(results, "_check", lambda house, number: None)  # both were past it
    late = li.post(f"/agent/{taken}/result", sound=wav(hum(1)), result="我也办好了")
    assert late.status_code == 409
    assert "我也办好了" in late.text
    assert files(site) == 1
    with site.database.read() as session:
        assert [row.key for row in session.scalars(select(Recording))] == ["need.1"]


def test_a_full_disk_is_said_and_nothing_is_handled(site, li, taken, monkeypatch):
    def full(recording, sound):
        raise NoRoom(recording)

    monkeypatch.setattr(site.shelf, "keep", full)
    refused = li.post(f"/agent/{taken}/result", sound=wav(hum(1)))
    assert refused.status_code == 507
    assert "磁盘满了" in refused.text
    assert site.row(Ticket, taken).status is Status.TAKEN


def test_what_is_still_missing_is_heard_in_the_residents_own_voice(site, li, taken):
    li.post(f"/agent/{taken}/result", result="换了接头")
    why = site.recording("cb1", "1.missing.1", words="还在滴水")
    told = Tell(ticket=taken, call="cb1")
    half = Judge(
        ticket=taken, verdict=Verdict.HALF_SOLVED, evidence="key 2", why=why, why_words="还在滴水"
    )
    with site.database.write() as session:
        desk.tell(session, told, at=site.at)
        desk.judge(session, half, at=site.at)
    page = li.text(f"/agent/{taken}")
    assert "老人说还差什么" in page
    assert "还在滴水" in page
    assert "退回来 1 次" in page
    assert li.get(f"/agent/{taken}/sound/{why}").status_code == 200


def test_a_recording_is_played_as_a_wav_and_every_playback_is_written_down(site, li, taken):
    recording = site.row(Ticket, taken).recording_id
    played = li.get(f"/agent/{taken}/sound/{recording}")
    samples, rate = soundfile.read(BytesIO(played.data), dtype="int16")
    assert (rate, len(samples)) == (8000, 16000)
    assert played.headers["Cache-Control"] == "no-store"
    part = li.get(f"/agent/{taken}/sound/{recording}", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    assert site.looks(f"recording:{recording}") == ["department:1 play", "department:1 play"]


def test_nobody_hears_what_is_not_theirs(site, li, taken):
    foreign = site.recording(site.call("c2"))
    other = site.ticket(call="c2", recording=foreign, department="police")
    own = site.row(Ticket, taken).recording_id
    paths = (f"/sound/{own}", f"/agent/{taken}/sound/{foreign}", f"/agent/{other}/sound/{foreign}")
    assert [li.get(path).status_code for path in paths] == [404, 404, 404]
    assert site.looks(f"recording:{foreign}") == []
    assert site.hire("fang", "operator").get(f"/sound/{foreign}").status_code == 200


def test_a_damaged_recording_is_played_with_silence_in_its_place(site):
    fang = site.hire("fang", "operator")
    recording = site.recording("c1", seconds=3)
    file = site.shelf.file(recording)
    sealed = bytearray(file.read_bytes())
    sealed[100] ^= 1
    file.write_bytes(sealed)
    samples, _ = soundfile.read(BytesIO(fang.get(f"/sound/{recording}").data), dtype="int16")
    assert len(samples) == 3 * RATE
    assert not samples[:RATE].any()
    file.unlink()
    assert fang.get(f"/sound/{recording}").status_code == 404


def test_a_name_is_masked_until_somebody_asks_and_that_is_written_down(site, li):
    resident = site.resident()
    number = site.ticket(resident=resident)
    page = li.text(f"/agent/{number}")
    assert "王**" in page
    assert "幸福里3号楼2单元501" in page  # they have to go there
    assert NUMBER not in page
    assert NUMBER in li.post(f"/agent/{number}/unmask").text
    assert site.looks(f"ticket:{number}") == ["department:1 view", "department:1 unmask"]


def test_what_somebody_says_is_text_and_never_markup(site, li):
    number = site.ticket("<script>alert(1)</script>{{ 7 * 7 }}")
    page = li.text(f"/agent/{number}")
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7 * 7 }}" in page


def test_a_department_without_a_name_has_no_tickets(site):
    lost = site.hire("lost", "department")
    site.ticket()
    site.wait(minutes=1)
    assert "现在没有要办的工单" in lost.text("/agent/")
    assert lost.get("/agent/1").status_code == 404
    assert site.at - timedelta(minutes=1) == site.row(Ticket, 1).opened_at


def test_a_card_tells_in_a_few_words_what_it_is_about(site, li):
    site.ticket("喂，你好，那个，我们楼下的路灯坏了，打13700000000")
    page = li.text("/agent/")
    heading = page.split("<h2>")[1].split("</h2>")[0]
    assert "路灯坏了" in heading
    assert "你好" not in heading
    assert "13700000000" not in page


def test_a_department_sees_what_its_service_needs_to_know_and_no_more(site, li):
    recording = site.recording(site.call(), words="吵得睡不着")
    resident = site.resident(emergency_name="王强", emergency_phone="13900139000")
    words = "我是王秀英，幸福里3号楼2单元501，电话一三八 嗯 零零幺三八零零零，楼下太吵"
    facts = {"resident": resident, "recording": recording}
    number = site.ticket(words, department="urban_management", service="street_noise", **facts)
    cheng = site.hire("cheng", "department", department="urban_management")
    for page in (
        cheng.text("/agent/"),
        cheng.text(f"/agent/{number}"),
        cheng.post(f"/agent/{number}/unmask").text,
    ):
        assert "楼下太吵" in page
        assert "幸福里3号楼2单元501" in page.replace("［地址］", "")
        for hidden in ("王秀英", "王*", "王强", NUMBER, "138****", "零零幺三八", "13900139000"):
            assert hidden not in page
    assert recording not in cheng.text(f"/agent/{number}")
    assert cheng.get(f"/agent/{number}/sound/{recording}").status_code == 404


def test_the_emergency_contact_is_shown_to_the_proxy_agent_and_not_to_a_department(site, li):
    resident = site.resident(emergency_name="王强", emergency_phone="13900139000")
    chen = site.hire("chen", "agent")
    errand = site.ticket("买药", agent=2, resident=resident, service="medicine")
    leak = site.ticket("漏水", resident=resident, service="water_leak")
    assert "13900139000" in chen.post(f"/agent/{errand}/unmask").text
    assert "13900139000" not in li.post(f"/agent/{leak}/unmask").text
    assert NUMBER in li.post(f"/agent/{leak}/unmask").text
