"""Who deals with it: the trained guess, with the lexicon of the catalogue as one of its witnesses.

Pure: the same words always find the same way. Not sure enough: one question, then a person. Nothing told: a person at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from routing.alarm import hear_danger
from routing.catalogue import Catalogue, Service
from routing.catalogue import shipped as shipped_catalogue
from routing.commands import Also, Choice, Danger, Way
from routing.danger import kind_of
from routing.emergency import USUAL, Emergency
from routing.gazetteer import EMPTY, Gazetteer
from routing.guesser import Guess, Guesser
from routing.lexicon import Evidence, evidence_of, reasons, scores
from routing.local import at_home
from routing.nothing import tells_nothing
from routing.parts import parts
from routing.places import Place, find_place, read_address
from routing.private_numbers import without_numbers
from routing.trained import DANGER, NEEDS, shipped

#: from this probability on nobody is asked. Fixed on writers held back (`hotline bench routing`): 27 % are asked, 95 % of the
#: others are right
SURE = 0.8
POSSIBLE = 0.06  #: less probable than this is not offered
OFFERED = 3  #: choices at most: more are not remembered on a telephone
NOTHING = 0.22  #: of the best: nothing was told that tells a matter
LOOKED_AT = 1500  #: characters
AGAIN = 0.6  #: probability from which a part of a story is a need of its own


@dataclass(frozen=True, eq=False, kw_only=True)
class Desk:
    """What a community has: its catalogue, its guesser, the names of its places."""

    catalogue: Catalogue
    guesser: Guesser
    alarm: Guesser
    gazetteer: Gazetteer = EMPTY
    emergency: Emergency = USUAL

    def way(self, words: str, language: str = "zh", home: str = "") -> Way:
        """Who deals with these words, how sure, and why; any text is fine, also none.

        ``home`` is the address of their line: a place that is not that one is ``elsewhere``.
        """
        language = "en" if language.startswith("en") else "zh"
        heard = hear_danger(words, language, self.alarm)
        danger = heard and self.emergency.reached(heard)
        told = without_numbers(words, language)
        evidence = evidence_of(self.catalogue, told, language)
        place = find_place(words, self.gazetteer, language)
        known = Way(
            danger=danger,
            place=place.data() if place else None,
            elsewhere=place is not None and self._is_elsewhere(place, home),
            model=self.guesser.version,
            why=reasons(evidence),
        )
        if danger and danger.certain:
            return self._alarm(danger, evidence, known)
        if tells_nothing(told[:LOOKED_AT], language):
            return known
        guess = self._guess(told, language, evidence)
        sure = guess.groups[guess.best]
        if sure < NOTHING and not evidence:
            return replace(known, confidence=sure)
        best = self._choice(guess, guess.best, words)
        why = tuple(dict.fromkeys((*reasons(evidence, guess.best), *guess.why)))[:6]
        choices = () if sure >= SURE else self._choices(guess, words)
        if alone := self._serves_alone(place, choices):
            best, choices, sure = alone, (), guess.groups[alone.department]
        return replace(
            known, department=best.department, service=best.service, by_agent=best.by_agent,
            extra=best.extra, confidence=sure, choices=choices, ask=self._question(choices, language) or None,
            also=self._also(told, language, best), why=why,
        )  # fmt: skip

    def _alarm(self, danger: Danger, evidence: list[Evidence], known: Way) -> Way:
        """A certain danger speaks for the department that follows it up."""
        department = kind_of(danger).department
        if department not in {one.id for one in self.catalogue.departments}:
            return replace(known, confidence=1.0)
        services = scores(evidence)[0].get(department, {})
        service = max(services, key=lambda name: services[name], default=None)
        return replace(known, department=department, service=service, confidence=1.0)

    def _guess(self, words: str, language: str, evidence: list[Evidence]) -> Guess:
        guess = self.guesser.guess(words, language, scores(evidence)[1])
        return at_home(guess, self.catalogue, evidence)

    def _is_elsewhere(self, place: Place, home: str) -> bool:
        """Told in a way that cannot be the house they live in; a floor or a number alone is no other place."""
        own = read_address(home, self.gazetteer) if home else None
        if own is None or not (place.estate or place.street):
            return False
        return not replace(place, floor=None, room=None).same(replace(own, floor=None, room=None))

    def _serves_alone(self, place: Place | None, choices: Sequence[Choice]) -> Choice | None:
        """Where nobody is sure, the place may decide: a station that the transport office alone looks after."""
        names = {place.estate, place.street} if place else set()
        here = {
            one.department for one in self.gazetteer.entries if one.department and one.name in names
        }
        return next((one for one in choices if one.department in here), None)

    def _choice(self, guess: Guess, department: str, words: str) -> Choice:
        """A department with its likeliest service."""
        label = next(one for one in guess.labels if one.startswith(f"{department}/"))
        service = self._service(label.partition("/")[2])
        if service is None:
            return Choice(department=department)
        extra = service.question is not None and not service.question.answered_in(words)
        return Choice(
            department=department, service=service.id, by_agent=service.by_agent, extra=extra
        )

    def _service(self, name: str) -> Service | None:
        return next((one for one in self.catalogue.services if one.id == name), None)

    def _choices(self, guess: Guess, words: str) -> tuple[Choice, ...]:
        likely = [one for one, share in guess.groups.items() if share >= POSSIBLE][:OFFERED]
        likely = likely if len(likely) > 1 else list(guess.groups)[:2]
        return tuple(self._choice(guess, one, words) for one in likely)

    def _question(self, choices: tuple[Choice, ...], language: str) -> str:
        """As it is read; on the line it is put together from recorded names."""
        names = [
            (self._service(one.service or "") or self.catalogue.department(one.department)).spoken(language)
            for one in choices
        ]  # fmt: skip
        if not names:
            return ""
        if language == "en":
            return f"Is it about {', or about '.join(names)}, or something else?"
        return f"您说的是{',还是'.join(names)},还是别的?"

    def _also(self, words: str, language: str, best: Choice) -> tuple[Also, ...]:
        """Further parts of the story that are surely another matter."""
        told = parts(words)
        if len(told) < 2:
            return ()
        found: dict[tuple[str, str | None], Also] = {}
        for part in told:
            guess = self._guess(part, language, evidence_of(self.catalogue, part, language))
            one = self._choice(guess, guess.best, part)
            other = one.department != best.department and guess.groups[guess.best] >= AGAIN
            if other:
                found[one.department, one.service] = Also(
                    department=one.department,
                    service=one.service,
                    words=part,
                    by_agent=one.by_agent,
                )
        return tuple(found.values())[:2]


@cache
def shipped_desk() -> Desk:
    return Desk(catalogue=shipped_catalogue(), guesser=shipped(NEEDS), alarm=shipped(DANGER))


def find_way(words: str, language: str = "zh") -> Way:
    """The way with what came with the hotline."""
    return shipped_desk().way(words, language)
