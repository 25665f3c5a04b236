"""What a policy that can be used still leaves open: nobody named, a channel that is not there, holidays nobody knows yet."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from hotline.channels.choose import tellers_of
from hotline.community import BadFile, files_of
from hotline.finding import Finding
from hotline.house import clock
from hotline.settings import BadSetting, Settings
from hotline.stored import stored
from store.keyfile import KeyProblem
from tickets.policies import PolicyRow, policy_of, refused_of
from tickets.policy import Channel, Policy
from tickets.policy_reading import BadPolicy, read

MEND = "hotline policy show > policy.toml, mend it there, hotline policy use policy.toml"
NEEDS = {
    Channel.EMAIL: "HOTLINE_SMTP and HOTLINE_SMTP_FROM are not set",
    Channel.WEBHOOK: "HOTLINE_WEBHOOK_SECRET is not set",
    Channel.PHONE: "nobody places our calls: HOTLINE_PROVIDER is not set",
}


def remarks(policy: Policy, settings: Settings, year: int) -> Iterator[str]:
    """A sentence each. Raises ``BadSetting``, ``BadFile``."""
    departments = [one.id for one in files_of(settings.home).catalogue.departments]
    for rung in policy.ladder:
        unnamed = [one for one in departments if policy.person(rung.owner, one) is None]
        if len(unnamed) == len(departments):
            yield f"`people` names nobody as {rung.owner}: what is late is seen on the pages only"
        elif unnamed:
            yield f"`people` names nobody as {rung.owner} for {', '.join(unnamed)}"
    here = {*tellers_of(settings), Channel.PAGE}
    if settings.provider:
        here.add(Channel.PHONE)
    for person in policy.people:
        if person.channel not in here:
            yield f"{person.name} is told by {person.channel}, and {NEEDS[person.channel]}"
    if not policy.calendar.knows(year):
        yield f"the holidays of {year} are not known yet: install a newer `holidays` when they are announced"


def examine_policy(settings: Settings) -> Iterator[Finding]:
    """For the doctor: the policy in force, and whether whoever is to be told can be told."""
    try:
        policy, since, refused = _in_force(settings)
        left_open = list(remarks(policy, settings, clock().astimezone(settings.zone).year))
    except (BadPolicy, BadSetting, *BadFile) as problem:
        yield Finding("policy", "bad", str(problem), "hotline policy check FILE says more")
        return
    except (SQLAlchemyError, KeyProblem, OSError):
        return  # the database and the key are examined for themselves
    for one in refused:
        yield Finding(
            "policy", "bad", f"{one}; until it is mended that is as it comes with the hotline", MEND
        )
    for one in left_open:
        yield Finding(
            "policy",
            "note",
            one,
            "hotline policy show; docs/promise.md says how people are named and told",
        )
    if not left_open and not refused:
        yield Finding("policy", "ok", since)


def _in_force(settings: Settings) -> tuple[Policy, str, tuple[str, ...]]:
    """The policy, a word on it, and what of it an upgrade refuses."""
    with stored(settings, PolicyRow) as session:
        if session is None:
            return read("", settings.zone), "as it comes with the hotline", ()
        everybody = "in force, and everybody can be told"
        return policy_of(session), everybody, refused_of(session)
