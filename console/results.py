"""What was done, in the handler's own voice or as text: from then on the resident is owed a call."""

from pathlib import Path
from tempfile import TemporaryFile
from uuid import uuid4

import soundfile
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from console.agent import own_ticket
from console.errors import Unclear
from console.fields import field
from console.parts import Parts, parts
from console.person import only, person
from proxy_agents.staff import Role
from speech.audio import NotASound, Sound, read_sound, seconds, ulaw_encode
from store.looks import look
from store.recordings import Recording
from tickets import desk
from tickets.lifecycle import IllegalMove, Status

SHORTEST, LONGEST = 0.5, 600.0  #: seconds of a result; nobody listens longer on the telephone

screen = Blueprint("results", __name__, url_prefix="/agent")
screen.before_request(only(Role.AGENT, Role.DEPARTMENT))


@screen.post("/<int:number>/result")
def record(number: int) -> ResponseReturnValue:
    """The result as a recording, as text, or both; the ticket is handled."""
    house = parts()
    _check(house, number)
    words, sound = field("result"), _sound()
    if sound is None and not words:
        raise Unclear("error.nothing_to_tell")
    if sound is None:
        _handle(house, number, words, None)
    else:
        _keep_and_handle(house, number, words, sound)
    return redirect(url_for("agent.one", number=number))


def _check(house: Parts, number: int) -> None:
    """Before the slow work: is it still theirs, and taken?"""
    with house.database.read() as session:
        ticket = own_ticket(session, number)
        if ticket.status is not Status.TAKEN:
            raise IllegalMove(f"a result while {ticket.status}")


def _keep_and_handle(house: Parts, number: int, words: str, sound: Sound) -> None:
    """The sound first, then its row and the ticket in one transaction.

    A crash between leaves an unheard file on the shelf, never a result without its sound.
    """
    at, recording = house.now(), uuid4().hex
    length = house.shelf.keep(recording, ulaw_encode(sound))
    row = Recording(
        id=recording, call_id=None, key="result", started_at=at, ended_at=at, seconds=length
    )
    try:
        _handle(house, number, words, row)
    except Exception:
        house.shelf.file(recording).unlink(missing_ok=True)
        raise


def _handle(house: Parts, number: int, words: str, row: Recording | None) -> None:
    at, by = house.now(), person().who
    with house.database.write() as session:
        own_ticket(session, number)
        if row is not None:
            session.add(row)
            session.flush()
        desk.handle(
            session,
            number,
            by=by,
            at=at,
            result_words=words,
            result_recording=row.id if row else None,
        )
        look(session, who=by, what=f"ticket:{number}", how="result", at=at)


def _sound() -> Sound | None:
    """The recording in the form, at 8 kHz; None where there is none, a sentence where it is no sound."""
    upload = request.files.get("sound")
    if upload is None or not upload.filename:
        return None
    try:
        sound = _read(upload)
    except NotASound:
        raise Unclear("error.not_a_sound") from None
    if seconds(sound) < SHORTEST:
        raise Unclear("error.too_short")
    return sound


def _read(upload: FileStorage) -> Sound:
    """Through a file that never has a name: nothing in the clear is left behind."""
    with TemporaryFile() as file:
        upload.save(file)
        file.flush()
        file.seek(0)
        path = Path(f"/dev/fd/{file.fileno()}")
        if _length(path) > LONGEST:
            raise Unclear("error.too_long_sound", 413)
        return read_sound(path)


def _length(path: Path) -> float:
    """Seconds as the header says: a small file may hold hours of silence."""
    try:
        return float(soundfile.info(path).duration)
    except (soundfile.SoundFileError, OSError, ValueError, TypeError):
        return 0.0
