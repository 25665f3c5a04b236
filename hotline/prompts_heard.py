"""How the prepared Mandarin prompts are understood over a telephone: a recogniser writes down what it hears.

Four sets: every sentence by itself, what a call puts together from pieces, the sentences of danger, and every file alone.
The recogniser hears them plainly, without the words of the community or the list of answers that help it on a call.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Protocol

import numpy as np

from hotline.said_alike import Errors, compared
from ivr.dialogue import Digits, Moment, Name, Say
from ivr.wording import Text, parts, to_prepare
from routing.catalogue import load as load_catalogue
from speech.audio import Sound, silence
from speech.ears.decoding import Decoder
from speech.g711 import ulaw_decode, ulaw_encode

LED_BY = "以下是普通话的句子。"  #: leads Whisper to Simplified characters and punctuation
QUIET = 0.3  #: s before and after
PIECES = ("date-", "weekday-", "hour-", "digit")  #: ids that are never heard alone on a call
FIRST = datetime(2027, 1, 1, 9, tzinfo=UTC)
APART = timedelta(days=29, hours=1, minutes=30)  #: goes through months, weekdays and hours
TELEPHONES = ("13658024791", "02186453907")
TAILS = ("1380", "2746", "9517", "6052", "3849")


@dataclass(frozen=True, slots=True)
class Prompt:
    kind: str  #: "sentence", "together", "danger" or "alone"
    ident: str
    pieces: tuple[str, ...]  #: texts that are played one after the other

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Heard:
    prompt: Prompt
    words: str
    errors: Errors


class Ear(Protocol):
    def __call__(self, sound: Sound) -> str: ...


def whisper(model: Path) -> Ear:
    decoder = Decoder(str(model))

    def hear(sound: Sound) -> str:
        return decoder.decode(decoder.encode(sound), "zh", prompt=LED_BY).text.strip()

    return hear


def listened(prompts: Iterable[Prompt], say: Callable[[str], Sound], ear: Ear) -> Iterator[Heard]:
    """Each over G.711 mu-law, with a little quiet around it."""
    for prompt in prompts:
        spoken = [say(piece) for piece in prompt.pieces]
        line = ulaw_decode(ulaw_encode(np.concatenate(spoken)))
        words = ear(np.concatenate([silence(QUIET), line, silence(QUIET)]))
        yield Heard(prompt, words, compared(prompt.text, words))


def to_hear(*, alone: bool = False) -> list[Prompt]:
    """Sentences and names, announcements, dangers; `alone`: every other file as well."""
    fixed = to_prepare("zh")
    pieces = [row for row in fixed if row[0].startswith(PIECES)]
    rest = [row for row in fixed if not row[0].startswith(PIECES)]
    said = [Prompt("danger" if i.startswith("danger") else "sentence", i, (t,)) for i, t in rest]
    said += [_together(say) for say in announcements()]
    return said + [Prompt("alone", ident, (text,)) for ident, text in pieces if alone]


def announcements() -> list[Say]:
    """Every department with services in turn, days and hours of a year, and telephone numbers."""
    catalogue = load_catalogue()
    services = cycle([one.id for one in catalogue.services][::6])
    days = (FIRST + n * APART for n in range(1000))
    asked = [
        Say("right", {"recording": "", "department": Name("department", one.id),
                      "service": Name("service", next(services))})
        for one in catalogue.departments
    ]  # fmt: skip
    for key, hour, slot in (("promise", True, "handle"), ("promise.unrouted", True, "handle"),
                            ("promise.callback", False, "feedback"),
                            ("promise.next-call", False, "feedback"),
                            ("callback.is-it-you", False, "told_on")):  # fmt: skip
        asked += [Say(key, {slot: Moment(next(days).isoformat(), hour=hour)}) for _ in range(3)]
    asked += [Say("this-line", {"digits": Digits(tail)}) for tail in TAILS]
    return asked + [Say("number.right", {"digits": Digits(number)}) for number in TELEPHONES]


def _together(say: Say) -> Prompt:
    pieces = tuple(part.text for part in parts(say, "zh", UTC) if isinstance(part, Text))
    return Prompt("together", f"{say.prompt} …{''.join(pieces)[-4:]}", pieces)


def rates(heard: Iterable[Heard]) -> dict[str, int | float]:
    """Of a set: prompts, characters, the share of wrong characters and of wrong syllables, prompts without error."""
    errors = [one.errors for one in heard]
    characters = sum(one.characters for one in errors)
    return {
        "prompts": len(errors),
        "characters": characters,
        "characters_wrong": round(sum(one.wrong for one in errors) / max(1, characters), 4),
        "syllables_wrong": round(sum(one.syllables for one in errors) / max(1, characters), 4),
        "without_error": sum(not one.wrong for one in errors),
    }
