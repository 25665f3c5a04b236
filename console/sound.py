"""Playback: a recording as a WAV for those who reach it, written down before the first byte goes out."""

import wave
from io import BytesIO

from flask import Blueprint, Response, abort, send_file
from sqlalchemy.orm import Session

from console.parts import Parts, parts
from console.person import only, person
from console.reach import facts_for, pieces, ticket_for
from proxy_agents.staff import Role
from speech.audio import RATE, ulaw_decode
from store.looks import look
from store.recordings import Recording
from store.shelf import Damaged

screen = Blueprint("sound", __name__)
screen.before_request(only(*Role))


@screen.get("/sound/<recording>")
def play(recording: str) -> Response:
    """Any recording, for supervisors and operators; for the others it is only reached by its ticket."""
    if not person().listens:
        abort(404)
    return play_recording(recording)


def play_recording(recording: str) -> Response:
    """For somebody who may hear it: written down, then played."""
    house = parts()
    with house.database.write() as session:
        _note(session, house, recording)
    return _answer(house, recording)


@screen.get("/agent/<int:number>/sound/<recording>")
def play_of_ticket(number: int, recording: str) -> Response:
    """A recording of a ticket: the need, what is missing, the result."""
    house = parts()
    with house.database.write() as session:
        ticket = ticket_for(session, person(), number)
        heard = pieces(ticket, facts_for(person(), ticket))
        if recording not in {piece.recording for piece in heard}:
            abort(404)
        _note(session, house, recording)
    return _answer(house, recording)


def _note(session: Session, house: Parts, recording: str) -> None:
    if session.get(Recording, recording) is None:
        abort(404)
    look(session, who=person().who, what=f"recording:{recording}", how="play", at=house.now())


def _answer(house: Parts, recording: str) -> Response:
    try:
        sound = house.shelf.read(recording)
    except Damaged as damaged:
        sound = damaged.sound  # silence where seconds are lost: better than nothing
    except (FileNotFoundError, ValueError):
        abort(404)
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(ulaw_decode(sound).astype("<i2").tobytes())
    file.seek(0)
    return send_file(file, mimetype="audio/wav", conditional=True, etag=False)
