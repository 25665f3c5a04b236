"""The desk that gives recordings and live speech to the engines, and everybody an answer in time.

Nothing here raises into a call: where an engine is missing or breaks, the answer is no words, from "none"; where nobody
can listen in time it is no words, from LATER, and the real ones come afterwards.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock, Timer

from speech.audio import Sound
from speech.commands import Words
from speech.ears.attendant import Attendant
from speech.ears.base import NOTHING, WAITS, Turn, settle, settled
from speech.ears.choose import NONE, Engine, choose, choose_second
from speech.ears.limits import Limits
from speech.ears.stream_attendant import StreamAttendant

log = logging.getLogger(__name__)

Choose = Callable[[str, Path], Engine]

_PROMISED = 1000  #: recordings whose words come later and that nobody has asked for yet


def _as_heard(text: str, _language: str) -> str:
    return text


class EarDesk:
    """Safe to use from any thread. Every language has its engine, every engine its own process, started when first needed."""

    def __init__(
        self,
        models: Path,
        *,
        chooser: Choose = choose,
        second: Choose = choose_second,
        limits: Limits | None = None,
        hot: Mapping[str, Sequence[str]] | None = None,
        correct: Callable[[str, str], str] = _as_heard,
    ) -> None:
        """What helps with the words of the community (places, services, names), which no model knows well.

        `hot`: by language, for engines that take them; `correct`: (text, language) -> text, for what engines make of
        them.
        """
        self._models = models
        self._chooser = chooser
        self._second = second
        self._limits = limits or Limits()
        self._hot = hot or {}
        self._correct = correct
        self._attendants: dict[tuple[Engine, bool], Attendant | StreamAttendant] = {}
        self._chosen: dict[
            str, Engine
        ] = {}  # as last looked up: a frame of sound waits for no disk
        self._later: OrderedDict[str, Future[Words]] = OrderedDict()
        self._lock = Lock()
        self._closed = False

    def engine(self, language: str) -> Engine:
        """Who would hear this language now; its name is "none" where nothing is installed."""
        self._chosen[language] = self._chooser(language, self._models)
        return self._chosen[language]

    def warm(self, language: str) -> None:
        """Load the model in the background, before the first call needs it."""
        attendant = self._attendant(self.engine(language))
        if attendant is not None:
            attendant.warm()

    def begin(self, recording: str, sound: Sound, language: str, *, short: bool = False) -> None:
        """Start early, in a silence: `words` for the very same sound will take over what was done."""
        attendant = self._attendant(self._known(language))
        if attendant is not None and len(sound):
            attendant.begin(recording, sound, language, short=short)

    def hear(self, recording: str, sound: Sound, language: str, *, short: bool = False) -> None:
        """What was just said, in order, any number of samples; never waits. From the first word to `words` or `drop`.

        Engines that hear whole recordings take no notice.
        """
        attendant = self._attendant(self._known(language))
        if attendant is not None:
            attendant.hear(recording, sound, language, short=short)

    def partial(self, recording: str) -> str:
        """The words so far of somebody who is speaking, as the engine changes its mind; "" where it does not follow."""
        return next(filter(None, (one.partial(recording) for one in self._all())), "")

    def drop(self, recording: str) -> None:
        """The speaker went on or has gone: what was begun is worthless. Who is fed again within a second went on."""
        for attendant in self._all():
            attendant.drop(recording)

    def words(
        self, recording: str, sound: Sound, language: str, *, short: bool = False
    ) -> Future[Words]:
        """Never raises, and settles within `Limits.waiting`.

        No words from engine "none" where the engine is missing or broken, from LATER where nobody could listen in
        time: then `later` has a future of the real ones.
        """
        engine = self.engine(language)
        attendant = self._attendant(engine)
        if attendant is None or not len(sound):
            return settled(NOTHING)
        heard = attendant.words(recording, sound, language, short=short)
        heard = self._or_other(heard, recording, sound, language, short=short)
        real = self._mended(heard, language)
        return self._in_time(recording, real, attendant)

    def later(self, recording: str) -> Future[Words] | None:
        """The words that LATER promised; they are given out once, and never raise."""
        with self._lock:
            return self._later.pop(recording, None)

    def second(self, recording: str, sound: Sound, language: str) -> Future[Words] | None:
        """What another kind of engine makes of it, in the background; None where there is no other."""
        engine = self._second(language, self._models)
        attendant = self._attendant(engine, low=True)
        if attendant is None or not len(sound):
            return None
        words = attendant.words(recording, sound, language, short=False, turn=Turn.SECOND)
        return self._mended(words, language)

    def close(self) -> None:
        """End every process; whoever still waits gets no words."""
        with self._lock:
            self._closed = True
        for attendant in self._all():
            attendant.close()

    def _known(self, language: str) -> Engine:
        return self._chosen.get(language) or self.engine(language)

    def _all(self) -> list[Attendant | StreamAttendant]:
        with self._lock:
            return list(self._attendants.values())

    def _attendant(
        self, engine: Engine, *, low: bool = False
    ) -> Attendant | StreamAttendant | None:
        """Second ears have a process of their own, which gives way to all others."""
        with self._lock:
            known = self._attendants.get((engine, low))
            if known is not None or engine == NONE or self._closed:
                return known
            made: Attendant | StreamAttendant = (
                StreamAttendant(engine, self._limits)
                if engine.follows
                else Attendant(engine, self._limits, self._hot_words, low=low)
            )
            self._attendants[engine, low] = made
            return made

    def _hot_words(self, language: str) -> Sequence[str]:
        return self._hot.get(language, ())

    def _or_other(
        self, heard: Future[Words], recording: str, sound: Sound, language: str, *, short: bool
    ) -> Future[Words]:
        """Where the first engine fails (a damaged model, a sound that kills it) the other one listens, if there is one."""
        other = self._second(language, self._models)
        if other == NONE:
            return heard
        answer: Future[Words] = Future()

        def decide(_first: Future[Words]) -> None:
            attendant = self._attendant(other) if heard.result() == NOTHING else None
            if attendant is None:
                settle(answer, heard.result())
                return
            instead = attendant.words(recording, sound, language, short=short)
            instead.add_done_callback(lambda _: settle(answer, instead.result()))

        heard.add_done_callback(decide)
        return answer

    def _mended(self, heard: Future[Words], language: str) -> Future[Words]:
        """With the words of the community put right."""
        if self._correct is _as_heard:
            return heard
        mended: Future[Words] = Future()
        heard.add_done_callback(lambda _: settle(mended, self._put_right(heard.result(), language)))
        return mended

    def _put_right(self, words: Words, language: str) -> Words:
        try:
            return replace(words, text=self._correct(words.text, words.language or language))
        except Exception:
            log.exception("what was heard could not be corrected")
            return words

    def _in_time(
        self, recording: str, real: Future[Words], attendant: Attendant | StreamAttendant
    ) -> Future[Words]:
        answer: Future[Words] = Future()
        too_late = partial(self._too_late, recording, real, answer, attendant)
        late = Timer(self._limits.waiting, too_late)
        late.daemon = True
        late.start()
        answer.add_done_callback(lambda _: late.cancel())
        real.add_done_callback(lambda _: settle(answer, real.result()))
        if not answer.done() and attendant.ahead(recording) > self._limits.waiting:
            too_late()
        return answer

    def _too_late(
        self,
        recording: str,
        real: Future[Words],
        answer: Future[Words],
        attendant: Attendant | StreamAttendant,
    ) -> None:
        with self._lock:
            self._later[recording] = real
            if len(self._later) > _PROMISED:
                self._later.popitem(last=False)
        attendant.put_off(recording)
        if not settle(answer, WAITS):
            self.later(recording)
