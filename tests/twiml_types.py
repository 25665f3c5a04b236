"""Twilio's own type definitions of TwiML, as a judge of ours: unknown attributes, values, children.

What those leave open is held against Twilio's documentation: addresses are whole, methods are GET or POST, keys are keys,
the address of a stream is ``wss`` without a query, and nothing stands after what never comes back.

``twiml_types.json`` is distilled from ``lib/twiml/VoiceResponse.d.ts`` of the npm package twilio 6.3.1 (MIT, Twilio Inc.):

    npm pack twilio@6.3.1 && tar xzf twilio-6.3.1.tgz
    python -m tests.twiml_types package/lib/twiml/VoiceResponse.d.ts > tests/twiml_types.json
"""

import json
import re
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NOUNS = {"Response": "VoiceResponse"}
TEXT = {"Play", "Redirect", "Number"}  #: of the verbs we use, those that hold text, and must
LAST = {"Hangup", "Redirect", "Reject"}  #: never come back
KEYS = set("0123456789*#")


def distil(source: str) -> dict[str, Any]:
    """Attributes and their types by verb, the words of each enum, the children of each verb."""
    bodies = re.findall(r"interface (\w+)Attributes \{(.*?)\n    \}", source, re.DOTALL)
    enums = re.findall(r"type (\w+) = ([^;]*);", source)
    classes = re.findall(r"class (\w+)(?:<T>)? extends TwiML \{(.*?)\n    ?\}", source, re.DOTALL)
    return {
        "attributes": {
            name: dict(re.findall(r"^ +'?([\w.]+)'?\?: ([^;]+);", body, re.MULTILINE))
            for name, body in bodies
        },
        "enums": {
            name: re.findall(r"'([^']*)'|\"([^\"]*)\"", words)
            for name, words in enums
            if name != "SayVoice"
        },
        "children": {
            name: sorted({one.lower() for one in re.findall(r"^ +(\w+)\(", body, re.MULTILINE)})
            for name, body in classes
        },
    }


@cache
def types() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("twiml_types.json").read_text())
    return found


def complaints(twiml: str) -> list[str]:
    """What Twilio's definitions do not know of."""
    root = ET.fromstring(twiml)
    strays = [] if root.tag == "Response" else [f"{root.tag} is no Response"]
    after = [one.tag for one in list(root)[:-1] if one.tag in LAST]
    return [*strays, *(f"what stands after {one} is never reached" for one in after), *_of(root)]


def _of(element: ET.Element):
    known = types()["attributes"].get(element.tag, {})
    for name, value in element.attrib.items():
        if name not in known:
            yield f"{element.tag} has no {name}"
        elif not _fits(known[name], value) or not _is_meant(element.tag, name, value):
            yield f"{element.tag} {name}={value!r} is no {known[name]}"
    if bool((element.text or "").strip()) != (element.tag in TEXT):
        yield f"{element.tag} says {element.text!r}"
    if element.tag in {"Play", "Redirect"} and not _is_address(element.text or ""):
        yield f"{element.tag} goes to {element.text!r}"
    children = types()["children"].get(NOUNS.get(element.tag, element.tag), [])
    for child in element:
        if child.tag.lower() not in children or child.tag != child.tag[:1].upper() + child.tag[1:]:
            yield f"{child.tag} cannot stand in {element.tag}"
        yield from _of(child)


def _is_meant(verb: str, name: str, value: str) -> bool:
    """Where the definitions only say "a string"."""
    if name.lower().endswith("method"):
        return value in {"GET", "POST"}
    if name == "finishOnKey":
        return set(value) <= KEYS
    if (verb, name) == ("Stream", "url"):
        return value.startswith("wss://") and "?" not in value
    return (name not in {"action", "url"} and not name.endswith("Callback")) or _is_address(value)


def _is_address(text: str) -> bool:
    place = urlsplit(text)
    return place.scheme in {"http", "https"} and bool(place.netloc)


def _fits(kind: str, value: str) -> bool:
    if kind == "number":
        return value.isdigit()
    if kind == "boolean":
        return value in {"true", "false"}
    words = types()["enums"].get(kind.removesuffix("[]"))
    return words is None or set(value.split() if kind.endswith("[]") else [value]) <= set(words)


if __name__ == "__main__":
    found = distil(Path(sys.argv[1]).read_text())
    found["enums"] = {
        name: ["".join(one) for one in words] for name, words in found["enums"].items()
    }
    json.dump(found, sys.stdout, indent=1, sort_keys=True)
