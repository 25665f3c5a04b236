"""What a guesser is worth is measured on who never taught it, and the short cuts to that give what the long way gives."""

import numpy as np

from hotline.teaching import alarms
from routing.grams import weighed
from routing.held_back import scores_without
from routing.piece_table import PieceTable
from routing.sayings import Saying, dangers, judges


def test_a_row_left_out_is_predicted_as_if_it_had_never_been_taught():
    chance = np.random.default_rng(7)
    places = chance.normal(size=(30, 4))
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    near = (np.exp(-apart) + 0.2 * np.eye(30)).astype(np.float32)
    answers = chance.normal(size=(30, 2)).astype(np.float32)
    left_out, taught = list(range(12)), list(range(12, 30))
    long_way = near[np.ix_(left_out, taught)] @ np.linalg.solve(
        near[np.ix_(taught, taught)], answers[taught]
    )
    assert np.allclose(scores_without(near, answers, [left_out])[left_out], long_way, atol=1e-4)


def test_pieces_weighed_all_at_once_weigh_what_they_weigh_one_by_one():
    texts = [("电梯坏了坏了", "zh"), ("路灯坏了", "zh"), ("the lamp is broken", "en")]
    table = PieceTable.of(texts)
    weights = table.weights(range(3), 1)
    rows, known = table.weighed(range(3), weights), table.known(weights)
    for row, (words, language) in enumerate(texts):
        alone = weighed(words, language, known)
        assert np.allclose(rows[row].toarray()[0, list(alone)], list(alone.values()))
        assert rows[row].nnz == len(alone)


def test_who_judges_was_never_taught():
    taught = {one.words for one in dangers()}
    told = judges()
    assert not taught & {one.words for one in told}
    assert sum(one.group == "danger" for one in told) >= 280
    assert {one.language for one in told} == {"zh", "en"}


def test_recall_and_false_alarms_are_counted_by_kind_and_writer():
    told = [
        Saying("火", "danger/fire", "a"),
        Saying("水", "danger/flood", "a"),
        Saying("灯", "calm/calm", "b"),
        Saying("演习", "calm/tricky", "b"),
    ]
    figures = alarms(told, [True, False, False, True])
    assert figures["emergency_recall"] == 0.5
    assert figures["emergency_false_alarms"] == 0.0
    assert figures["emergency_false_alarms_tricky"] == 1.0
    assert figures["emergency_kinds"]["fire"] == [1, 1]
    assert figures["emergency_writers"] == {
        "a": {"danger": [1, 2]},
        "b": {"calm": [0, 1], "tricky": [1, 1]},
    }
