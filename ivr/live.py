"""A live call over any audio line: 20 ms of sound in, 20 ms of sound out. No sockets, no clock, no waiting.

Time is counted in frames, so a line may run it as fast as it likes. Whatever is slow (a
turn, recognition, a voice) happens backstage; meanwhile the caller hears silence and then
"one moment", and keys pressed are kept.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ivr.asking import AGAIN
from ivr.backstage import Backstage, Connect, Thought
from ivr.conversation import Conversation
from ivr.dialogue import Heard, Kind, Listen, Transfer
from ivr.engine import Turn
from ivr.listening import Listening
from ivr.overhearing import Overhearing
from ivr.recorder import Recorder
from ivr.speaking import SILENCE, Speech
from speech.audio import FRAME, RATE
from speech.patience import Happening

HOLD_AFTER = round(1.2 * RATE / FRAME)  #: frames of thinking before "one moment" is said
HOLD_EVERY = round(8.0 * RATE / FRAME)
MOST_KEYS = 32  #: pressed while we think; a storm of keys is no answer
LONGEST_CALL = 30 * 60 * RATE // FRAME  #: frames; a forgotten telephone is hung up then


class LiveCall:
    """One call on an audio line; the line calls ``frame``, ``key`` and at the end ``hang_up`` and ``finish``."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        connect: Connect = lambda _to: False,
        asked: Callable[[Listen], None] = lambda _listen: None,
        room: Overhearing | None = None,
    ) -> None:
        self.conversation = conversation
        self.over = False
        self.left = False  #: over here, but not ended: another line carries it on
        self.cuts = (
            0  #: how often we were silenced in mid-sentence: sound on its way is to be dropped
        )
        self.heard_out = (
            True  #: a line that plays late says here whether all we said has been played
        )
        self._ears = conversation.exchange.ears
        self._asked = asked  #: told when a question has been asked and its answer is awaited
        self._backstage = Backstage(conversation, connect)
        self._tape = ThreadPoolExecutor(1, "tape")
        self._speech = Speech(self._backstage.jobs)
        self._keys: deque[str] = deque(maxlen=MOST_KEYS)
        self._turn: Turn | None = None
        self._listening: Listening | None = None
        self._frames = self._thought = 0
        self._between: Recorder | None = None
        self._room = room or Overhearing()
        self._record_between()
        self.thinking: Future[Any] | None = self._backstage.think(None)

    @property
    def failed(self) -> BaseException | None:
        return self._backstage.failed

    @property
    def awaited(self) -> Future[Any] | None:
        """What the line would have to wait for before it can go on: a turn, or the next piece of sound."""
        return self.thinking or self._speech.making

    @property
    def speaking(self) -> bool:
        return not self._speech.over

    @property
    def turn(self) -> Turn | None:
        """What is said and then awaited now."""
        return self._turn

    @property
    def partial(self) -> str:
        """The words so far of the answer that is being given; "" from ears that do not hear while somebody speaks."""
        return self._ears.partial(self._listening.recorder.id) if self._listening else ""

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
        else:
            self._speak_on()
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
        if not self.over:
            closings, last = self._close()
            self._backstage.end(closings, last)

    def let_go(self) -> None:
        """The call goes on, but not here: keep what was recorded and give it no ending."""
        if not self.over:
            self.left = True
            closings, _ = self._close()
            self._backstage.let_go(closings)

    def finish(self) -> None:
        """Wait until everything of an ended call is on the disk."""
        self.hang_up()
        self._backstage.finish(self._tape)

    # --- what happens frame by frame

    def _adopt_or_hold(self, thinking: Future[Any]) -> None:
        self._thought += 1
        if thinking.done():
            self.thinking, self._thought = None, 0
            self._adopt(thinking.result())
        elif (
            self._speech.over
            and self._thought >= HOLD_AFTER
            and (self._thought - HOLD_AFTER) % HOLD_EVERY == 0
        ):
            self._speech.play(self._backstage.soft("hold"))

    def _adopt(self, thought: Thought | None) -> None:
        if thought is None:
            self.let_go()
            return
        self._turn, first, rest = thought
        self._speech.say(first, rest)  # "one moment" ends first
        while self._keys and self.thinking is None and not self.over:
            self.key(self._keys.popleft())

    def _listen(self, listening: Listening, heard: bytes) -> None:
        happened = listening.frame(heard, speaking=not self._speech.over)
        if happened is Happening.MORE:
            self._speech.play(self._backstage.soft("need.more"))
        elif happened is Happening.RESUMED:
            self._silence()  # they talk: we are quiet
        elif isinstance(happened, Heard):
            self._answer(happened)

    def _speak_on(self) -> None:
        if self._speech.over and self.heard_out:
            self._said(self._turn)
        elif self._speech.open and self._room.interrupted:
            self._interrupted(self._turn)

    def _said(self, turn: Turn | None) -> None:
        """The prompt is over: now listen, connect, or end."""
        match turn and turn.then:
            case Listen(kind=Kind.KEY):
                self._answer(Heard())
            case Listen() as listen:
                self._start_listening(listen)
            case Transfer(to=to):
                self._speech.stop()
                self.thinking = self._backstage.connect(to)
            case _:
                self.hang_up()

    def _interrupted(self, turn: Turn | None) -> None:
        """They know the answer before we have asked: be quiet, and hear it from its first word on."""
        listen = turn and turn.then
        if not isinstance(listen, Listen) or listen.kind is Kind.KEY:
            return
        self._silence()
        listening = self._start_listening(listen)
        for frame in self._room.lately():
            listening.frame(frame, speaking=False)

    def _key_while_speaking(self, digit: str) -> None:
        """0 reaches a person from any prompt; a choice may be made before the prompt is over."""
        listen = self._turn.then if self._turn else None
        if not isinstance(listen, Listen):
            return
        if listen.kind is Kind.NUMBER:
            self._silence()
            self._start_listening(listen).key(digit)
        elif digit in {"0", AGAIN} or (listen.kind is Kind.CHOICE and digit != "#"):
            self._answer(Heard(digits=digit))

    # --- turns, sound and recordings

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
        self._silence()
        self.thinking = self._backstage.think(heard, closing)

    def _silence(self) -> None:
        """Stop talking, here and in what is on its way to the caller."""
        if self._speech.stop() or not self.heard_out:
            self.cuts += 1

    def _close(self) -> tuple[list[Future[None]], Heard | None]:
        self.over = True
        closings, last = [], None
        if self._listening is not None:
            last = self._listening.so_far()
            closings.append(self._listening.recorder.close())
            self._ears.drop(self._listening.recorder.id)
        if self._between is not None:
            closings.append(self._between.close())
        return closings, last

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
