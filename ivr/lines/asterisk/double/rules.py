"""What a request to ARI may say: after rest-api/api-docs of Asterisk. Unknown words are refused, which Asterisk itself does not do."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

ORIGINATE = (
    "endpoint", "extension", "context", "priority", "label", "app", "appArgs", "callerId", "timeout",
    "channelId", "otherChannelId", "originator", "formats", "variables",
)  # fmt: skip
TEXTS = {"", "json", "plain-text"}  #: forms of what is told beside the sound


class No(Exception):
    """A refusal, with its status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Wrong(No):
    """What Asterisk does not know at all: a complaint, not the way of things."""

    def __init__(self, why: str) -> None:
        super().__init__(400, why)


@dataclass(frozen=True, slots=True)
class Rule:
    must: Collection[str] = ()
    may: Collection[str] = ()

    def check(self, said: Mapping[str, object]) -> None:
        """Raises ``Wrong``."""
        for name in self.must:
            if not said.get(name):
                raise Wrong(f"{name} is required")
        if unknown := set(said) - {*self.must, *self.may}:
            raise Wrong(f"unknown: {', '.join(sorted(unknown))}")


RULES: Mapping[str, Rule] = {
    "originate": Rule(("endpoint",), ORIGINATE),
    "hang up": Rule((), ("reason", "reason_code")),
    "bridge": Rule((), ("type", "name")),
    "addChannel": Rule(("channel",), ("role", "absorbDTMF", "mute", "inhibitConnectedLineUpdates")),
    "removeChannel": Rule(("channel",)),
    "events": Rule(("app",), ("subscribeAll", "api_key")),
    "nothing": Rule(),
}
REASONS = {
    "normal": 16, "busy": 17, "congestion": 34, "no_answer": 19, "timeout": 102, "rejected": 21,
    "unallocated": 1, "normal_unspecified": 31, "number_incomplete": 28, "codec_mismatch": 58,
    "interworking": 127, "failure": 38, "answered_elsewhere": 26,
}  # fmt: skip
DIALLED = re.compile(r"[A-Za-z]+/(?:sip:)?(\+?\d+)(?:@\S+)?")
OPTION = re.compile(r"([cfnpv])(?:\(([^()]*)\))?")


def sound_options(data: str) -> tuple[str, dict[str, str]]:
    """``hotline/c(ulaw)f(json)v(token=x)``: the client's name, and the options. Raises ``No``."""
    name, _, text = data.partition("/")
    found = {one: value or "" for one, value in OPTION.findall(text)}
    if OPTION.sub("", text) or not name:
        raise No(500, "Allocation failed")
    if found.get("c", "ulaw") != "ulaw" or found.get("f", "") not in TEXTS:
        raise No(500, "Allocation failed")
    return name, found
