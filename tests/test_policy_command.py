"""A community changes what it promises by a file: checked first, in force at once, every change kept."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.policy_remarks import remarks
from hotline.settings import Settings
from tests.house import house_in
from tickets.policies import PolicyRow, policy_of
from tickets.policy_reading import read

NAMED = """
[[people]]
role = "department_head"
department = "property"
name = "Li Ming"
channel = "email"
address = "li.ming@example.org"
[[people]]
role = "supervisor"
name = "Wang"
channel = "page"
[[people]]
role = "street_office"
name = "Zhao"
channel = "webhook"
address = "https://example.org/hook"
"""


@pytest.fixture
def hotline(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOTLINE_MODELS", str(tmp_path / "none"))
    for name in ("HOTLINE_DATABASE_URL", "HOTLINE_SMTP", "HOTLINE_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        return CliRunner().invoke(main, ["policy", *map(str, arguments)])

    return run


@pytest.fixture
def file(tmp_path):
    def write(text: str):
        (tmp_path / "mine.toml").write_text(text, "utf-8")
        return tmp_path / "mine.toml"

    return write


def settings(tmp_path, **environ: str) -> Settings:
    return Settings.read({"HOME": str(tmp_path), "HOTLINE_HOME": str(tmp_path), **environ})


def test_what_comes_with_the_hotline_is_shown_until_somebody_says_otherwise(hotline):
    assert hotline("show").output == hotline("show", "--shipped").output
    assert "from the beginning" in hotline("history").output


def test_a_file_is_checked_put_in_force_and_kept(hotline, file, tmp_path):
    mine = file('[clocks.respond]\nwithin = "10 min"\n')
    assert "can be used" in hotline("check", mine).output
    assert "in force" in hotline("use", mine).output
    assert 'within = "10 min"' in hotline("show").output
    hotline("use", file('[clocks.respond]\nwithin = "12 min"\n'))
    assert hotline("history").output.count("since") == 2
    assert 'within = "10 min"' in hotline("history", 1).output
    assert "no policy 9" in hotline("history", 9).output
    with house_in(tmp_path / "home") as house, house.database.read() as session:
        at = datetime(2026, 1, 5, 1, tzinfo=UTC)
        assert (policy_of(session).due(at).respond - at).total_seconds() == 12 * 60


def test_a_mistake_is_a_sentence_and_changes_nothing(hotline, file):
    result = hotline("use", file("[callbacks]\nlines = 0"))
    assert result.exit_code == 1
    assert "callbacks: lines: 0: a whole number from 1" in result.output
    assert "from the beginning" in hotline("history").output


def test_bytes_that_are_no_text_are_a_sentence(hotline, tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8 text" in hotline("check", tmp_path / "mine.toml").output


def test_who_is_not_named_and_who_cannot_be_told_is_said(hotline, file):
    said = " ".join(hotline("check", file(NAMED)).output.split())
    assert "`people` names nobody as department_head for" in said
    assert "Li Ming is told by email, and HOTLINE_SMTP and HOTLINE_SMTP_FROM are not set" in said
    assert "Zhao is told by webhook, and HOTLINE_WEBHOOK_SECRET is not set" in said
    assert "Wang" not in said


def test_nothing_is_left_open_where_everybody_can_be_told(tmp_path):
    everybody = NAMED.replace('department = "property"\n', "")
    here = settings(
        tmp_path, HOTLINE_SMTP="smtp://127.0.0.1", HOTLINE_SMTP_FROM="a@example.org",
        HOTLINE_WEBHOOK_SECRET="a secret of some length",
    )  # fmt: skip
    assert list(remarks(read(everybody, here.zone), here, 2026)) == []


def test_holidays_that_nobody_has_announced_are_not_taken_as_known(tmp_path):
    here = settings(tmp_path)
    said = list(remarks(read("", here.zone), here, 2040))
    assert any("holidays of 2040 are not known yet" in one for one in said)
    weekly = read('[working]\nholidays = ""', here.zone)
    assert not any("2040" in one for one in remarks(weekly, here, 2040))


def test_the_doctor_says_what_the_policy_leaves_open(hotline):
    said = " ".join(CliRunner().invoke(main, ["doctor"]).output.split())
    assert "policy: `people` names nobody as supervisor" in said


def test_what_an_upgrade_refuses_is_said_by_the_doctor_and_where_the_policy_is_shown(
    hotline, tmp_path
):
    with house_in(tmp_path / "home") as house, house.database.write() as session:
        session.add(PolicyRow(text="[callbacks]\nlines = 0", by="earlier", at=house.now()))
    doctor = " ".join(CliRunner().invoke(main, ["doctor"]).output.split())
    assert "policy, callbacks: lines: 0" in doctor
    shown = hotline("show").output
    assert "lines = 0" in shown
    assert "that is as shipped" in " ".join(shown.split())
