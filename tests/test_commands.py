"""The command line, as somebody at a terminal meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hotline.cli import main
from hotline.demo import voice
from ivr.calls import Call
from speech.audio import write_wav
from tests.house import house_in
from tickets.desk import handle, take

CALL_KEYS = {
    "call", "outcome", "need", "urgent", "ask", "recording", "ticket", "transcript", "timings",
}  # fmt: skip


@pytest.fixture
def hotline(tmp_path, monkeypatch):
    """Runs a command in a home of its own, without any recogniser."""
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    monkeypatch.delenv("HOTLINE_KEY", raising=False)

    def run(*args: str, typed: str | None = None):
        return CliRunner().invoke(main, args, input=typed)

    return run


def answer(result):
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def need(tmp_path) -> str:
    write_wav(tmp_path / "need.wav", voice("resident_need"))
    return str(tmp_path / "need.wav")


def test_without_a_recogniser_a_call_goes_to_a_person_with_its_recording(hotline, need):
    account = answer(hotline("call", need, "--keys", "1", "--json"))
    assert set(account) == CALL_KEYS
    assert (account["outcome"], account["need"]["engine"]) == ("human", "none")
    assert account["recording"]["seconds"] > 15
    assert account["ticket"] is None
    assert account["timings"] is None


def test_what_the_caller_heard_can_be_kept(hotline, need, tmp_path):
    result = hotline("call", need, "--heard", str(tmp_path / "heard.wav"))
    assert result.exit_code == 0
    assert (tmp_path / "heard.wav").stat().st_size > 100_000


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"not a sound at all", "not a sound file"),
        (None, "There is no sound file"),
    ],
)
def test_a_file_that_is_no_sound_gets_a_sentence_and_changes_nothing(
    hotline, tmp_path, content, says
):
    file = tmp_path / "need.wav"
    if content is not None:
        file.write_bytes(content)
    result = hotline("call", str(file), "--json")
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
    assert "Every call has its ending" in hotline("recover").output


def test_a_truncated_wav_is_played_as_far_as_it_goes(hotline, need, tmp_path):
    cut = tmp_path / "cut.wav"
    cut.write_bytes(Path(need).read_bytes()[:60_000])
    assert answer(hotline("call", str(cut), "--json"))["outcome"] == "human"


def test_keys_that_no_telephone_has_are_refused(hotline, need):
    result = hotline("call", need, "--keys", "1a")
    assert result.exit_code == 2
    assert "keys are 0-9" in result.output


def test_a_call_can_be_typed(hotline):
    result = hotline("talk", "--from", "01055550101", typed="电梯坏了\n1\n\n\n\n\n1\n")
    assert "您有什么事？" in result.output
    assert "department:property" in result.output


def test_hanging_up_at_the_keyboard_leaves_a_draft(hotline):
    assert "draft" in hotline("talk", typed="q\n").output


def test_a_register_is_taken_over_row_by_row(hotline, tmp_path):
    file = tmp_path / "residents.csv"
    file.write_text("姓名,电话,地址\n王桂兰,010-55550101,示范小区六号楼\n,010,\n", encoding="utf-8")
    result = hotline("residents", "import", str(file), "--json")
    assert result.exit_code == 1
    assert [row["outcome"] for row in answer(result)["rows"]] == ["added", "refused"]
    assert "1 of 2 rows kept" in result.stdout


def test_a_backup_comes_back_in_another_home_with_the_same_key(
    hotline, need, tmp_path, monkeypatch
):
    hotline("call", need)
    assert hotline("backup", str(tmp_path / "b.hotline")).exit_code == 0
    key = (tmp_path / "home" / "key").read_text().strip()
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "other"))
    refused = hotline("restore", str(tmp_path / "b.hotline"))
    assert refused.exit_code == 1
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "third"))
    monkeypatch.setenv("HOTLINE_KEY", key)
    assert "restored" in hotline("restore", str(tmp_path / "b.hotline")).output


def test_the_doctor_says_what_is_missing_and_how_to_mend_it(hotline):
    result = hotline("doctor", "--json")
    assert result.exit_code == 1
    found = {finding["what"]: finding for finding in answer(result)["findings"]}
    assert found["recogniser, Mandarin"]["state"] == "bad"
    assert found["recogniser, Mandarin"]["mend"] == "hotline models install zh"


def test_a_key_that_others_can_read_is_unsafe(hotline, need, tmp_path):
    hotline("recover")
    (tmp_path / "home" / "key").chmod(0o644)
    assert "can be read by others" in " ".join(hotline("doctor").output.split())


def test_a_wrong_key_is_named_and_nothing_is_changed(hotline, monkeypatch):
    hotline("recover")
    monkeypatch.setenv("HOTLINE_KEY", "d3JvbmcgIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5ISE=")
    result = hotline("recover")
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_time_zone_that_is_none_is_named(hotline, monkeypatch):
    monkeypatch.setenv("HOTLINE_ZONE", "Mars/Olympus")
    assert "no such time zone" in hotline("recover").output


def test_a_missing_key_is_never_replaced_where_there_is_data(hotline, need, tmp_path):
    hotline("call", need)
    key = tmp_path / "home" / "key"
    saved = key.read_bytes()
    key.unlink()
    result = hotline("recover")
    assert result.exit_code == 1
    assert "the key is missing" in result.output
    assert not key.exists()
    key.write_bytes(saved)
    assert hotline("recover").exit_code == 0


def test_a_restore_without_the_right_key_leaves_the_new_home_as_it_was(
    hotline, need, tmp_path, monkeypatch
):
    hotline("call", need)
    hotline("backup", str(tmp_path / "b.hotline"))
    key = (tmp_path / "home" / "key").read_text().strip()
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "new"))
    assert "Restoring needs the key" in hotline("restore", str(tmp_path / "b.hotline")).output
    monkeypatch.setenv("HOTLINE_KEY", "d3JvbmcgIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5ISE=")
    assert hotline("restore", str(tmp_path / "b.hotline")).exit_code == 1
    monkeypatch.setenv("HOTLINE_KEY", key)
    assert "restored" in hotline("restore", str(tmp_path / "b.hotline")).output


def test_the_doctor_knows_a_key_that_is_not_the_one(hotline, monkeypatch):
    hotline("recover")
    monkeypatch.setenv("HOTLINE_KEY", "d3JvbmcgIGtleSB3cm9uZyBrZXkgd3Jvbmcga2V5ISE=")
    assert "not the one this database was sealed with" in hotline("doctor").output.replace(
        "\n", " "
    )


def test_a_result_is_told_back_by_command_and_only_to_the_resident(hotline, tmp_path):
    hotline("talk", "--from", "01055550101", typed="电梯坏了\n1\n\n\n\n\n1\n")
    assert "no result to tell: it is handed in at /agent" in hotline("callback", "1").output
    with house_in(tmp_path / "home") as house, house.database.write() as session:
        take(session, 1, by="mechanic", at=house.now())
        handle(session, 1, by="mechanic", at=house.now(), result_words="电梯修好了")
    owed = answer(hotline("callback", "--json"))  # in quiet hours it is owed for later
    assert [*owed["due"], *owed["later"]] in ([1], ["1"])
    stranger = answer(hotline("callback", "1", "--keys", "2", "--json"))
    assert stranger["outcome"] == "missed"
    assert "电梯" not in json.dumps(stranger["transcript"], ensure_ascii=False)
    assert "there is no ticket 7" in hotline("callback", "7").output
    told = answer(hotline("callback", "1", "--keys", "11112", "--json"))
    said = [line["key"] for line in told["transcript"] if line["who"] == "hotline"]
    assert told["outcome"] == "told"
    assert said[-4:] == ["callback.solved", "callback.satisfied", "else", "callback.goodbye"]


@pytest.mark.parametrize("url", ["sqlite://", "postgresql://", "nonsense", "sqlite:////proc/x.db"])
def test_a_database_that_cannot_be_is_refused_in_a_sentence(hotline, monkeypatch, url):
    monkeypatch.setenv("HOTLINE_DATABASE_URL", url)
    result = hotline("recover")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Traceback" not in result.output


def test_a_damaged_recording_keeps_no_other_call_from_being_mended(hotline, need, tmp_path):
    hotline("call", need, "--hang-up-after", "8")
    with house_in(tmp_path / "home") as house, house.database.write() as session:
        for call in session.scalars(select(Call)):
            call.ended_at = call.ending = None
            call.process = f"{call.process.split(':')[0]}:1:0"
    for file in (tmp_path / "home" / "recordings").glob("*/*.rec"):
        file.write_bytes(b"\x01" * len(file.read_bytes()))
    result = hotline("recover", "--json")
    assert result.exit_code == 0
    assert [one["outcome"] for one in answer(result)["recovered"]] == ["draft"]


def test_a_damaged_recording_of_a_person_is_found_by_the_doctor(hotline, tmp_path):
    hotline("recover")
    voices = tmp_path / "home" / "voices"
    voices.mkdir(parents=True)
    (voices / "welcome.wav").write_bytes(b"RIFF")
    assert "record welcome again" in " ".join(hotline("doctor").output.split())


def test_bytes_of_another_encoding_are_typed_words_like_any_other():
    from ivr.lines.keyboard import _typed

    assert _typed("\udcff\udcfe我要修灯").words == "??我要修灯"


def test_how_often_needs_are_told_again_is_counted(hotline):
    hotline("talk", "--from", "01055550101", typed="电梯坏了\n1\n\n\n\n\n")
    figures = answer(hotline("repeats", "--json"))
    assert (figures["needs"], figures["repeats"], figures["share"]) == (1, 0, 0.0)
    assert answer(hotline("repeats", "--days", "1", "--json"))["since"] > figures["since"]
