"""Are the lines set up so that a call can come and go? A PBX is asked; a telephone company in the cloud is not."""

import asyncio
import re
from collections.abc import Iterator

from hotline.asterisk_account import pbx_of
from hotline.browser_line import rules_of
from hotline.dialling.providers import PROVIDERS
from hotline.finding import Finding
from hotline.settings import BadSetting, Settings
from hotline.twilio_account import account_of
from ivr.lines.asterisk.account import Pbx
from ivr.lines.asterisk.ari import Ari, AriProblem, AriRefused

MODULES = ("chan_websocket.so", "res_websocket_client.so")
SINCE = {20: 18, 22: 8, 23: 2}  #: releases that mark what was heard, and speak JSON
PATIENCE = 4.0  #: seconds for each answer
PAGE = "docs/asterisk.md"


def examine_lines(settings: Settings) -> Iterator[Finding]:
    yield from _twilio(settings)
    yield from _asterisk(settings)
    yield from _browser(settings)
    yield from _provider(settings)


def _browser(settings: Settings) -> Iterator[Finding]:
    page = "docs/phone.md lists the settings"
    try:
        opened = rules_of(settings).opened
    except BadSetting as problem:
        yield Finding("browser phone", "bad", str(problem), page)
        return
    if opened == "public" and not settings.public.startswith("https://"):
        said = "it is open to the public, but browsers give a microphone to https only"
        yield Finding("browser phone", "note", said, "HOTLINE_PUBLIC_URL=https://…; " + page)
    elif opened == "public":
        yield Finding("browser phone", "ok", f"everybody may ring from {settings.public}/phone")


def _twilio(settings: Settings) -> Iterator[Finding]:
    try:
        account = account_of(settings)
    except BadSetting as problem:
        yield Finding("Twilio", "bad", str(problem), "docs/twilio.md lists the settings")
        return
    if account is None:
        return
    if not account.number:
        yield Finding(
            "Twilio", "note", "no HOTLINE_TWILIO_NUMBER: calls come in, nobody can be rung",
            "set it to your number, +1415…",
        )  # fmt: skip
    else:
        manner = "live" if account.live else "turn by turn"
        yield Finding("Twilio", "ok", f"calls come in at {account.base}/voice, {manner}")


def _asterisk(settings: Settings) -> Iterator[Finding]:
    try:
        pbx = pbx_of(settings)
    except BadSetting as problem:
        yield Finding("Asterisk", "bad", str(problem), f"{PAGE} lists the settings")
        return
    if pbx is None:
        return
    if not pbx.is_near:
        yield Finding(
            "Asterisk", "note", "its password and the calls travel unsealed to another machine",
            "https:// in HOTLINE_ASTERISK_URL, wss:// in websocket_client.conf",
        )  # fmt: skip
    try:
        yield from asyncio.run(_asked(pbx))
    except AriRefused as no:
        mend = "HOTLINE_ASTERISK_USER and _PASSWORD are those of ari.conf"
        yield Finding("Asterisk", "bad", f"it does not let us in ({no})", mend)
    except AriProblem as problem:
        mend = f"does it run, and is http.conf as in {PAGE}? HOTLINE_ASTERISK_URL says where"
        yield Finding("Asterisk", "bad", f"it does not answer: {problem}", mend)


async def _asked(pbx: Pbx) -> list[Finding]:
    async with Ari(pbx, limit=PATIENCE) as ari:
        version = str((await ari.about()).get("system", {}).get("version", ""))
        found = [_version(version)]
        for name in MODULES:
            try:
                await ari.module(name)
            except AriRefused as no:
                if no.status in {401, 403}:
                    raise
                mend = f"asterisk -rx 'module load {name}'; {PAGE} says which release has it"
                found.append(Finding("Asterisk", "bad", f"{name} is not loaded", mend))
        if await ari.application() is None:
            found.append(
                Finding(
                    "Asterisk", "note", f"nobody listens to the application {pbx.app} now",
                    "hotline serve does, as long as it runs",
                )
            )  # fmt: skip
    return found


def _version(version: str) -> Finding:
    number = re.search(r"(\d+)\.(\d+)", version)
    if number is None:
        return Finding(
            "Asterisk", "note", f"version {version or 'unknown'}", f"{PAGE}: 22.8 or newer"
        )
    major, minor = int(number[1]), int(number[2])
    new = major > max(SINCE) or minor >= SINCE.get(major, 1_000)
    mend = "" if new else f"22.8, 23.2 or newer: {PAGE}"
    return Finding("Asterisk", "ok" if new else "bad", f"version {version}", mend)


def _provider(settings: Settings) -> Iterator[Finding]:
    """Who rings residents."""
    name, environ = settings.provider, settings.environ
    if name not in PROVIDERS:
        known = ", ".join(sorted(filter(None, PROVIDERS)))
        yield Finding("ringing residents", "bad", f"HOTLINE_PROVIDER={name} is nobody", f"one of {known}")  # fmt: skip
    elif name in {"twilio", "asterisk"}:
        first = {"twilio": "SID", "asterisk": "URL"}[name]
        if not environ.get(f"HOTLINE_{name.upper()}_{first}", "").strip():
            mend = f"docs/{name}.md lists the settings"
            yield Finding("ringing residents", "bad", f"{name}, which is not set up", mend)
        else:
            yield Finding("ringing residents", "ok", name)
