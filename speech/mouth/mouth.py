"""The mouth of the hotline: any text as telephone sound, from the best voice that has it.

Order: a recording by a person, a prepared sentence, then the voices that say any text (a neural one where it is
installed, espeak-ng last). What a voice cannot say the next one does: a caller never hears an error.
"""

import logging
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import numpy as np

from speech.audio import Sound, silence
from speech.mouth.cache import SpokenCache
from speech.mouth.clauses import sentences
from speech.mouth.neural import Neural
from speech.mouth.pauses import Pace, paced, placed
from speech.mouth.prepared import PreparedVoices
from speech.mouth.spoken import spoken
from speech.mouth.voices import Espeak, Speechless, Voice

log = logging.getLogger(__name__)

NOBODY = "no voice speaks {!r}"
MOST = 2000  #: characters of one text, about eight minutes
BREATH = 0.25  #: s that a text without a single sayable character becomes


class Mouth:
    def __init__(
        self,
        voices: Sequence[Path],
        overrides: Path,
        cache: Path,
        *,
        slow: Sequence[Path] = (),
        speakers: Sequence[Voice] | None = None,
    ) -> None:
        """`voices`: prepared folders, `slow`: those with longer pauses; `speakers`: best first (None: espeak-ng)."""
        self._prepared = PreparedVoices(list(voices), overrides)
        self._slow = PreparedVoices(list(slow), overrides)
        self._cache = SpokenCache(cache)
        self._speakers: list[Voice] = [Espeak()] if speakers is None else list(speakers)

    def say(
        self, text: str, language: str = "zh", pace: Pace = "normal", *, keep: bool = True
    ) -> Sound:
        """int16 at 8 kHz; empty only for an empty text. Raises Speechless where no voice can say it.

        `keep=False` for what must not lie on the disk in the clear, such as a resident's name.
        """
        ready = self._ready(text.strip(), language, pace)
        if ready is not None:
            return ready
        return np.concatenate(list(self._made(text.strip(), language, pace, keep=keep)))

    def stream(
        self, text: str, language: str = "zh", pace: Pace = "normal", *, keep: bool = True
    ) -> Generator[Sound, None, None]:
        """The same sound in pieces, in order: the next clause is made while the one before is heard.

        What is prepared or was said before comes in one piece. A caller who hangs up closes the iterator.
        """
        ready = self._ready(text.strip(), language, pace)
        if ready is not None:
            yield ready
            return
        yield from _ahead(self._made(text.strip(), language, pace, keep=keep))

    def is_prepared(self, text: str) -> bool:
        """Whether a sentence needs no synthesis; `doctor` asks it of every fixed text."""
        return self._prepared.knows(text.strip())

    def source(self, text: str) -> Path | None:
        """The file that is played for a sentence; None where a voice says it."""
        return self._prepared.source(text.strip())

    def speakers(self, language: str) -> list[str]:
        """The names of the voices for any text, best first."""
        return [speaker.name for speaker in self._speakers if speaker.speaks(language)]

    def warm(self, language: str) -> None:
        """Load the best voice in the background, so that the first call does not wait for it."""
        best = next((speaker for speaker in self._speakers if speaker.speaks(language)), None)
        if isinstance(best, Neural):
            threading.Thread(target=_quietly, args=(best.warm,), daemon=True, name="warm").start()

    def who_speaks(self, language: str, text: str) -> str:
        """The name of the voice that really says a text just now. Raises Speechless."""
        able = [speaker for speaker in self._speakers if speaker.speaks(language)]
        return _first(able, text, language)[1][0].name

    def close(self) -> None:
        for speaker in self._speakers:
            speaker.close()

    def _ready(self, text: str, language: str, pace: Pace) -> Sound | None:
        """What needs no voice: nothing at all, what is prepared, what was said before."""
        if not text:
            return silence(0)
        said = _in_words(text, language)
        for wording in dict.fromkeys((text, said)):
            if pace == "slow" and (slow := self._slow.find(wording)) is not None:
                return slow if not self._slow.recorded(wording) else paced(slow, pace, wording)
            prepared = self._prepared.find(wording)
            if prepared is not None:
                return paced(prepared, pace, wording)
        if not sentences(said):
            return silence(BREATH)
        best = next((speaker for speaker in self._speakers if speaker.speaks(language)), None)
        return self._cache.read(said, f"{best.name}/{language}", pace) if best else None

    def _made(self, text: str, language: str, pace: Pace, *, keep: bool) -> Iterator[Sound]:
        """Piece by piece; kept where one voice said it all."""
        said = _in_words(text, language)
        able = [speaker for speaker in self._speakers if speaker.speaks(language)]
        if not able:
            raise Speechless(NOBODY.format(language))
        pieces = able[0].pieces(said, pace)
        whole: list[Sound] = []
        by = set()
        for number, piece in enumerate(pieces, 1):
            sound, able = _first(able, piece, language)
            by.add(able[0].name)
            whole.append(placed(sound, piece, pace, last=number == len(pieces)))
            yield whole[-1]
        if keep and len(by) == 1:
            self._cache.keep(said, f"{by.pop()}/{language}", pace, np.concatenate(whole))


def _quietly(work: Callable[[], None]) -> None:
    try:
        work()
    except Speechless as problem:
        log.warning("%s", problem)


def _in_words(text: str, language: str) -> str:
    """At most MOST characters, cut at the end of a sentence: nobody can listen to more at once."""
    if len(text) > MOST:
        log.warning("a text of %d characters is cut: a call says at most %d", len(text), MOST)
        text = "".join(sentences(text[:MOST])[:-1]) or text[:MOST]
    return spoken(text, language)


def _first(able: list[Voice], piece: str, language: str) -> tuple[Sound, list[Voice]]:
    """What the best voice makes of a piece, and the voices from that one on: nobody changes back in mid-sentence."""
    problems = []
    for number, speaker in enumerate(able):
        try:
            sound = speaker.speak(piece, language)
        except Speechless as problem:
            log.warning("%s gives way: %s", speaker.name, problem)
            problems.append(problem)
            continue
        return sound, able[number:]
    raise Speechless(str(problems[-1]) if problems else NOBODY.format(language))


def _ahead(pieces: Iterator[Sound]) -> Generator[Sound, None, None]:
    """The same, made in a thread of its own that does not wait until a piece is asked for."""
    made: queue.SimpleQueue[Sound | BaseException | None] = queue.SimpleQueue()
    unwanted = threading.Event()

    def work() -> None:
        try:
            for piece in pieces:
                made.put(piece)
                if unwanted.is_set():
                    break
            made.put(None)
        except BaseException as problem:  # noqa: BLE001  # carried to the one who listens
            made.put(problem)

    threading.Thread(target=work, daemon=True, name="mouth").start()
    try:
        while (piece := made.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        unwanted.set()
