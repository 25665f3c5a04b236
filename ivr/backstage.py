"""What happens behind a live call, off its audio loop: turns, their sound, connecting, the ending.

One thread for each call, so that everything of a call happens in order. Nothing raises here: what
fails becomes an apology, and ``failed`` remembers it.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeAlias

from ivr.conversation import Conversation
from ivr.dialogue import Heard, Say
from ivr.engine import Turn, Wait
from ivr.interrupting import may_interrupt
from ivr.speaking import Piece
from speech.audio import ulaw_encode
from store.shelf import NoRoom

log = logging.getLogger(__name__)

#: what comes next: the turn, the first piece of its sound, the pieces after it
Thought: TypeAlias = tuple[Turn, Piece, Iterator[Piece]]
#: can this person be reached now? None: whoever carries the call on connects them
Connect: TypeAlias = Callable[[str], bool | None]

NOTHING = Piece(b"")
SOFT = ("hold", "need.more")  #: sentences of the line's own, not of the dialogue


class Backstage:
    """The thread of one call."""

    def __init__(self, conversation: Conversation, connect: Connect) -> None:
        self.conversation = conversation
        self.failed: BaseException | None = None
        self.jobs = ThreadPoolExecutor(1, "call")
        self._connect = connect
        self._soft: dict[tuple[str, str], Piece] = {}

    def think(self, heard: Heard | None, closing: Future[None] | None = None) -> "Future[Thought]":
        """Keep the recording, hear the answer, begin the sound of what comes next."""
        thought = self.jobs.submit(self._think, heard, closing)
        self.jobs.submit(self._prepare)
        return thought

    def connect(self, to: str) -> "Future[Thought | None]":
        """Connect the caller with a person, then go on; None where somebody else carries the call on."""
        return self.jobs.submit(self._connected, to)

    def soft(self, prompt: str) -> Piece:
        """A short sentence of the line's own; made ready with the turn before."""
        return self._soft.get((prompt, self.conversation.language), NOTHING)

    def end(self, closings: list[Future[None]], last: Heard | None) -> None:
        self.jobs.submit(self._end, closings, last)

    def let_go(self, closings: list[Future[None]]) -> None:
        """The call goes on elsewhere: only keep what was recorded here."""
        self.jobs.submit(wait, closings)

    def finish(self, tape: ThreadPoolExecutor) -> None:
        """Wait until everything is on the disk."""
        self.jobs.shutdown()
        tape.shutdown()
        try:
            self.conversation.save_recordings()
        except NoRoom as problem:
            self.failed = self.failed or problem

    # --- on the call's own thread

    def _think(self, heard: Heard | None, closing: Future[None] | None) -> Thought:
        try:
            if closing is not None:
                closing.result()
            turn = self.conversation.turn(heard)
            while isinstance(turn.then, Wait):
                self.conversation.waits_for(turn.then).result()
                turn = self.conversation.turn()
            pieces = self._pieces(turn)
            return turn, next(pieces, NOTHING), pieces
        except Exception as problem:
            log.exception("call %s cannot go on", self.conversation.call)
            self.failed = problem
            return Turn((), None), self._apology(), iter(())

    def _pieces(self, turn: Turn) -> Iterator[Piece]:
        for say in turn.spoken:
            for sound in self.conversation.sounds((say,)):
                yield Piece(ulaw_encode(sound), open=may_interrupt(say.prompt))

    def _prepare(self) -> None:
        """Have the soft sentences at hand, in the language that is spoken now."""
        language = self.conversation.language
        for prompt in SOFT:
            if (prompt, language) in self._soft:
                continue
            try:
                sound = self.conversation.sound((Say(prompt),))
            except Exception:
                log.exception("%s cannot be said", prompt)
                continue
            self._soft[prompt, language] = Piece(ulaw_encode(sound), open=True)

    def _connected(self, to: str) -> Thought | None:
        try:
            connected = self._connect(to)
        except Exception:
            log.exception("call %s: nobody could be rung", self.conversation.call)
            connected = False
        if connected is None:
            return None
        return self._think(Heard(result={"connected": connected}), None)

    def _apology(self) -> Piece:
        """What the caller hears where we failed: never an error, only what happens next."""
        try:
            return Piece(ulaw_encode(self.conversation.sound((Say("trouble"),))))
        except Exception:
            log.exception("not even an apology")
            return NOTHING

    def _end(self, closings: list[Future[None]], last: Heard | None) -> None:
        try:
            wait(closings)
            self.conversation.hang_up(last, trouble=self.failed is not None)
        except Exception as problem:
            log.exception(
                "call %s could not be ended; it is repaired at the next start",
                self.conversation.call,
            )
            self.failed = self.failed or problem
