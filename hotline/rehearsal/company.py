"""A telephone company in memory: calls take minutes on the moved clock and hold a line. Nobody is rung.

Who answers, and what they say, is drawn by resident and count of dials; most conversations are reduced
to their outcome, a sample is played through the real dialogue.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.dialling.events import DialEvents
from hotline.house import House
from hotline.rehearsal.agenda import Agenda
from hotline.rehearsal.dialogues import Sample
from hotline.rehearsal.hours import Hours
from hotline.rehearsal.others import Others
from hotline.rehearsal.residents import Person
from ivr.lines.provider import COMPLETED, Fate, Known, NumberRefused, Order
from tickets.callbacks import Aim, Callback, CallbackState, DialAttempt, NotOwed, untold
from tickets.commands import AnswerAgain, NotReached
from tickets.dialling import dial_ended
from tickets.models import Ticket
from tickets.policy import Miss
from tickets.telling import answer_again, not_reached

ANSWERED = "answered"
BUSY_TONE, BEEP, HANGS_UP = (timedelta(seconds=one) for one in (5, 15, 5))  #: estimates


@dataclass(slots=True, kw_only=True)
class Dialled:
    """One call: from when it is dialled until the line is free again."""

    key: str
    who: Person
    outcome: str
    begin: datetime
    end: datetime
    over: bool = False
    played: bool = False  #: through the real dialogue


@dataclass(slots=True, kw_only=True)
class Company:
    """A provider, see ``ivr.lines.provider``."""

    house: House
    agenda: Agenda
    others: Others
    sample: Sample
    hours: Hours
    name: str = "rehearsal"
    in_use: int = 0  #: lines
    calls: dict[str, Dialled] = field(default_factory=dict)
    waits: list[timedelta] = field(default_factory=list)  #: for a line, within the hours of ringing
    _attempts: dict[str, int] = field(default_factory=dict)  #: by key
    _times: Counter[int] = field(default_factory=Counter)
    _rung: Counter[tuple[int, date]] = field(default_factory=Counter)  #: dials to a person, by day
    _due: dict[int, datetime] = field(
        default_factory=dict
    )  #: when a callback was to be tried again

    def notice(self, row: object) -> None:
        """A dial was written down."""
        if isinstance(row, DialAttempt):
            self._attempts[row.key] = row.id

    def place(self, order: Order) -> None:
        who = self.others.people[int(order.number[3:])]
        if who.bad_number:
            raise NumberRefused("there is no such number")
        outcome, lasts = self._fate(who)
        self._times[who.id] += 1
        now = self.agenda.now
        self._rung[who.id, now.astimezone(self.others.policy.zone).date()] += 1
        call = Dialled(key=order.key, who=who, outcome=outcome, begin=now, end=now + lasts)
        self.calls[order.key] = call
        self.in_use += 1
        if outcome in {ANSWERED, Miss.WRONG_PERSON} and self.sample.wants("callback"):
            picks_up = now + self.others.community.calls.rings
            self.agenda.put_alone(picks_up, partial(self._converse, call))
        self.agenda.put(call.end, partial(self._over, call), frees=True)

    def look_up(self, key: str) -> Fate:
        call = self.calls.get(key)
        if call is None:
            return Fate(Known.NOT_PLACED)
        return Fate(Known.ENDED, call.outcome) if call.over else Fate(Known.UNDER_WAY)

    def hang_up(self, key: str) -> None:
        if (call := self.calls.get(key)) and not call.over:
            call.outcome, call.end = Miss.HUNG_UP, self.agenda.now
            self.agenda.put(call.end, partial(self._over, call), frees=True)

    def _fate(self, who: Person) -> tuple[str, timedelta]:
        """How the call ends, and how long it holds the line."""
        of, chance = self.others.community.calls, self.others.chance
        key = (who.id, self._times[who.id])
        now = self.agenda.now.astimezone(self.others.policy.zone).time()
        answers = next((share for part, share in of.answered.items() if part.holds(now)), 0.0)
        draw = chance.of("answers", *key)
        if not who.never_answers and draw.random() < answers:
            return ANSWERED, of.rings + chance.length(of.lasts, "lasts", *key)
        outcome = draw.choices(list(of.missed), list(of.missed.values()))[0]
        if who.never_answers:
            outcome = Miss.NO_ANSWER
        return outcome, {
            Miss.BUSY: BUSY_TONE,
            Miss.MACHINE: of.rings + BEEP,
            Miss.WRONG_PERSON: of.rings + of.elsebody_lasts,
            Miss.HUNG_UP: of.rings + HANGS_UP,
            Miss.REFUSED: of.rings + HANGS_UP,
        }.get(outcome, of.rings_out)

    # --- what happens in a call

    def _converse(self, call: Dialled) -> None:
        """The real dialogue; what it does is done when they pick up."""
        if call.over or call.outcome not in {ANSWERED, Miss.WRONG_PERSON}:
            return
        try:
            conversation = DialEvents(self.house, self.name).answered(call.key)
        except NotOwed:
            return
        call.played = True
        words = self.others.needs[call.who.id].words if call.outcome == ANSWERED else None
        self.sample.callback(conversation, words, self.others)

    def _over(self, call: Dialled, session: Session, at: datetime) -> None:
        """The line is free again."""
        if call.over or at < call.end:
            return
        call.over = True
        self.in_use -= 1
        attempt = session.get_one(DialAttempt, self._attempts.pop(call.key))
        callback = session.get_one(Callback, attempt.callback_id)
        self.waits.append(self._waited(callback, attempt, call.who))
        if callback.state is CallbackState.DIALLING and not call.played:
            self._outcome(call, session, callback, at)
        talked = call.outcome in {ANSWERED, Miss.WRONG_PERSON}
        dial_ended(session, call.key, COMPLETED if talked else call.outcome, at)
        if callback.state is CallbackState.OWED:
            self._due[callback.id] = callback.due_at
        if call.played:
            told = select(Ticket.id).where(Ticket.call_id == attempt.call_id)
            for one in {*callback.tickets, *session.scalars(told)}:
                self.others.given(session.get_one(Ticket, one), at)

    def _outcome(self, call: Dialled, session: Session, callback: Callback, at: datetime) -> None:
        """What the dialogue would have done."""
        if call.outcome == Miss.WRONG_PERSON:
            missed = NotReached(callback=callback.id, outcome=Miss.WRONG_PERSON)
            not_reached(session, missed, at=at)
        elif call.outcome == ANSWERED and callback.aim is Aim.RING_BACK:
            self.others.goes_on(session, callback.waiting_id, at)
        elif call.outcome == ANSWERED:
            for ticket in untold(session, callback):
                self._answers(session, callback, ticket, at)

    def _answers(self, session: Session, callback: Callback, ticket: int, at: datetime) -> None:
        if callback.aim is Aim.RESULT:
            self.others.hears(session, ticket, at, how="callback")
        elif callback.aim is Aim.ASK_AGAIN:
            still = self.others.still(ticket)
            key = "key 1" if still else "key 2"
            command = AnswerAgain(ticket=ticket, still=still, evidence=key)
            self.others.given(answer_again(session, command, at=at), at)

    def _waited(self, callback: Callback, attempt: DialAttempt, who: Person) -> timedelta:
        """For a line, since it could first be dialled; without hours, and days, in which they are not rung."""
        first = callback.tries == 0 and callback.aim is Aim.RESULT and not who.quiet
        since = callback.owed_at if first else self._due.pop(callback.id, callback.due_at)
        return self.hours.between(self._past_full_days(who, since, attempt.at), attempt.at)

    def _past_full_days(self, who: Person, since: datetime, until: datetime) -> datetime:
        """Who was rung as often as may be in a day waits for the next one, not for a line."""
        policy = self.others.policy
        day, last = (at.astimezone(policy.zone).date() for at in (since, until))
        while day < last and self._rung[who.id, day] >= policy.callbacks.a_day:
            day += timedelta(days=1)
            since = datetime.combine(day, time(0), tzinfo=policy.zone)
        return since
