"""Twilio's own OpenAPI, as a judge of our REST calls: unknown paths and parameters, values of another type, what is missing.

``twilio_api.json`` is distilled from ``spec/json/twilio_api_v2010.json`` of github.com/twilio/twilio-oai (MIT, Twilio Inc.),
as the npm package @twilio/cli-core 8.3.2 carries it:

    npm pack @twilio/cli-core@8.3.2 && tar xzf twilio-cli-core-8.3.2.tgz
    python -m tests.twilio_api package/src/services/twilio-api/twilio_api_v2010.json > tests/twilio_api.json
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
PATHS = ("/Calls.json", "/Calls/{Sid}.json", "/Recordings.json", "/Recordings/{Sid}.json")
FORM = "application/x-www-form-urlencoded"
MEDIA = re.compile(
    r"/2010-04-01/Accounts/AC[0-9a-f]{32}/Recordings/\w+\.wav"
)  #: of sound itself the OpenAPI is silent
FORMATS = {
    "uri": r"https?://[^/]+(/.*)?",
    "phone-number": r"\+?\d{3,15}",
    "endpoint": ".+",
    "date-time": r"\d{4}-\d\d-\d\d(T.+Z)?",
}
Fields = Sequence[tuple[str, str]]


def distil(spec: dict[str, Any]) -> dict[str, Any]:
    """By path and method: the schemas of what stands in the path, the query and the form, and what must."""

    def schema(one: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in one:
            one = spec["components"]["schemas"][one["$ref"].rpartition("/")[2]]
        kept = {
            key: one[key]
            for key in ("type", "format", "enum", "pattern", "minimum", "maximum")
            if key in one
        }
        return kept | ({"items": schema(one["items"])} if "items" in one else {})

    def operation(one: dict[str, Any]) -> dict[str, Any]:
        form = one.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
        where = [(each["in"], each["name"], schema(each["schema"])) for each in one["parameters"]]
        return {
            "path": {name: kind for place, name, kind in where if place == "path"},
            "query": {name: kind for place, name, kind in where if place == "query"},
            "form": {name: schema(kind) for name, kind in form.get("properties", {}).items()},
            "required": form.get("required", []),
        }

    return {
        ACCOUNT + path: {
            method.upper(): operation(one)
            for method, one in spec["paths"][ACCOUNT + path].items()
            if method in {"get", "post", "delete"}
        }
        for path in PATHS
    }


@cache
def paths() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(__file__).with_name("twilio_api.json").read_text())
    return found


def complaints(method: str, path: str, query: Fields = (), form: Fields | None = None) -> list[str]:
    """What the OpenAPI does not know of, or will not have."""
    if method == "GET" and MEDIA.fullmatch(path):
        return []
    for template, methods in paths().items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        if (names := re.fullmatch(pattern, path)) and method in methods:
            known = methods[method]
            return [
                *_of(known["path"], list(names.groupdict().items())),
                *_of(known["query"], query),
                *_of(known["form"], form or ()),
                *(
                    f"{name} is missing"
                    for name in known["required"]
                    if not dict(form or ()).get(name)
                ),
            ]
    return [f"there is no {method} {path}"]


def _of(known: dict[str, Any], fields: Fields) -> Iterator[str]:
    names = [name for name, _ in fields]
    for name, value in fields:
        kind = known.get(name)
        if kind is None:
            yield f"there is no {name}"
        elif kind.get("type") != "array" and names.count(name) > 1:
            yield f"{name} is said twice"
        elif not _fits(kind, value):
            yield f"{name}={value!r} is no {kind}"


def _fits(kind: dict[str, Any], value: str) -> bool:
    match kind.get("type"):
        case "array":
            return _fits(kind["items"], value)
        case "integer":
            low, high = kind.get("minimum", 0), kind.get("maximum", 10**9)
            return value.isdigit() and low <= int(value) <= high
        case "boolean":
            return value in {"true", "false"}
        case _:
            form = FORMATS.get(kind.get("format", ""), ".*")
            fits = re.search(kind.get("pattern", ""), value) and re.fullmatch(form, value)
            return bool(fits) and value in kind.get("enum", [value])


if __name__ == "__main__":
    json.dump(
        distil(json.loads(Path(sys.argv[1]).read_text())), sys.stdout, indent=1, sort_keys=True
    )
