"""Twilio's own type definitions of TwiML, as a judge of ours: unknown attributes, values, children.

``twiml_types.json`` is distilled from ``lib/twiml/VoiceResponse.d.ts`` of the npm package twilio 6.2.0 (MIT, Twilio Inc.):

    npm pack twilio@6.2.0 && tar xzf twilio-6.2.0.tgz
    python -m tests.twiml_types package/lib/twiml/VoiceResponse.d.ts > tests/twiml_types.json
"""

import json
import re
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from typing import Any

NOUNS = {"Response": "VoiceResponse"}


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
    return list(_of(ET.fromstring(twiml)))


def _of(element: ET.Element):
    known = types()["attributes"].get(element.tag, {})
    for name, value in element.attrib.items():
        if name not in known:
            yield f"{element.tag} has no {name}"
        elif not _fits(known[name], value):
            yield f"{element.tag} {name}={value!r} is no {known[name]}"
    children = types()["children"].get(NOUNS.get(element.tag, element.tag), [])
    for child in element:
        if child.tag.lower() not in children:
            yield f"{child.tag} cannot stand in {element.tag}"
        yield from _of(child)


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
