"""The telephone in the browser: one page. Its calls go past here, to the process that carries the sound."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from console.errors import Unclear
from console.parts import parts
from ivr.lines.browser.door import BETWEEN, Visitor

screen = Blueprint("phone", __name__)
#: of the headers that tell who asks, the door of the house has written this one itself
OURS = "x-forwarded-for"


@screen.get("/phone")
def front() -> ResponseReturnValue:
    """For everybody whom the house lets ring from a browser; nobody signs in for it."""
    told = {name: request.headers.get(name, "") for name in (*BETWEEN, "host") if name != OURS}
    if not parts().phone.lets_in(Visitor(request.remote_addr or "", told)):
        raise Unclear("phone.no.closed", 403)
    return render_template("phone.html")
