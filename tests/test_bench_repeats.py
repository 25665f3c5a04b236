"""How finding again is measured: a small run on each database, with figures that have to hold there too."""

import pytest

from hotline.bench_repeats import CannotFill, repeat_figures
from store.database import migrate, open_database

STORIES = [
    "电梯坏了三天没有人来修理，老人下不了楼梯，物业电话打不通，请尽快派人过来看看",
    "小区门口的路灯晚上不亮，摔倒了好几个老人，居委会说不归他们管，不知道应该找谁",
    "自来水管道破裂漏水严重，马路上全部都是积水，汽车开过去溅得一身，反映多次没有结果",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return "" if request.param == "sqlite" else request.getfixturevalue("empty_postgresql_url")


def test_nearly_every_story_is_found_and_nearly_every_repeat_asked_about(url):
    seen = []
    figures = repeat_figures(STORIES, 60, lambda what, done: seen.append((what, done)), url)
    assert figures["repeat_stories"] == 60
    assert figures["repeat_r5_noise30"] > 0.5
    assert 0 < figures["repeat_p50_ms"] <= figures["repeat_p95_ms"]
    assert figures["repeat_database"] == ("postgresql" if url else "sqlite")
    assert seen[-1] == ("told again", 1.0)
    asked, of = figures["repeat_asked"]
    wrongly, pairs = figures["repeat_asked_wrongly"]
    assert asked / of > 0.85
    assert wrongly / pairs < 0.03


def test_the_database_of_a_house_is_never_filled(empty_postgresql_url, keyring):
    database = open_database(empty_postgresql_url, keyring)
    migrate(database)
    database.close()
    with pytest.raises(CannotFill, match="holds something"):
        repeat_figures(STORIES, 3, lambda *_: None, empty_postgresql_url)
