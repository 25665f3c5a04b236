"""For the doctor: emergency contacts whom nobody has told in the time in which somebody in danger is answered."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from hotline.finding import Finding
from hotline.house import clock
from hotline.settings import Settings
from hotline.stored import stored
from store.keyfile import KeyProblem
from tickets.urgent import ContactAlert, alerts_overdue


def examine_contacts(settings: Settings) -> Iterator[Finding]:
    """Nothing where everybody was told; nobody's name."""
    try:
        with stored(settings, ContactAlert) as session:
            overdue = alerts_overdue(session, clock()) if session else ()
    except (SQLAlchemyError, KeyProblem, OSError):
        return  # the database and the key are examined for themselves
    if overdue:
        since = overdue[0].owed_at.astimezone(settings.zone)
        yield Finding(
            "emergency contacts",
            "bad",
            f"{len(overdue)} owed word of a danger, the first since {since:%Y-%m-%d %H:%M}",
            "somebody rings them: /review has them on top, with their numbers",
        )
