"""The door: signing in and out, and the choice of the language."""

from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from console.parts import parts
from console.person import admit, person
from console.throttle import Throttle, TooOften
from console.wording import LANGUAGES, t
from proxy_agents.staff import check_password
from store.looks import look

screen = Blueprint("signing_in", __name__)


@screen.get("/")
def front() -> ResponseReturnValue:
    """Each to the page of their role."""
    if g.person is None:
        return redirect(url_for("signing_in.sign_in"))
    return redirect(url_for("review.front" if person().listens else "agent.front"))


@screen.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if g.person is not None:
        return redirect(url_for("signing_in.front"))
    return render_template("sign_in.html", back=request.args.get("back", ""), login="", wrong=None)


@screen.post("/sign-in")
def signed_in() -> ResponseReturnValue:
    house = parts()
    at = house.now()
    login, back = request.form.get("login", ""), request.form.get("back", "")
    throttle = cast(Throttle, current_app.extensions["throttle"])
    try:
        with (
            throttle.counted(login, request.remote_addr or "", at),
            house.database.read() as rows,
        ):
            staff = check_password(rows, login, request.form.get("password", "")[:256])
    except TooOften as wait:
        said = t("door.too_often", minutes=wait.minutes)
        return render_template("sign_in.html", back=back, login=login, wrong=said), 429
    if staff is None:
        said = t("door.wrong")
        return render_template("sign_in.html", back=back, login=login, wrong=said), 403
    throttle.forgive(login)
    with house.database.write() as rows:
        look(rows, who=f"{staff.role}:{staff.id}", what="console", how="sign in", at=at)
    admit(staff, at)
    return redirect(_within(back) or url_for("signing_in.front"))


@screen.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("signing_in.sign_in"))


@screen.get("/still-here")
def still_here() -> ResponseReturnValue:
    """Asked before a long recording; 204 while the session lasts."""
    return "", 204 if g.person else 401


@screen.post("/language")
def choose_language() -> ResponseReturnValue:
    chosen = request.form.get("to")
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(_within(request.form.get("back", "")) or url_for("signing_in.front"))


def _within(back: str) -> str | None:
    """A way back inside this site, or None."""
    parsed = urlsplit(back)
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if inside and not parsed.netloc and back.isprintable() else None
