"""The door of the pages: who comes in, for how long, and what strangers get."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from console.person import IDLE
from console.throttle import TRIES_OF_A_LOGIN, WHILE, Throttle, TooOften
from proxy_agents.staff import Staff
from store.shelf import RecordingShelf
from tests.console_site import PASSWORD, Browser, Site


@pytest.fixture
def site(sqlite, tmp_path, keyring, at):
    return Site(sqlite, RecordingShelf(tmp_path / "recordings", keyring), at)


@pytest.mark.parametrize(
    ("role", "first"),
    [
        ("supervisor", "/review/"),
        ("operator", "/review/"),
        ("department", "/agent/"),
        ("agent", "/agent/"),
    ],
)
def test_everybody_comes_to_the_page_of_their_role(site, role, first):
    browser = site.hire("somebody", role, department="property")
    assert browser.get("/").location == first
    assert browser.get(first).status_code == 200


def test_a_stranger_is_shown_the_door_and_comes_back_to_where_they_wanted(site):
    site.hire("fang", "operator")
    stranger = Browser(site.app)
    door = stranger.get("/review/?page=2")
    assert door.location == "/sign-in?back=/review/?page%3D2"
    came = stranger.post("/sign-in", login=" FANG ", password=PASSWORD, back="/review/?page=2")
    assert came.location == "/review/?page=2"
    assert site.looks("console") == ["operator:1 sign in", "operator:1 sign in"]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "x"]
)
def test_nobody_is_sent_away_to_a_foreign_site(site, back):
    site.hire("fang", "operator")
    came = Browser(site.app).post("/sign-in", login="fang", password=PASSWORD, back=back)
    assert came.location == "/"


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(site):
    site.hire("fang", "operator")
    wrong = Browser(site.app).post("/sign-in", login="fang", password="no")
    unknown = Browser(site.app).post("/sign-in", login="gang", password="no")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert "账号或密码不对" in wrong.text
    assert wrong.text.replace("fang", "gang").split("<main")[1].split("csrf")[0] in unknown.text


def test_whoever_guesses_has_to_wait(site):
    site.hire("fang", "operator")
    guesser = Browser(site.app)
    for _ in range(TRIES_OF_A_LOGIN):
        guesser.post("/sign-in", login="fang", password="no")
    refused = guesser.post("/sign-in", login="fang", password=PASSWORD)
    assert refused.status_code == 429
    assert "请过 15 分钟再试" in refused.text
    site.wait(minutes=16)
    assert guesser.post("/sign-in", login="fang", password=PASSWORD).status_code == 302


def test_a_throttle_remembers_only_so_many_names_and_only_for_a_while(at, monkeypatch):
    monkeypatch.setattr("console.throttle.REMEMBERED", 50)
    throttle = Throttle()
    for n in range(TRIES_OF_A_LOGIN):
        with throttle.counted("fang", f"address {n}", at):
            pass
    with pytest.raises(TooOften), throttle.counted("Fang ", "elsewhere", at):
        pass
    with throttle.counted("fang", "elsewhere", at + WHILE):
        pass
    for n in range(80):
        with throttle.counted(f"login {n}", f"address {n}", at + WHILE):
            pass
    assert len(throttle._tries) <= 52


def test_a_session_ends_when_nobody_is_there(site):
    browser = site.hire("fang", "operator")
    site.wait(minutes=29)
    assert browser.get("/review/").status_code == 200
    site.at += IDLE + timedelta(seconds=1)
    assert browser.get("/review/").status_code == 302
    late = browser.post("/review/paper/", words="写了很久的话")
    assert late.status_code == 401
    assert "登录已经过期" in late.text
    assert "写了很久的话" in late.text  # given back, so that it is not lost


def test_a_page_that_only_asks_for_news_keeps_no_session_open(site):
    browser = site.hire("fang", "operator")
    site.wait(minutes=20)
    assert browser.get("/review/pulse").json == {"waiting": 0, "pulse": ""}
    site.wait(minutes=11)
    assert browser.get("/review/pulse").status_code == 401


def test_a_session_is_looked_for_before_a_long_recording(site):
    browser = site.hire("chen", "agent")
    assert browser.get("/still-here").status_code == 204
    site.wait(hours=1)
    assert browser.get("/still-here").status_code == 401


def test_a_new_password_and_a_dismissal_end_open_sessions(site):
    first, second = site.hire("fang", "operator"), site.hire("min", "supervisor")
    with site.database.write() as session:
        session.scalars(select(Staff).filter_by(login="fang")).one().set_password("another")
        session.scalars(select(Staff).filter_by(login="min")).one().active = False
    assert first.get("/review/").status_code == 302
    assert second.get("/review/").status_code == 302


def test_signing_out_closes_the_door_and_keeps_the_language(site):
    browser = site.hire("fang", "operator")
    browser.post("/language", to="en", back="/review/")
    browser.post("/sign-out")
    assert browser.get("/review/").status_code == 302
    assert "Please sign in" in browser.text("/sign-in")


def test_a_form_without_its_token_changes_nothing(site):
    browser = site.hire("fang", "operator")
    forged = browser.client.post("/sign-out")
    assert forged.status_code == 400
    assert "开得太久" in forged.text
    assert browser.get("/review/").status_code == 200


def test_the_cookie_and_the_pages_are_closed_to_strangers(site):
    site.hire("fang", "operator")
    browser = Browser(site.app)
    browser.client.get("/sign-in", base_url="https://localhost")
    answer = browser.client.get("/sign-in", base_url="https://localhost")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Frame-Options"] == "DENY"
    cookie = site.app.test_client().get("/sign-in", base_url="https://localhost")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(
        cookie.headers["Set-Cookie"].replace(" ", "").split(";")
    )


def test_each_role_reaches_only_its_own_pages(site):
    department = site.hire("wuye", "department", department="property")
    for page in ("/review/", "/review/pulse", "/review/paper/", "/review/calls/c1"):
        refused = department.get(page)
        assert refused.status_code == 403
        assert "不归您的岗位看" in refused.text
    operator = site.hire("fang", "operator")
    assert operator.post("/agent/1/result", result="办好了").status_code == 403


def test_what_is_not_there_is_said_in_a_sentence(site):
    browser = site.hire("fang", "operator")
    pages = (
        "/nothing",
        "/review/waiting/99",
        "/review/calls/99",
        "/agent/99",
        "/sound/99",
        f"/agent/{10**20}",
    )
    for page in pages:
        missing = browser.get(page)
        assert missing.status_code == 404
        assert "没有这个页面" in missing.text
    assert "退出" in missing.text  # still signed in
    browser.post("/language", to="en")
    assert "There is no such page" in browser.text("/nothing")
