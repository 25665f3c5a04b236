"""The pages with people in front of them: a small world for the stories of the console's tests."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import numpy as np
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from console.app import create_app
from console.parts import Parts
from ivr.caller import Caller
from ivr.calls import CallEntry, Ending, Purpose, open_call
from ivr.dialogue import Heard
from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from speech.audio import RATE, Sound, ulaw_encode
from store.base import Base
from store.database import Database
from store.looks import Look
from store.recordings import Recording, RecordingWords
from store.shelf import RecordingShelf
from tickets import desk
from tickets.commands import HandOver, OpenTicket, Reason
from tickets.models import Ticket

PASSWORD = "a long enough one"
#: as cheap as argon2id can be: the cost is in the hash, and hundreds of people sign in here
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
NUMBER = "13800138000"
Row = TypeVar("Row", bound=Base)


def hum(seconds: float) -> Sound:
    """A tone that can be told from silence."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 220 * time)).astype(np.int16)


class Browser:
    """One person's browser; every form carries the page's token, as a real one does."""

    def __init__(self, app: Flask, login: str | None = None) -> None:
        self.client = app.test_client()
        if login:
            self.post("/sign-in", login=login, password=PASSWORD)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, **fields: Any) -> TestResponse:
        token = re.findall(r'name="csrf_token" value="([^"]+)"', self.text("/nowhere"))[0]
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.client.post(path, data={"csrf_token": token} | fields)

    def text(self, path: str) -> str:
        return self.client.get(path).get_data(as_text=True)


@dataclass
class Site:
    """The house as the pages see it, on a clock that is moved by hand."""

    database: Database
    shelf: RecordingShelf
    at: datetime
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        parts = Parts(
            database=self.database,
            keyring=self.database.keyring,
            shelf=self.shelf,
            zone=ZoneInfo("Asia/Shanghai"),
            now=lambda: self.at,
        )
        self.app = create_app(parts)

    def wait(self, **how_long: float) -> None:
        self.at += timedelta(**how_long)

    def hire(
        self, login: str, role: str, *, department: str | None = None, name: str | None = None
    ) -> Browser:
        """Somebody new, already at the page."""
        with self.database.write() as session:
            staff = Staff(
                login=login,
                name=name or login,
                role=Role(role),
                department=department,
                password_hash=HASH,
                active=True,
                added_at=self.at,
            )
            session.add(staff)
        return Browser(self.app, login)

    def resident(self, name: str = "王秀英", number: str = NUMBER, **facts: Any) -> int:
        with self.database.write() as session:
            facts = {"address": "幸福里3号楼2单元501", "building": "3号楼"} | facts
            resident = Resident(name=name, added_at=self.at, **facts)
            resident.set_phone(self.database.keyring, number)
            session.add(resident)
            session.flush()
            return resident.id

    def recording(
        self,
        call: str,
        key: str = "need.1",
        *,
        words: str | None = None,
        confidence: float | None = 0.9,
        seconds: float = 2.0,
    ) -> str:
        id_ = uuid4().hex
        length = self.shelf.keep(id_, ulaw_encode(hum(seconds)))
        with self.database.write() as session:
            row = Recording(
                id=id_, call_id=call, key=key, started_at=self.at, ended_at=self.at, seconds=length
            )
            row.speech_from, row.speech_to = 0.2, length
            if words is not None:
                heard = RecordingWords(text=words, at=self.at, engine="whisper-base", by="ear")
                heard.confidence = confidence
                row.words.append(heard)
            session.add(row)
        return id_

    def call(
        self,
        call: str = "c1",
        *,
        resident: int | None = None,
        ending: Ending = Ending.TICKET,
        number: str = NUMBER,
        answers: Sequence[tuple[str, Heard]] = (),
    ) -> str:
        """A call that has ended; ``answers`` are (key, Heard)."""
        caller = Caller(call=call, number=number, resident=resident)
        with self.database.write() as session:
            row = open_call(
                caller,
                number=number or None,
                purpose=Purpose.INTAKE,
                line="simulated",
                process="test",
                started_at=self.at,
            )
            for seq, (key, heard) in enumerate(answers, 1):
                row.entries.append(CallEntry(seq=seq, key=key, heard=asdict(heard), at=self.at))
            row.end(ending, self.at + timedelta(minutes=1))
            session.add(row)
        return call

    @staticmethod
    def need(words: str = "水管漏水", **more: Any) -> OpenTicket:
        return OpenTicket(
            call=more.get("call"),
            resident=more.get("resident"),
            recording=more.get("recording"),
            words=words,
            department=more.get("department", "property"),
            service=more.get("service"),
            by_agent=more.get("by_agent", False),
            number=more.get("number", NUMBER),
        )

    def ticket(
        self,
        words: str = "水管漏水",
        *,
        department: str | None = "property",
        agent: int | None = None,
        **more: Any,
    ) -> int:
        command = self.need(words, department=department, by_agent=agent is not None, **more)
        with self.database.write() as session:
            receipt = desk.open_ticket(session, command, at=self.at, by="hotline", agent=agent)
            return receipt.number

    def waits(self, reason: str = "asked", *, words: str = "", **more: Any) -> int:
        command = HandOver(
            call=more.get("call"),
            resident=more.get("resident"),
            reason=Reason(reason),
            recording=more.get("recording"),
            words=words,
            danger=more.get("danger"),
            number=NUMBER,
        )
        with self.database.write() as session:
            return desk.hand_over(session, command, at=self.at).id

    def row(self, kind: type[Row], id_: int | str) -> Row:
        with self.database.read() as session:
            return session.get_one(kind, id_)

    def history(self, number: int) -> list[str]:
        with self.database.read() as session:
            return [event.kind for event in session.get_one(Ticket, number).history]

    def looks(self, what: str) -> list[str]:
        with self.database.read() as session:
            rows = select(Look).where(Look.what == what).order_by(Look.id)
            return [f"{row.who} {row.how}" for row in session.scalars(rows)]
