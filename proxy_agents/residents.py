"""The register of residents: who they are, how they like to be spoken to, and who acts for them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from proxy_agents.staff import Staff
from store.base import Base
from store.numbers import normal_number, plausible_number
from store.seal import Keyring, Sealed

__all__ = ["Pace", "Resident", "normal_number", "plausible_number", "residents_of_line"]


class Pace(StrEnum):
    NORMAL = "normal"
    SLOW = "slow"  #: longer pauses between clauses, not stretched words


class Resident(Base):
    __tablename__ = "residents"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Sealed("residents.name"))
    phone: Mapped[str | None] = mapped_column(Sealed("residents.phone"))
    #: Not unique: a household shares a line.
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    address: Mapped[str] = mapped_column(Sealed("residents.address"))
    building: Mapped[str] = mapped_column(Sealed("residents.building"))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    pace: Mapped[Pace] = mapped_column(default=Pace.NORMAL)
    emergency_name: Mapped[str | None] = mapped_column(Sealed("residents.emergency_name"))
    emergency_phone: Mapped[str | None] = mapped_column(Sealed("residents.emergency_phone"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    quiet_hours: Mapped[str | None] = mapped_column(Text)  #: "11:45-14:30,19:30-8:30"
    at_risk: Mapped[bool] = mapped_column(default=False)  #: somebody goes there on the same day
    added_at: Mapped[datetime]

    agent: Mapped[Staff | None] = relationship()

    def set_phone(self, keyring: Keyring, number: str) -> None:
        """``number`` as ``normal_number`` gives it; "" for none."""
        self.phone = number or None
        self.phone_index = keyring.blind(number) if number else None


def residents_of_line(session: Session, keyring: Keyring, number: str) -> list[Resident]:
    """Everybody who is registered with this line, in the order they were entered."""
    digits = normal_number(number)
    if not digits:
        return []
    same_line = select(Resident).where(Resident.phone_index == keyring.blind(digits))
    return list(session.scalars(same_line.order_by(Resident.id)))
