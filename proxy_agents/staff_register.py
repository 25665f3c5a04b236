"""Taking over who works here: staff and proxy agents, with a password made for whoever has none."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from proxy_agents.cells import (
    LONGEST,
    BadCell,
    read_answer,
    read_count,
    read_login,
    read_password,
    read_phone,
    read_quiet_hours,
    read_role,
    read_text,
)
from proxy_agents.register import Outcome, RowReport, change, report
from proxy_agents.sheets import Row
from proxy_agents.staff import Role, Staff, matches
from store.seal import Keyring

AGENT_COLUMNS = {
    "login": ("登录名", "账号", "用户名"),
    "name": ("姓名",),
    "phone": ("电话", "手机", "联系电话"),
    "password": ("密码",),
    "active": ("启用", "在岗"),
    "area": ("片区", "负责片区", "小区"),
    "hours": ("工作时间", "上班时间"),
    "most": ("最多件数", "同时办理"),
}
AGENT_REQUIRED = ("login", "name")
STAFF_COLUMNS = AGENT_COLUMNS | {"role": ("角色", "岗位"), "department": ("部门", "单位")}
STAFF_REQUIRED = ("login", "name", "role")

#: Without what is mixed up when a password is read aloud: 0 and o, 1 and l.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def import_staff(
    session: Session,
    keyring: Keyring,
    rows: Iterable[Row],
    at: datetime,
    *,
    departments: Mapping[str, str] | None = None,
) -> list[RowReport]:
    """Add people who work here, or bring them up to date: the same login is the same person.

    ``departments`` maps what may be written (ids and names) to ids; without it any id will do.
    """
    desk = _Desk(session, keyring, at, departments)
    return [report(row, desk.enter) for row in rows]


def import_agents(
    session: Session, keyring: Keyring, rows: Iterable[Row], at: datetime
) -> list[RowReport]:
    """The same for proxy agents, whose sheet needs no role."""
    desk = _Desk(session, keyring, at, None)
    agents = (Row(row.line, {**row.cells, "role": Role.AGENT}, surplus=row.surplus) for row in rows)
    return [report(row, desk.enter) for row in agents]


def make_password() -> str:
    """Three groups of four, 59 bits, to be read aloud once."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


class _Desk:
    """Enters one row after the other."""

    def __init__(
        self,
        session: Session,
        keyring: Keyring,
        at: datetime,
        departments: Mapping[str, str] | None,
    ) -> None:
        self._session = session
        self._keyring = keyring
        self._at = at
        self._departments = departments

    def enter(self, row: Row) -> RowReport:
        values = self._read(row.cells)
        password, phone = values.pop("password", None), values.pop("phone", None)
        login = select(Staff).where(Staff.login == values["login"])
        staff = self._session.scalar(login)
        if staff is None:
            return self._add(row.line, values, password, phone)
        return self._update(row.line, staff, values, password, phone)

    def _add(
        self, line: int, values: dict[str, Any], password: str | None, phone: str | None
    ) -> RowReport:
        made = None if password else make_password()
        staff = Staff(**values, added_at=self._at)
        staff.set_password(password or made or "")
        staff.set_phone(self._keyring, phone or "")
        self._session.add(staff)
        self._session.flush()
        sentence = f"{staff.name} ({staff.login}): added"
        return RowReport(line=line, outcome=Outcome.ADDED, sentence=sentence, password=made)

    def _update(
        self,
        line: int,
        staff: Staff,
        values: dict[str, Any],
        password: str | None,
        phone: str | None,
    ) -> RowReport:
        outcome = change(staff, values)
        if password and not matches(staff.password_hash, password):
            staff.set_password(password)
            outcome = Outcome.UPDATED
        if phone and phone != staff.phone:
            staff.set_phone(self._keyring, phone)
            outcome = Outcome.UPDATED
        return RowReport(
            line=line, outcome=outcome, sentence=f"{staff.name} ({staff.login}): {outcome}"
        )

    def _read(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """All cells that hold something, checked before anything is changed."""
        values: dict[str, Any] = {
            "login": read_login(cells.get("login", "")),
            "name": read_text(cells.get("name", ""), "name", needed=True, longest=LONGEST),
            "role": read_role(cells.get("role", "")),
        }
        if phone := cells.get("phone"):
            values["phone"] = read_phone(phone)
        if password := cells.get("password"):
            values["password"] = read_password(password)
        if active := cells.get("active"):
            values["active"] = read_answer(active, "answer to 'active'")
        if area := cells.get("area"):
            values["area"] = read_text(area, "area", longest=200)
        if hours := cells.get("hours"):
            values["hours"] = read_quiet_hours(hours, "working hours")
        if most := cells.get("most"):
            values["most"] = read_count(most, "most tickets at once")
        if department := self._department(values["role"], cells.get("department", "")):
            values["department"] = department
        return values

    def _department(self, role: Role, text: str) -> str:
        if not text and role is Role.DEPARTMENT:
            raise BadCell("whoever works for a department needs its name in 'department'")
        if text and self._departments is not None and text not in self._departments:
            raise BadCell(f"the department {text!r} is not in the catalogue")
        return text if self._departments is None else self._departments.get(text, text)
