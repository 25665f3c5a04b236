"""Needs that sound alike are found again, on both databases, and nothing kept for that tells what was said."""

import pytest
from sqlalchemy import select

from ivr.corrections import correct_ticket
from ivr.memory import remember, remember_all
from routing.alike import same_matter, same_trouble, sounds
from routing.buildings import building_of
from routing.places import find_place, read_address
from tickets import desk
from tickets.commands import OpenTicket
from tickets.models import Ticket
from tickets.similar import EVERY, SoundCount, TicketSounds, likest, nearest, pieces

STORIES = (
    "电梯坏了，停在三楼不动了",
    "厨房的水管漏水，地上都是水",
    "医保卡刷不出来",
    "楼道的灯不亮，上楼看不见",
)


@pytest.fixture
def session(database):
    with database.write() as session:
        yield session


def opened(session, at, words, **facts):
    need = {"department": "property", "service": None, "resident": 7} | facts
    command = OpenTicket(call=None, recording=None, words=words, **need)
    return desk.ticket_of(session, desk.open_ticket(session, command, at=at, by="x").number)


def told(session, at):
    tickets = [opened(session, at, words) for words in STORIES]
    for ticket in tickets:
        remember(session, ticket)
    return [one.id for one in tickets]


def counted(session):
    rows = select(SoundCount.sound, SoundCount.tickets).where(SoundCount.tickets > 0)
    return dict(session.execute(rows).all())


def test_the_right_one_is_found_by_characters_of_another_sound(session, at):
    numbers = told(session, at)
    heard = pieces(session, sounds("电体怀了，停载三楼"))
    assert nearest(session, heard)[0] == numbers[0]
    assert likest(session, heard)[0][0] == numbers[0]
    assert numbers[0] not in nearest(session, heard, first=numbers[1])


def test_words_that_nobody_said_find_nothing(session, at):
    told(session, at)
    assert likest(session, pieces(session, sounds("爬树"))) == []
    assert likest(session, pieces(session, [])) == []


def test_what_is_kept_tells_nothing_and_has_no_order(session, at):
    told(session, at)
    for row in session.scalars(select(TicketSounds)):
        words = row.sounds.split()
        assert words == sorted(set(words))
        assert {len(one) for one in words} == {7}
        assert not {"dian", "ti", "fai", "sui"} & set(words)


def test_corrected_words_are_found_and_the_wrong_ones_forgotten(session, at):
    told(session, at)
    ticket = opened(session, at, "自行车丢了")
    remember(session, ticket)
    before = counted(session)
    correct_ticket(session, ticket, "煤气灶打不着", by="operator:1", at=at)
    assert likest(session, pieces(session, sounds("煤气灶打不着火")))[0][0] == ticket.id
    assert nearest(session, pieces(session, sounds("自行车"))) == []
    assert counted(session)[EVERY] == before[EVERY]


def test_remembered_twice_it_counts_once(session, at):
    told(session, at)
    before = counted(session)
    remember(session, session.get_one(Ticket, 1))
    assert counted(session) == before


def test_tickets_from_before_there_was_a_memory_are_remembered_once(database, at):
    with database.write() as session:
        for words in STORIES:
            opened(session, at, words, service="stair_light")
    assert (remember_all(database), remember_all(database)) == (4, 0)
    with database.read() as session:
        assert likest(session, pieces(session, sounds("楼道的灯")))[0][0] == 4


@pytest.mark.parametrize(
    ("told", "key"),
    [
        (None, "xin fu li//3"),
        ("电梯坏了", "xin fu li//3"),
        ("三号楼电梯坏了", "xin fu li//3"),
        ("五号楼电梯坏了", "xin fu li//5"),
        ("阳光花园六号楼电梯坏了", "yan guan fa yuan//6"),
    ],
)
def test_what_is_left_out_of_a_place_is_as_at_home(told, key):
    home = read_address("幸福里3号楼2单元501")
    assert building_of(find_place(told or ""), home) == key


def test_a_name_or_a_house_number_alone_is_no_building():
    assert building_of(None) is None
    assert building_of(find_place("幸福里小区的路灯坏了")) is None
    assert building_of(read_address("3号楼")) is None


def test_one_service_is_enough_to_ask_and_anything_else_has_to_sound_alike():
    assert same_matter(0.0, service=True, department=True)
    assert not same_matter(0.06, service=False, department=False)
    assert same_matter(0.06, service=False, department=True)


def test_a_neighbours_need_has_to_be_what_a_building_shares():
    assert same_trouble(0.1, "lift_repair", "lift_repair")
    assert not same_trouble(0.9, "pension", "pension")
    assert not same_trouble(0.1, "lift_repair", "drain")
    assert not same_trouble(0.9, None, None)
