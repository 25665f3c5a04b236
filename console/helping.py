"""Departments that help with a ticket; who has it leads, and stays responsible."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from console.errors import Unclear
from console.fields import field
from console.parts import parts
from console.person import only, person
from console.reach import is_theirs, ticket_for
from proxy_agents.staff import Role
from routing.catalogue import load
from tickets.helping import ask_help

screen = Blueprint("helping", __name__, url_prefix="/agent")
screen.before_request(only(*Role))


@screen.post("/<int:number>/help")
def ask(number: int) -> ResponseReturnValue:
    """Whoever leads, a supervisor or an operator asks another department to help."""
    house, me, department = parts(), person(), field("department", longest=40)
    if department not in {one.id for one in load().departments}:
        raise Unclear("error.no_department")
    with house.database.write() as session:
        ticket = ticket_for(session, me, number)
        if not (me.listens or is_theirs(me, ticket)):
            abort(403)
        ask_help(session, number, department, by=me.who, at=house.now())
    return redirect(url_for("agent.one", number=number))
