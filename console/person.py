"""Who is at the page: found again for each request, and what their role opens to them."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from console.parts import Parts, parts
from proxy_agents.duty import areas_of
from proxy_agents.staff import Role, Staff

IDLE = timedelta(minutes=30)  #: without a request for so long, the session has ended
OPEN = {"signing_in", "phone"}  #: what nobody signs in for
LISTENERS = {Role.SUPERVISOR, Role.OPERATOR}  #: they reach every call and ticket


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who signed in."""

    id: int
    name: str
    role: Role
    department: str | None
    areas: tuple[str, ...] = ()  #: districts they are there for; none: all

    @property
    def who(self) -> str:
        """As written beside everything they do and see: "operator:3"."""
        return f"{self.role}:{self.id}"

    @property
    def listens(self) -> bool:
        return self.role in LISTENERS


def person() -> Person:
    """Who is at the page; 401 where nobody signed in, or too long ago."""
    found: Person | None = g.get("person")
    if found is None:
        abort(401)
    return found


def admit(staff: Staff, at: datetime) -> None:
    """Begin a session for somebody who gave the right password; the language stays."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session["staff"], session["mark"] = staff.id, _mark(staff, parts())
    session["seen"] = at.timestamp()


def find_person() -> ResponseReturnValue | None:
    """Before each request: who asks? Whoever has not signed in reaches only the door and the telephone."""
    g.person = None
    if request.endpoint == "static":
        return None
    house = parts()
    at = house.now()
    g.person = _of_session(house, at)
    if g.person is not None:
        if request.endpoint != "review.pulse":  # asked by a clock, not by a person
            session["seen"] = at.timestamp()
        return None
    request.max_content_length = 64_000  # strangers send no recordings
    if request.blueprint in OPEN or request.endpoint is None:
        return None
    if request.method in {"GET", "HEAD"} and request.endpoint != "review.pulse":
        back = request.full_path.rstrip("?")
        return redirect(url_for("signing_in.sign_in", back=back if back != "/" else None))
    return abort(401)


def only(*roles: Role) -> Callable[[], None]:
    """A guard for a blueprint: 403 for everybody else."""

    def guard() -> None:
        if person().role not in roles:
            abort(403)

    return guard


def _of_session(house: Parts, at: datetime) -> Person | None:
    seen = session.get("seen", 0.0)
    if "staff" not in session or at.timestamp() - seen > IDLE.total_seconds():
        return None
    with house.database.read() as rows:
        staff = rows.get(Staff, session["staff"])
    if staff is None or not staff.active:
        return None
    if not hmac.compare_digest(session.get("mark", ""), _mark(staff, house)):
        return None
    return Person(
        id=staff.id,
        name=staff.name,
        role=staff.role,
        department=staff.department,
        areas=areas_of(staff.area),
    )


def _mark(staff: Staff, house: Parts) -> str:
    """Changes with the password, so that a new password ends old sessions."""
    return hmac.digest(house.secret, staff.password_hash.encode(), "sha256").hex()[:16]
