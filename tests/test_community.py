"""Files of the community at the command line: checked, named with their line, and passed over while a call is on."""

import json

import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.community import files_of
from routing.catalogue import shipped
from routing.gazetteer import EMPTY

PIANO = """
[[service]]
id = "piano"
department = "residents_committee"
zh = "调钢琴"
en = "piano tuning"
words.zh = "钢琴 琴~不准"
words.en = "piano"
sayings.zh = ["我家的钢琴该调调了", "想找个人说说话"]
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    return tmp_path


def run(*args, typed=None):
    return CliRunner().invoke(main, args, input=typed)


def said(result):
    return " ".join((result.stdout + result.stderr).split())


def test_what_came_with_the_hotline_has_no_mistake(home):
    result = run("catalogue", "check", "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout.splitlines()[-1])
    assert figures["departments"] == 12
    assert figures["astray"] == figures["without_recording"] == []


def test_sayings_that_go_astray_and_names_without_a_recording_are_told(home):
    (home / "catalogue.toml").write_text(PIANO, "utf-8")
    result = run("catalogue", "check", "--json")
    figures = json.loads(result.stdout.splitlines()[-1])
    assert [one["text"] for one in figures["astray"]] == ["想找个人说说话"]
    assert figures["without_recording"] == ["service-piano"]
    assert "hotline prompts render" in said(result)


def test_the_prompts_to_record_have_the_names_of_this_community(home):
    (home / "catalogue.toml").write_text(PIANO, "utf-8")
    assert "service-piano\t要办的是调钢琴。" in run("prompts").stdout


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("catalogue.toml", PIANO.replace("zh = ", "zh == ", 1), 5),
        ("catalogue.toml", PIANO.replace("residents_committee", "nobody"), 2),
        ("places.toml", '[[place]]\nname = "和平里"\n[[place]]\nkind = "estate"\n', 3),
        ("places.csv", "name,kind\n和平里,estate\n胜利路,road\n", 3),
        ("emergency.toml", "\n\n[fire]\nnumber = 119\n", 3),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line_and_no_text_is_routed(home, name, text, line):
    (home / name).write_text(text, "utf-8")
    for command in (("catalogue", "check"), ("catalogue", "check", str(home / name)), ("route",)):
        result = run(*command, typed="电梯坏了\n")
        assert result.exit_code == 1
        assert f"{name}" in said(result)
        assert f"line {line}" in said(result)
    assert f"line {line}" in said(run("doctor"))


def test_a_call_is_answered_all_the_same(home, caplog):
    (home / "catalogue.toml").write_text("[[service]]", "utf-8")
    (home / "places.toml").write_text("[[place]]", "utf-8")
    files = files_of(home)
    assert files.catalogue is shipped()
    assert files.places == EMPTY
    assert "line 1" in caplog.text


def test_remarks_in_the_plain_list_of_places_are_no_places(home):
    (home / "places.txt").write_text("# ours\n和平里  # the old one\n\n胜利路\n", "utf-8")
    assert [one.name for one in files_of(home).places.entries] == ["和平里", "胜利路"]
