"""One question being answered: frames and keys in, one `Heard` out.

Each kind of question has its own patience (people.md: ten seconds to the first word, four
and a half of silence before "is there more?", four more before a story ends) and its own
reading of keys: 0 is a person everywhere, # ends what can be long.
"""

from collections.abc import Mapping

from ivr.dialogue import Heard, Kind, Listen
from ivr.recorder import Recorder
from ivr.senses import Ears
from speech.audio import FRAME, RATE, Sound, ulaw_decode
from speech.patience import SHORT, STORY, Happening, Listener, Patience, VoiceDetector

PATIENCE: Mapping[Kind, Patience] = {
    Kind.STORY: STORY,
    Kind.WORD: Patience(first_word=8.0, more=None, again=2.0, longest=60.0),
    Kind.CHOICE: SHORT,
    Kind.NUMBER: Patience(first_word=10.0, more=None, again=2.5, longest=60.0),
}
SLOWER = 1.5  #: how much longer a resident with pace "slow" is waited for (estimate)
BETWEEN_KEYS = 4.0  #: seconds after a key that end a number


class Listening:
    """Feed it every frame and key from the end of a question to its answer."""

    def __init__(
        self,
        listen: Listen,
        recorder: Recorder,
        ears: Ears,
        voice: VoiceDetector,
        language: str,
        pace: str,
    ) -> None:
        patience = PATIENCE[listen.kind]
        self.listen = listen
        self.recorder = recorder
        self._ears = ears
        self._language = language
        slow = pace == "slow"
        self._listener = Listener(patience.slower(SLOWER) if slow else patience, voice)
        self._keys = ""
        self._since_key = 0
        self._heard_from_start = False

    def frame(self, frame: bytes, *, speaking: bool) -> Heard | Happening | None:
        """20 ms of mu-law; an answer, MORE (ask softly for more), RESUMED (be quiet, they talk), or nothing."""
        self.recorder.feed(frame)
        sound = ulaw_decode(frame)
        happening = self._listener.feed(sound, speaking=speaking)
        if self.has_speech:
            self._hear(sound)
        if self._keys:
            self._since_key += 1
            return self._heard() if self._since_key * FRAME >= BETWEEN_KEYS * RATE else None
        match happening:
            case Happening.PAUSED:
                sound = self.recorder.sound[self._listener.said]
                self._ears.begin(self.recorder.id, sound, self._language, short=self._short)
            case Happening.RESUMED:
                self._ears.drop(self.recorder.id)
                return happening
            case Happening.MORE:
                return happening
            case Happening.ENDED | Happening.NOTHING | Happening.LIMIT:
                return self._heard()
            case _:
                pass
        return None

    def _hear(self, sound: Sound) -> None:
        """From the first word on, engines that hear while somebody speaks get every frame."""
        if not self._heard_from_start:
            self._heard_from_start = True
            sound = self.recorder.sound[self._listener.said.start :]
        self._ears.hear(self.recorder.id, sound, self._language, short=self._short)

    def key(self, digit: str) -> Heard | None:
        """A key; None where it says nothing here."""
        match self.listen.kind:
            case Kind.NUMBER if digit.isdigit():
                self._keys, self._since_key = self._keys + digit, 0
                return None
            case Kind.CHOICE if digit != "#":
                return self._heard(digit)
            case _ if digit == "0" or (digit == "9" and not self.has_speech):
                return self._heard(digit)
            case _ if digit == "#" and (self._keys or self.has_speech):
                return self._heard()
            case _:
                return None

    @property
    def has_speech(self) -> bool:
        return self._listener.speech_start is not None

    def so_far(self) -> Heard | None:
        """What has been said when the line breaks; an unfinished choice or number is none."""
        self.note_speech()
        told = self.has_speech and self.listen.kind in (Kind.STORY, Kind.WORD)
        return Heard(audio=self.recorder.id) if told else None

    def note_speech(self) -> None:
        """Write beside the recording where in it somebody speaks."""
        if self.has_speech:
            said = self._listener.said
            self.recorder.speech = (said.start / RATE, min(said.stop / RATE, self.recorder.seconds))

    @property
    def _short(self) -> bool:
        return self.listen.kind is not Kind.STORY

    def _heard(self, digit: str = "") -> Heard:
        self.note_speech()
        keys = digit or self._keys
        return Heard(digits=keys, audio=self.recorder.id if self.has_speech else "")
