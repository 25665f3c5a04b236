"""What goes wrong as a sentence, with what somebody wrote given back to them, never a traceback."""

import logging

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, NoResultFound, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from console.wording import sentences, t
from store.shelf import NoRoom
from tickets.desk import NoSuchTicket, NothingToTell
from tickets.lifecycle import IllegalMove
from tickets.visiting import NotOrdered, NotWitnessed
from tickets.waiting import AlreadyTaken

log = logging.getLogger(__name__)
OWN_WORDS = ("words", "result", "reason", "note", "name", "place")  #: fields worth giving back


class Unclear(Exception):
    """The form cannot be acted on as it is; ``key`` of the wording says why."""

    def __init__(self, key: str, status: int = 400) -> None:
        super().__init__(key)
        self.key = key
        self.status = status


class Overtaken(Exception):
    """Somebody changed it between the page and the button."""


#: which fact becomes which page
PAGES: dict[type[Exception], tuple[int, str]] = {
    IllegalMove: (409, "error.overtaken"),
    AlreadyTaken: (409, "error.already_taken"),
    StaleDataError: (409, "error.overtaken"),
    Overtaken: (409, "error.overtaken"),
    NotOrdered: (409, "error.overtaken"),
    NotWitnessed: (400, "error.no_witness"),
    NoSuchTicket: (404, "error.404"),
    NoResultFound: (404, "error.404"),
    NothingToTell: (400, "error.nothing_to_tell"),
    CSRFError: (400, "error.csrf"),
    DataError: (400, "error.400"),  # what no column can hold
    NoRoom: (507, "error.no_room"),
    OperationalError: (503, "error.busy"),
}


def register(app: Flask) -> None:
    for fact in PAGES:
        app.register_error_handler(fact, _on_fact)
    app.register_error_handler(Unclear, _on_unclear)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_bug)


def _on_fact(fact: Exception) -> ResponseReturnValue:
    status, key = next(page for kind, page in PAGES.items() if isinstance(fact, kind))
    if status >= 500:
        log.error("%s %s: %s", request.method, request.path, type(fact).__name__)
    return page(status, key)


def _on_unclear(unclear: Unclear) -> ResponseReturnValue:
    return page(unclear.status, unclear.key)


def _on_http(problem: HTTPException) -> ResponseReturnValue:
    if problem.response is not None:
        return problem.response
    key = f"error.{problem.code}"
    return page(problem.code or 500, key if key in sentences("zh") else "error.400")


def _on_bug(bug: Exception) -> ResponseReturnValue:
    log.error("%s %s", request.method, request.path, exc_info=bug)
    return page(500, "error.500")


def page(status: int, key: str) -> ResponseReturnValue:
    """One calm page: what happened, what to do, what they had written."""
    g.setdefault("person", None)
    return render_template("error.html", said=t(key), written=_written()), status


def _written() -> list[str]:
    if request.method != "POST":
        return []
    try:
        return [text for name in OWN_WORDS if (text := request.form.get(name, "").strip())]
    except RequestEntityTooLarge:
        return []
