"""The web site put together: one blueprint a screen, one set of rules for all of them."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter, Map

from console import (
    agent,
    calls,
    contacts,
    errors,
    helping,
    joining,
    paper,
    phone,
    results,
    review,
    signing_in,
    sound,
    visits,
    waiting,
)
from console.cookies import Cookies
from console.masks import mask_text, mask_title
from console.parts import NAME, Parts
from console.person import find_person
from console.throttle import Throttle
from console.times import left, length, moment
from console.wording import danger_named, department, language, question, question_of, service, t

LARGEST = 20_000_000  #: bytes of one request: ten minutes of sound
SCREENS = (
    signing_in,
    review,
    visits,
    waiting,
    contacts,
    calls,
    joining,
    paper,
    agent,
    helping,
    results,
    sound,
    phone,
)
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class RowId(IntegerConverter):
    """A number that a database could have given; any other is simply not there."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def create_app(parts: Parts) -> Flask:
    """The pages of one house; nothing is opened or read before a request comes."""
    app = Flask(__name__)
    app.extensions[NAME] = parts
    app.extensions["throttle"] = Throttle()
    app.session_interface = Cookies()
    app.url_map.converters["int"] = RowId
    app.config.update(
        SECRET_KEY=parts.secret,
        SESSION_COOKIE_NAME="hotline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=LARGEST,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        JSON_AS_ASCII=False,
    )
    app.before_request(find_person)  # before CSRF, which reads the whole body
    CSRFProtect(app)
    for screen in SCREENS:
        app.register_blueprint(screen.screen)
    errors.register(app)
    app.after_request(guard_answer)
    _teach_templates(app, parts)
    return app


def guard_answer(answer: Response) -> Response:
    """Nothing foreign is loaded, nothing personal is kept by a browser or on the way."""
    for name, value in HEADERS.items():
        answer.headers[name] = value
    if answer.mimetype not in {"text/css", "text/javascript"}:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _teach_templates(app: Flask, parts: Parts) -> None:
    def when(at: Any) -> str:
        return moment(at, parts.zone, language(), parts.now())

    def due(at: Any) -> str:
        key, number = left(at, parts.now())
        return t(key, n=number)

    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=t,
        language=language,
        department=department,
        service=service,
        question=question,
        question_of=question_of,
        danger_named=danger_named,
        now=parts.now,
    )
    app.jinja_env.filters.update(
        when=when, due=due, length=length, masked=mask_text, titled=mask_title
    )
