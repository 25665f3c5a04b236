"""A guess over the departments and services of this community, where its catalogue is not the one the guesser learnt.

What does not exist here is left out, what moved goes with its service, and what the guesser never learnt is known by the
words of the catalogue alone, until it is taught.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from routing.catalogue import Catalogue, shipped
from routing.guesser import Guess
from routing.lexicon import Evidence, scores

BY_WORDS = 0.9  #: of all belief, what words alone may win at most (estimate)
DOUBT = (
    0.6  #: a score of the lexicon beside which there is as much doubt as belief is small (estimate)
)


def at_home(guess: Guess, catalogue: Catalogue, evidence: Iterable[Evidence]) -> Guess:
    """The same guess in the terms of this catalogue; every department has at least one label."""
    if catalogue is shipped():
        return guess
    services, departments = scores(evidence)
    labels = _kept(guess, catalogue)
    learnt = {label.partition("/")[2] for label in guess.labels}
    told = {label.partition("/")[0] for label in guess.labels}
    for one in catalogue.departments:
        score = departments.get(one.id, 0.0)
        if one.id not in told and score:
            labels = _with(labels, f"{one.id}/-", score / (sum(departments.values()) + DOUBT))
    for service in catalogue.services:
        own = services.get(service.department, {})
        if service.id not in learnt and own.get(service.id):
            share = own[service.id] / (sum(own.values()) + DOUBT)
            labels = _moved(labels, service.department, f"{service.department}/{service.id}", share)
    groups: dict[str, float] = defaultdict(float)
    for label, share in labels.items():
        groups[label.partition("/")[0]] += share
    for one in catalogue.departments:
        groups[one.id] += 0.0
        labels.setdefault(f"{one.id}/-", 0.0)
    return replace(guess, groups=_ranked(groups), labels=_ranked(labels))


def _kept(guess: Guess, catalogue: Catalogue) -> dict[str, float]:
    """Labels that exist here, under the department that has them here, sharing what the others had."""
    where = {one.id: one.department for one in catalogue.services}
    known = {one.id for one in catalogue.departments}
    labels: dict[str, float] = defaultdict(float)
    for label, share in _shares(guess).items():
        department, _, service = label.partition("/")
        department = where.get(service, department if service not in where else "")
        if department in known:
            labels[f"{department}/{service if service in where else '-'}"] += share
    whole = sum(labels.values())
    return {label: share / whole for label, share in labels.items()} if whole else dict(labels)


def _shares(guess: Guess) -> Mapping[str, float]:
    """Of the labels; of the departments, where there were no vectors to tell labels apart."""
    return (
        guess.labels
        if any(guess.labels.values())
        else {f"{one}/-": p for one, p in guess.groups.items()}
    )


def _with(labels: Mapping[str, float], label: str, share: float) -> dict[str, float]:
    """One more label takes its share of all."""
    share *= BY_WORDS
    return {one: p * (1 - share) for one, p in labels.items()} | {label: share}


def _moved(
    labels: Mapping[str, float], department: str, label: str, share: float
) -> dict[str, float]:
    """One more label takes its share of what its department has."""
    inside = {one: p for one, p in labels.items() if one.startswith(f"{department}/")}
    taken = {one: p * (1 - share) for one, p in inside.items()}
    return {**labels, **taken, label: sum(inside.values()) * share}


def _ranked(shares: Mapping[str, float]) -> dict[str, float]:
    return {one: round(shares[one], 4) for one in sorted(shares, key=lambda one: -shares[one])}
