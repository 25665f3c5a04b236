"""A live call over any audio line: 20 ms of sound in, 20 ms of sound out. No sockets, no clock, no waiting.

Time is counted in frames, so a line may run it as fast as it likes. Whatever is slow (a
turn, recognition, a voice) runs on the call's own thread; meanwhile the caller hears
silence and then "one moment", and keys pressed are kept.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeAlias

from ivr.asking import AGAIN
from ivr.conversation import Conversation
from ivr.dialogue import Heard, Kind, Listen, Say, Transfer
from ivr.engine import Turn, Wait
from ivr.listening import Listening
from ivr.overhearing import Overhearing
from ivr.recorder import Recorder
from ivr.speaking import SILENCE, Speech
from speech.audio import FRAME, RATE, Sound, silence
from speech.patience import Happening
from store.shelf import NoRoom

log = logging.getLogger(__name__)

#: what comes next: the turn, the first piece of its sound, the pieces after it
Thought: TypeAlias = tuple[Turn, Sound, Iterator[Sound]]

HOLD_AFTER = round(1.2 * RATE / FRAME)  #: frames of thinking before "one moment" is said
HOLD_EVERY = round(8.0 * RATE / FRAME)
LONGEST_CALL = 30 * 60 * RATE // FRAME  #: frames; a forgotten telephone is hung up then


class LiveCall:
    """One call on an audio line; the line calls ``frame``, ``key`` and at the end ``hang_up`` and ``finish``."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        connect: Callable[[str], bool] = lambda _to: False,
        asked: Callable[[Listen], None] = lambda _listen: None,
    ) -> None:
        self.conversation = conversation
        self.thinking: Future[Thought] | None = None
        self.over = False
        self.failed: BaseException | None = None
        self._ears = conversation.exchange.ears
        self._connect = connect  #: can a person be reached now?
        self._asked = asked  #: told when a question has been asked and its answer is awaited
        self._jobs = ThreadPoolExecutor(1, "call")
        self._tape = ThreadPoolExecutor(1, "tape")
        self._speech = Speech(self._jobs)
        self._keys: deque[str] = deque()
        self._turn: Turn | None = None
        self._listening: Listening | None = None
        self._frames = self._thought = 0
        self._between: Recorder | None = None
        self._room = Overhearing()
        self._record_between()
        self.thinking = self._jobs.submit(self._think, None, None)

    @property
    def awaited(self) -> Future[Any] | None:
        """What the line would have to wait for before it can go on: a turn, or the next piece of sound."""
        return self.thinking or self._speech.making

    @property
    def listening(self) -> Listen | None:
        """The question whose answer is awaited now."""
        return self._listening.listen if self._listening else None

    def frame(self, heard: bytes) -> bytes:
        """The next 20 ms, mu-law, 160 bytes each way."""
        if self.over:
            return SILENCE
        self._frames += 1
        if self._between:
            self._between.feed(heard)
            self._room.frame(heard, self._speech.last)
        if self.thinking is not None:
            self._adopt_or_hold(self.thinking)
        elif self._listening is not None:
            self._listen(self._listening, heard)
        elif self._speech.over:
            self._said(self._turn)
        if self._frames >= LONGEST_CALL:
            self.hang_up()
        return self._speech.frame()

    def key(self, digit: str) -> None:
        """A key was pressed: 0-9, * or #."""
        if self.over:
            return
        if self._listening is not None:
            self._answer(self._listening.key(digit))
        elif self.thinking is not None:
            self._keys.append(digit)
        else:
            self._key_while_speaking(digit)

    def hang_up(self) -> None:
        """The line is gone, or the call is done."""
        if self.over:
            return
        self.over = True
        closings, last = [], None
        if self._listening is not None:
            last = self._listening.so_far()
            closings.append(self._listening.recorder.close())
            self._ears.drop(self._listening.recorder.id)
        if self._between is not None:
            closings.append(self._between.close())
        self._jobs.submit(self._end, closings, last)

    def finish(self) -> None:
        """Wait until everything of an ended call is on the disk."""
        self.hang_up()
        self._jobs.shutdown()
        self._tape.shutdown()
        try:
            self.conversation.save_recordings()
        except NoRoom as problem:
            self.failed = self.failed or problem

    # --- what happens frame by frame

    def _adopt_or_hold(self, thinking: Future[Thought]) -> None:
        self._thought += 1
        if thinking.done():
            self.thinking, self._thought = None, 0
            self._turn, first, rest = thinking.result()
            self._speech.say(first, rest)  # "one moment" ends first
            while self._keys and self.thinking is None:
                self.key(self._keys.popleft())
        elif (
            self._speech.over
            and self._thought >= HOLD_AFTER
            and (self._thought - HOLD_AFTER) % HOLD_EVERY == 0
        ):
            self._soft("hold")

    def _listen(self, listening: Listening, heard: bytes) -> None:
        happened = listening.frame(heard, speaking=not self._speech.over)
        if happened is Happening.MORE:
            self._soft("need.more")
        elif happened is Happening.RESUMED:
            self._speech.stop()  # they talk: we are quiet
        elif isinstance(happened, Heard):
            self._answer(happened)

    def _said(self, turn: Turn | None) -> None:
        """The prompt is over: now listen, connect, or end."""
        match turn and turn.then:
            case Listen(kind=Kind.KEY):
                self._answer(Heard())
            case Listen() as listen:
                self._start_listening(listen)
            case Transfer(to=to):
                self._answer(Heard(result={"connected": self._connect(to)}))
            case _:
                self.hang_up()

    def _key_while_speaking(self, digit: str) -> None:
        """0 reaches a person from any prompt; a choice may be made before the prompt is over."""
        listen = self._turn.then if self._turn else None
        if not isinstance(listen, Listen):
            return
        if listen.kind is Kind.NUMBER:
            self._speech.stop()
            self._start_listening(listen).key(digit)
        elif digit in {"0", AGAIN} or (listen.kind is Kind.CHOICE and digit != "#"):
            self._speech.stop()
            self._answer(Heard(digits=digit))

    # --- turns

    def _answer(self, heard: Heard | None) -> None:
        if heard is None:
            return
        closing = None
        if self._listening is not None:
            closing = self._listening.recorder.close()
            if heard.digits:
                self._ears.drop(self._listening.recorder.id)
            self._room.answered(heard=self._listening.has_speech or bool(heard.digits))
            self._listening = None
            self._record_between()
        self._speech.stop()
        self.thinking = self._jobs.submit(self._think, heard, closing)

    def _think(self, heard: Heard | None, closing: Future[None] | None) -> Thought:
        """On the call's own thread: keep the recording, hear the answer, begin the sound of what comes next."""
        try:
            if closing is not None:
                closing.result()
            turn = self.conversation.turn(heard)
            while isinstance(turn.then, Wait):
                self.conversation.waits_for(turn.then).result()
                turn = self.conversation.turn()
            sounds = self.conversation.sounds(turn.spoken)
            return turn, next(sounds, silence(0.0)), sounds
        except Exception as problem:
            log.exception("call %s cannot go on", self.conversation.call)
            self.failed = problem
            return Turn((), None), self._apology(), iter(())

    def _apology(self) -> Sound:
        """What the caller hears where we failed: never an error, only what happens next."""
        try:
            return self.conversation.sound((Say("trouble"),))
        except Exception:
            log.exception("not even an apology")
            return silence(0.0)

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

    # --- sound and recordings

    def _start_listening(self, listen: Listen) -> Listening:
        if self._between is not None:
            self._between.close()
            self._between = None
        recorder = self.conversation.recorder(listen.key)
        recorder.start(self._tape)
        self._listening = Listening(
            listen, recorder, self._ears, self._room.voice,
            self.conversation.language, self.conversation.pace,
        )  # fmt: skip
        self._asked(listen)
        return self._listening

    def _record_between(self) -> None:
        self._between = self.conversation.recorder("between")
        self._between.start(self._tape)

    def _soft(self, prompt: str) -> None:
        """A short sentence of the line's own, not of the dialogue."""
        self._speech.play(self.conversation.sound((Say(prompt),)))
