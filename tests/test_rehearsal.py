"""A policy is tried on a moved clock: every need ends in a counted state, and the same seed tells the same story."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.rehearsal.community import BadCommunity, read
from hotline.rehearsal.run import CannotRehearse, Plan, rehearse
from hotline.settings import Settings

MINE = """
begin = 2026-03-02
[needs]
a_month = 1.0
[deal]
usual = { median = "1 h", spread = 0.8, runs = "always" }
"""


@pytest.fixture
def settings(tmp_path):
    return Settings.read({"HOTLINE_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)})


def plan(policy: str = "", **facts) -> Plan:
    return Plan(
        policy=policy, community=read(MINE), **{"residents": 100, "days": 4, "sample": 0} | facts
    )


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return rehearse(
        plan(residents=150, days=8, sample=12),
        Settings.read({"HOTLINE_HOME": str(home), "HOME": str(home)}),
    )


def test_every_need_told_ends_in_a_counted_state(figures):
    needs = figures["needs"]
    assert needs["told"] == sum(needs["stand"].values()) > 20
    assert "lost" not in needs["stand"]


def test_every_promise_made_is_kept_late_broken_or_still_running(figures):
    for of in figures["promises"].values():
        assert of["made"] == of["on_time"] + of["late"] + of["broken"] + of["running"]
        assert of["made"] >= figures["needs"]["told"] / 2
        assert 0.5 < of["kept_share"] <= 1


def test_every_dial_ends_somehow_and_every_late_promise_was_somebodys(figures):
    calls, made = figures["callbacks"], figures["promises"]["respond"]
    assert calls["dials"] == sum(calls["outcomes"].values())
    assert calls["outcomes"]["told"] <= calls["states"]["result: told"] <= calls["owed"]
    assert figures["escalations"]["respond: department_head"] <= made["late"] + made["broken"]


def test_the_real_dialogues_come_to_the_same_ends(figures):
    played = figures["dialogues"]
    assert played["failed"] == {}
    assert played["endings"]["intake: ticket"] > 2
    assert played["endings"]["callback: told"] > 2


def rehearsed(settings, policy: str = "", **facts):
    """Long calls, so that lines are scarce."""
    long = MINE + '[calls]\nlasts = { median = "40 min", spread = 0.2, runs = "always" }'
    return rehearse(replace(plan(policy, **facts), community=read(long)), settings)


def test_with_one_line_callbacks_wait_longer_than_with_ten(settings):
    one, ten = (
        rehearsed(settings, f"[callbacks]\nlines = {lines}", residents=200, days=2)
        for lines in (1, 10)
    )
    assert one["lines"]["peak"] == 1 < ten["lines"]["peak"] <= 10
    assert one["lines"]["waited_p95_s"] > 3600 > ten["lines"]["waited_p95_s"]
    assert (
        one["promises"]["respond"] == ten["promises"]["respond"]
    )  # the same people, the same needs


def test_who_was_rung_enough_today_waits_for_tomorrow_and_not_for_a_line(settings):
    policy = "[callbacks]\nlines = 50\na_day = 1"
    figures = rehearse(plan(policy, residents=200, days=4), settings)
    assert figures["callbacks"]["dials"] > figures["callbacks"]["outcomes"]["told"]
    assert figures["lines"]["waited_longest_s"] < 3600


def test_the_same_seed_gives_the_same_figures_and_another_one_others(settings):
    first, again, other = (
        rehearsed(settings, seed=seed, residents=60, days=2) for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[needs]\na_month = -1", "community, needs: a_month: -1"),
        ("[needs]\nto_a_person = 0.9\nbroken_off = 0.3", "more needs are told in special ways"),
        ("[deal]\nusual = 3", "write { median"),
        ('[take]\nusual = { median = "5 min", spread = 9, runs = "always" }', "from 0 to 3"),
        ('[needs.hours]\n"08:00-12:00" = 1\n"11:00-13:00" = 1', "overlap"),
        ('[calls.answered]\n"morning" = 0.5', "no part of a day"),
        ("[verdicts]\nsolved = 0.9\nhalf_solved = 0.2", "more than all"),
        ("[nonsense]", "there is no nonsense"),
        ("begin = 5", "a day is expected"),
        ("[[[", "community:"),
    ],
)
def test_impossible_communities_are_refused_with_a_sentence(text, said):
    with pytest.raises(BadCommunity, match=said):
        read(text)


def test_a_database_with_tickets_in_it_is_not_rehearsed_in(tmp_path, settings):
    url = f"sqlite:///{tmp_path}/used.db"
    assert rehearse(plan(database=url, residents=10, days=1), settings)["residents"] == 10
    with pytest.raises(CannotRehearse, match="in use"):
        rehearse(plan(database=url, residents=10, days=1), settings)


def hotline(*arguments):
    return CliRunner().invoke(main, ["rehearse", *map(str, arguments)])


def test_it_is_told_as_a_table_and_as_one_json_object(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    policy = tmp_path / "policy.toml"
    policy.write_text("[callbacks]\nlines = 2\n")
    told = hotline(policy, "--residents", 200, "--days", 2, "--sample", 2, "--json")
    assert told.exit_code == 0, told.output
    assert "on time" in told.stdout
    assert json.loads(told.stdout.splitlines()[-1])["lines"]["allowed"] == 2
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("text", ["[callbacks]\nlines = 0", "[clocks.respond]\nwithin = 3", "["])
def test_a_bad_policy_is_refused_before_anything_begins(tmp_path, text):
    (tmp_path / "policy.toml").write_text(text)
    told = hotline(tmp_path / "policy.toml")
    assert told.exit_code == 1
    assert told.output.startswith("Error: policy")


def test_the_community_that_comes_with_it_can_be_printed_and_used():
    told = hotline("--shipped")
    assert read(told.output) == read("")
