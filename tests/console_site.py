"""The pages with people in front of them: a small world for the stories of the console's tests."""

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import numpy as np
from argon2 import PasswordHasher
from sqlalchemy import select

from console.app import create_app
from console.parts import Parts
from ivr.caller import Caller
from ivr.calls import CallEntry, Ending, Purpose, open_call
from ivr.dialogue import Heard
from proxy_agents.residents import Resident
from proxy_agents.staff import Role, Staff
from speech.audio import RATE, ulaw_encode
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


def hum(seconds):
    """A tone that can be told from silence."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 220 * time)).astype(np.int16)


class Browser:
    """One person's browser; every form carries the page's token, as a real one does."""

    def __init__(self, app, login=None):
        self.client = app.test_client()
        if login:
            self.post("/sign-in", login=login, password=PASSWORD)

    def get(self, path, **more):
        return self.client.get(path, **more)

    def post(self, path, **fields):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.text("/nowhere"))[1]
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.client.post(path, data={"csrf_token": token} | fields)

    def text(self, path):
        return self.client.get(path).get_data(as_text=True)


@dataclass
class Site:
    """The house as the pages see it, on a clock that is moved by hand."""

    database: object
    shelf: RecordingShelf
    at: datetime
    app: object = field(init=False)

    def __post_init__(self):
        parts = Parts(
            database=self.database,
            keyring=self.database.keyring,
            shelf=self.shelf,
            zone=ZoneInfo("Asia/Shanghai"),
            now=lambda: self.at,
        )
        self.app = create_app(parts)

    def wait(self, **how_long):
        self.at += timedelta(**how_long)

    def hire(self, login, role, *, department=None, name=None):
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

    def resident(self, name="王秀英", number=NUMBER, **facts):
        with self.database.write() as session:
            facts = {"address": "幸福里3号楼2单元501", "building": "3号楼"} | facts
            resident = Resident(name=name, added_at=self.at, **facts)
            resident.set_phone(self.database.keyring, number)
            session.add(resident)
            session.flush()
            return resident.id

    def recording(self, call, key="need.1", *, words=None, confidence=0.9, seconds=2.0):
        id_ = uuid4().hex
        length = self.shelf.keep(id_, ulaw_encode(hum(seconds)))
        with self.database.write() as session:
            row = Recording(
                id=id_, call_id=call, key=key, started_at=self.at, ended_at=self.at, seconds=length
            )
            row.speech_from, row.speech_to = 0.2, length
            if words is not None:
                heard = {"engine": "whisper-base", "confidence": confidence, "by": "ear"}
                row.words.append(RecordingWords(text=words, at=self.at, **heard))
            session.add(row)
        return id_

    def call(self, call="c1", *, resident=None, ending=Ending.TICKET, number=NUMBER, answers=()):
        """A call that has ended; ``answers`` are (key, Heard)."""
        caller = Caller(call=call, number=number, resident=resident)
        with self.database.write() as session:
            facts = {"line": "simulated", "process": "test", "started_at": self.at}
            row = open_call(caller, number=number or None, purpose=Purpose.INTAKE, **facts)
            for seq, (key, heard) in enumerate(answers, 1):
                said = asdict(heard) if isinstance(heard, Heard) else asdict(Heard(**heard))
                row.entries.append(CallEntry(seq=seq, key=key, heard=said, at=self.at))
            row.end(ending, self.at + timedelta(minutes=1))
            session.add(row)
        return call

    def ticket(self, words="水管漏水", *, call=None, department="property", agent=None, **more):
        command = OpenTicket(
            call=call,
            resident=more.pop("resident", None),
            recording=more.pop("recording", None),
            words=words,
            department=department,
            service=more.pop("service", None),
            by_agent=agent is not None,
            number=NUMBER,
        )
        with self.database.write() as session:
            receipt = desk.open_ticket(session, command, at=self.at, by="hotline", agent=agent)
            return receipt.number

    def waits(self, reason="asked", *, call=None, words="", recording=None, danger=None, **more):
        command = HandOver(
            call=call,
            resident=more.pop("resident", None),
            reason=Reason(reason),
            recording=recording,
            words=words,
            danger=danger,
            number=NUMBER,
        )
        with self.database.write() as session:
            return desk.hand_over(session, command, at=self.at).id

    def row(self, kind, id_):
        with self.database.read() as session:
            return session.get_one(kind, id_)

    def history(self, number):
        with self.database.read() as session:
            return [event.kind for event in session.get_one(Ticket, number).history]

    def looks(self, what):
        with self.database.read() as session:
            rows = select(Look).where(Look.what == what).order_by(Look.id)
            return [f"{row.who} {row.how}" for row in session.scalars(rows)]
