"""People who work for the hotline: supervisors, operators, departments and proxy agents."""

from datetime import datetime
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base
from store.seal import Keyring, Sealed

HASHER = PasswordHasher()  #: argon2id, with the library's current cost
#: Checked where there is no password, so that an unknown login takes as long as a wrong password.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$NlAqGVAXm7LqNSe3XW1r7RaBbRjdKfbz6gwkUEiEzpY"


class Role(StrEnum):
    """What somebody may see and do."""

    SUPERVISOR = "supervisor"  #: sees everything, corrects, watches the clocks
    OPERATOR = "operator"  #: takes those who wait
    DEPARTMENT = "department"  #: deals with its own tickets
    AGENT = "agent"  #: a proxy agent: neighbour, volunteer, social worker


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)  #: in small letters
    name: Mapped[str] = mapped_column(String(64))
    role: Mapped[Role]
    department: Mapped[str | None] = mapped_column(String(32))
    phone: Mapped[str | None] = mapped_column(Sealed("staff.phone"))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    area: Mapped[str | None] = mapped_column(
        String(200)
    )  #: districts, estates or streets: 和平里、胜利路
    hours: Mapped[str | None] = mapped_column(
        String(100)
    )  #: when they work, "8:30-18:00"; None: always
    most: Mapped[int | None]  #: tickets at once; None: no limit
    password_hash: Mapped[str] = mapped_column(String(160))
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]

    def set_password(self, password: str) -> None:
        self.password_hash = HASHER.hash(password)

    def set_phone(self, keyring: Keyring, number: str) -> None:
        """``number`` as ``normal_number`` gives it; "" for none."""
        self.phone = number or None
        self.phone_index = keyring.blind(number) if number else None


def check_password(session: Session, login: str, password: str) -> Staff | None:
    """Who this is, or None; it takes as long for a login nobody has as for a wrong password."""
    staff = session.scalar(select(Staff).where(Staff.login == login.strip().lower()))
    known = staff is not None and staff.active
    if matches(staff.password_hash if staff and known else NOBODY, password) and known:
        return staff
    return None


def matches(password_hash: str, password: str) -> bool:
    """Whether the password belongs to the hash."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
