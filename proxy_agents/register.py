"""Taking a register over, row by row: good rows go in, a bad one changes nothing and says why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from proxy_agents.cells import (
    BadCell,
    read_answer,
    read_language,
    read_pace,
    read_phone,
    read_quiet_hours,
    read_text,
)
from proxy_agents.residents import Resident
from proxy_agents.sheets import Row
from proxy_agents.staff import Role, Staff
from store.seal import Keyring

RESIDENT_COLUMNS = {
    "name": ("姓名",),
    "phone": ("电话", "手机", "联系电话", "固定电话"),
    "address": ("地址", "住址"),
    "building": ("楼栋", "楼号"),
    "language": ("语言",),
    "pace": ("语速",),
    "emergency_name": ("紧急联系人",),
    "emergency_phone": ("紧急联系电话", "紧急联系人电话"),
    "agent": ("代理人", "参与代理人"),
    "quiet_hours": ("免打扰时段", "安静时段"),
    "at_risk": ("高风险", "重点关注"),
}
RESIDENT_REQUIRED = ("name", "address")


class Outcome(StrEnum):
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """What became of one row."""

    line: int
    outcome: Outcome
    sentence: str
    password: str | None = None  #: made for somebody new; shown here, and kept nowhere


def import_residents(
    session: Session, keyring: Keyring, rows: Iterable[Row], at: datetime
) -> list[RowReport]:
    """Add residents, or bring them up to date: the same name with the same line or address is the same person.

    An empty cell leaves what is known.
    """
    register = _Register(session)
    return [report(row, lambda row: _resident(session, keyring, register, row, at)) for row in rows]


def report(row: Row, enter: Callable[[Row], RowReport]) -> RowReport:
    """What ``enter`` made of the row, or why it was refused."""
    why = "there are more cells than columns; a comma may need quotation marks"
    if not row.surplus:
        try:
            return enter(row)
        except BadCell as bad:
            why = str(bad)
    sentence = f"{row.cells.get('name') or 'nobody'}: {why}"
    return RowReport(line=row.line, outcome=Outcome.REFUSED, sentence=sentence)


def change(record: Any, values: Mapping[str, Any]) -> Outcome:
    """Set what differs."""
    differing = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in differing.items():
        setattr(record, name, value)
    return Outcome.UPDATED if differing else Outcome.UNCHANGED


class _Register:
    """Who is known already, by what tells one resident from another."""

    def __init__(self, session: Session) -> None:
        agents = select(Staff).where(Staff.role == Role.AGENT, Staff.active)
        self.agents = {agent.login: agent.id for agent in session.scalars(agents)}
        self._known: dict[tuple[str, ...], Resident] = {}
        for resident in session.scalars(select(Resident).order_by(Resident.id)):
            self.note(resident)

    def note(self, resident: Resident) -> None:
        if resident.phone:
            self._known.setdefault((resident.name, resident.phone), resident)
        self._known.setdefault((resident.name, resident.address, resident.building), resident)

    def find(self, values: Mapping[str, Any]) -> Resident | None:
        line = (values["name"], values.get("phone", ""))
        home = (values["name"], values["address"], values.get("building", ""))
        return self._known.get(line) or self._known.get(home)


def _resident(
    session: Session, keyring: Keyring, register: _Register, row: Row, at: datetime
) -> RowReport:
    values = _read_resident(row.cells, register.agents)
    resident, outcome = register.find(values), Outcome.ADDED
    phone = values.pop("phone", None)
    if resident is None:
        resident = Resident(building="", added_at=at)
        session.add(resident)
        change(resident, values)
    else:
        values["phone"] = phone or resident.phone
        outcome = change(resident, values)
    if phone:
        resident.set_phone(keyring, phone)
    register.note(resident)
    sentence = f"{resident.name}: {outcome}"
    return RowReport(line=row.line, outcome=outcome, sentence=sentence)


def _read_resident(cells: Mapping[str, str], agents: Mapping[str, int]) -> dict[str, Any]:
    """All cells that hold something, checked before anything is changed."""
    for name in RESIDENT_REQUIRED:
        read_text(cells.get(name, ""), name, needed=True)
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "phone": ("phone", read_phone),
        "language": ("language", read_language),
        "pace": ("pace", read_pace),
        "emergency_phone": ("emergency_phone", lambda text: read_phone(text, "emergency phone")),
        "agent": ("agent_id", lambda text: _agent(agents, text)),
        "quiet_hours": ("quiet_hours", read_quiet_hours),
        "at_risk": ("at_risk", lambda text: read_answer(text, "at risk")),
    }
    values = {}
    for column in RESIDENT_COLUMNS:
        if text := cells.get(column, ""):
            name, read = readers.get(column, (column, lambda t, c=column: read_text(t, c)))
            values[name] = read(text)
    return values


def _agent(agents: Mapping[str, int], login: str) -> int:
    if login.lower() not in agents:
        raise BadCell(f"no proxy agent has the login {login!r}; import the agents first")
    return agents[login.lower()]
