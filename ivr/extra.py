"""The one thing worth asking about a service: asked once, and nobody has to answer."""

from ivr.asking import Story, try_to_ask
from ivr.danger import heed
from ivr.dialogue import Dialogue, Kind, Name, do
from routing.commands import FindWay
from tickets.commands import NoteAnswer


def ask_extra(key: str, ticket: int, service: str, language: str) -> Dialogue[None]:
    """The answer goes to the ticket, which is open already; a danger in it is heeded."""
    question = Story(f"{key}extra", "extra", Kind.WORD)
    told = yield from try_to_ask(question, tries=1, asked=Name("question", service))
    if told is None:
        return
    words = told.words.text
    note = NoteAnswer(ticket=ticket, recording=told.recording or None, words=words)
    yield from do(f"{key}extra.note", note)
    if words:
        way = yield from do(f"{key}extra.way", FindWay(words, told.words.language or language))
        if way.danger:
            yield from heed(f"{key}extra", way.danger)
