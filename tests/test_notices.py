"""Those who answer for a late promise are told once, by their own channel, and nobody's name leaves the house."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.channels import Message, NotTold, Teller
from hotline.channels.choose import tellers_of
from hotline.channels.email import Email
from hotline.channels.webhook import Webhook
from hotline.clockwork import fire_due, send_notices
from hotline.house import House
from hotline.settings import BadSetting, Settings
from tests.house import house_in
from tests.listeners import Hook, Mailbox, mail_server, web_server
from tickets import desk
from tickets.commands import OpenTicket
from tickets.lifecycle import Status
from tickets.notices import LEASE, WAITS, Notice, claim_notices
from tickets.policies import use
from tickets.policy import Channel

AT = datetime(2026, 1, 5, 1, tzinfo=UTC)  # a Monday, nine in the morning
SECRET = "a secret of some length"
NEED = OpenTicket(
    call=None, resident=None, recording=None, words="王秀英家的水管漏水", department="property",
    service="leak", number="13800138000",
)  # fmt: skip
PERSON = """
[[people]]
role = "department_head"
name = "Zhao"
channel = "{channel}"
address = "{address}"
"""


class Told:
    """A channel that keeps what it was given; a crash may come before it says so."""

    def __init__(self, *troubles: type[BaseException]) -> None:
        self.troubles, self.messages = list(troubles), list[Message]()

    def tell(self, address: str, message: Message) -> None:
        self.messages.append(message)
        if self.troubles:
            raise self.troubles.pop(0)


class World:
    """A house whose property company has a head, on a clock that is moved by hand."""

    def __init__(self, tmp_path: Any, channel: str, address: str) -> None:
        self.at = AT
        self.opening = house_in(tmp_path, now=lambda: self.at)
        self.house: House = self.opening.__enter__()
        with self.house.database.write() as session:
            use(session, PERSON.format(channel=channel, address=address), by="wang", at=AT)

    def broken(self) -> int:
        """A ticket nobody took up in fifteen minutes."""
        with self.house.database.write() as session:
            number = desk.open_ticket(session, NEED, at=self.at, by="router").number
        self.at += timedelta(minutes=15)
        assert fire_due(self.house) == 1
        return number

    def send(self, **tellers: Teller) -> int:
        return send_notices(self.house, {Channel(name): one for name, one in tellers.items()})

    def state(self) -> tuple[str, int, str | None]:
        with self.house.database.read() as session:
            head = select(Notice).where(Notice.step == 1)
            notice = session.scalars(head).one()
            return notice.state, notice.tries, notice.outcome


@pytest.fixture
def world(tmp_path):
    worlds = []

    def make(channel: str, address: str) -> World:
        worlds.append(World(tmp_path, channel, address))
        return worlds[-1]

    yield make
    for one in worlds:
        one.opening.__exit__(None, None, None)


@pytest.fixture
def mailbox():
    with mail_server(Mailbox()) as box:
        yield box


@pytest.fixture
def hook():
    with web_server(Hook()) as one:
        yield one


def settings(tmp_path, **environ: str) -> Settings:
    return Settings.read({"HOME": str(tmp_path), "HOTLINE_HOME": str(tmp_path), **environ})


def email_to(mailbox: Mailbox, tmp_path, scheme: str = "smtp") -> Email:
    address = f"{scheme}://127.0.0.1:{mailbox.port}"
    mail = settings(
        tmp_path, HOTLINE_SMTP=address, HOTLINE_SMTP_FROM="Hotline <hotline@example.org>"
    )
    found = Email.of(mail)
    assert found
    return found


def test_the_head_of_the_department_gets_one_mail(world, mailbox, tmp_path):
    here = world("email", "zhao@example.org")
    number = here.broken()
    assert here.send(email=email_to(mailbox, tmp_path)) == 1
    assert here.send(email=email_to(mailbox, tmp_path)) == 0
    [mail] = mailbox.mails
    assert mail["To"] == "zhao@example.org"
    assert f"工单 {number}（物业公司）应在 2026-01-05 09:15 之前接单" in mail["Subject"]
    assert "was to be taken on by 2026-01-05 09:15" in mail.get_content()
    assert here.state() == ("told", 1, "told")


def test_nothing_of_a_resident_leaves_the_house(world, mailbox, tmp_path):
    here = world("email", "zhao@example.org")
    here.broken()
    here.send(email=email_to(mailbox, tmp_path))
    sent = (
        mailbox.mails[0].as_string() + mailbox.mails[0].get_content() + mailbox.mails[0]["Subject"]
    )
    assert not any(private in sent for private in ("王秀英", "水管", "13800138000"))


def test_a_server_that_is_busy_is_asked_again_later_with_the_same_mail(world, mailbox, tmp_path):
    here = world("email", "zhao@example.org")
    here.broken()
    mailbox.refuses = 1
    teller = email_to(mailbox, tmp_path)
    assert here.send(email=teller) == 0
    assert here.state() == ("owed", 1, "the mail server answered 451")
    assert here.send(email=teller) == 0
    here.at += WAITS[0]
    assert here.send(email=teller) == 1
    assert here.state() == ("told", 2, "told")


def test_a_mail_is_given_up_after_a_day(world):
    here = world("email", "zhao@example.org")
    here.broken()
    channel = Told(*[NotTold] * 50)
    for _ in range(40):
        here.send(email=channel)
        here.at += timedelta(hours=1)
    assert here.state()[0] == "given_up"
    assert len(channel.messages) == len(WAITS) + 1
    assert len({one.key for one in channel.messages}) == 1


def test_mail_that_a_crash_left_unclear_comes_again_under_the_same_id(world, mailbox, tmp_path):
    here = world("email", "zhao@example.org")
    here.broken()
    crashing = Told(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        here.send(email=crashing)
    assert here.send(email=email_to(mailbox, tmp_path)) == 0
    here.at += LEASE
    here.send(email=email_to(mailbox, tmp_path))
    [mail] = mailbox.mails
    assert mail["Message-ID"] == f"<{crashing.messages[0].key}@example.org>"


def test_what_was_done_meanwhile_needs_no_notice(world):
    here = world("email", "zhao@example.org")
    number = here.broken()
    with here.house.database.write() as session:
        desk.take(session, number, by="department:property", at=here.at)
    here.at += timedelta(days=1)
    silent = Told()
    assert here.send(email=silent) == 0
    assert (silent.messages, here.state()[0]) == ([], "not_needed")


def test_a_slow_sender_whose_lease_ran_out_settles_nothing(world):
    here = world("email", "zhao@example.org")
    here.broken()

    class Slow(Told):
        def tell(self, address: str, message: Message) -> None:
            here.at += LEASE
            with here.house.database.write() as session:
                claim_notices(session, here.at, [Channel.EMAIL])

    assert here.send(email=Slow()) == 0
    assert here.state() == ("owed", 2, None)


def test_a_webhook_is_signed_and_says_what_is_late(world, hook, tmp_path):
    here = world("webhook", hook.url)
    number = here.broken()
    teller = Webhook.of(settings(tmp_path, HOTLINE_WEBHOOK_SECRET=SECRET))
    assert teller
    assert here.send(webhook=teller) == 1
    [(headers, body)] = hook.posts
    assert (
        headers["X-Hotline-Signature"]
        == "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
    )
    assert hook.bodies[0] == {
        "key": headers["Idempotency-Key"],
        "ticket": number,
        "department": "property",
        "clock": "respond",
        "step": 1,
        "promised": "2026-01-05T01:15:00+00:00",
        "link": "",
    }


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_tried_again(world, hook, status):
    hook.status = status
    here = world("webhook", hook.url)
    here.broken()
    assert here.send(webhook=Webhook(SECRET)) == 0
    assert here.state() == ("owed", 1, f"the webhook answered {status}")
    assert len(hook.posts) == 1


def test_mail_leaves_this_machine_encrypted_or_not_at_all():
    with mail_server(Mailbox(), "127.0.0.2") as mailbox:
        _send_unencrypted(mailbox)


def _send_unencrypted(mailbox: Mailbox) -> None:
    away = Email(
        host="127.0.0.2", port=mailbox.port, secure=False, user="", password="",
        sender="hotline@example.org", zone=UTC,
    )  # fmt: skip
    message = Message(
        key="k", ticket=1, department=None, clock="handle", step=0, promised=AT, link=""
    )
    with pytest.raises(NotTold, match="SMTPNotSupported"):
        away.tell("zhao@example.org", message)
    assert mailbox.mails == []


def test_channels_are_there_where_they_are_set(tmp_path):
    assert tellers_of(settings(tmp_path)) == {}
    both = settings(
        tmp_path, HOTLINE_SMTP="smtps://u:p%40w@mail.example.org", HOTLINE_SMTP_FROM="a@example.org",
        HOTLINE_WEBHOOK_SECRET=SECRET,
    )  # fmt: skip
    assert set(tellers_of(both)) == {Channel.EMAIL, Channel.WEBHOOK}
    found = Email.of(both)
    assert found
    assert (found.port, found.secure, found.password) == (465, True, "p@w")


@pytest.mark.parametrize(
    "environ",
    [
        {"HOTLINE_SMTP": "mail.example.org", "HOTLINE_SMTP_FROM": "a@example.org"},
        {"HOTLINE_SMTP": "smtp://mail.example.org"},
        {"HOTLINE_WEBHOOK_SECRET": "short"},
    ],
)
def test_a_channel_that_is_half_set_says_so(tmp_path, environ):
    with pytest.raises(BadSetting):
        tellers_of(settings(tmp_path, **environ))


def test_a_timer_that_cannot_be_acted_on_keeps_no_other_waiting(world, caplog):
    here = world("page", "")
    with here.house.database.write() as session:
        bad = desk.open_ticket(session, NEED, at=here.at, by="router").number
        good = desk.open_ticket(session, NEED, at=here.at, by="router").number
        desk.ticket_of(session, bad).status = Status.SOLVED
    here.at += timedelta(minutes=15)
    assert fire_due(here.house) == 2
    with here.house.database.read() as session:
        owners = [desk.ticket_of(session, one).owner for one in (bad, good)]
    assert owners == [None, "department_head"]
    assert f"of ticket {bad} could not be acted on" in caplog.text
