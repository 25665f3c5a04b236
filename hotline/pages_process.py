"""The pages in a process of their own, so that they and the sound of live calls never wait for each other."""

import contextlib
import os
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import uvicorn
from a2wsgi import WSGIMiddleware

from console.app import create_app
from console.parts import Parts
from hotline.browser_line import rules_of
from hotline.community import files_of, spoken_as_here
from hotline.house import clock, open_house
from hotline.settings import Settings
from hotline.twilio_account import account_of
from ivr.lines.twilio.account import PREFIX
from ivr.memory import know_places
from proxy_agents.known import REGISTER
from store.database import open_database
from store.seal import Keyring
from store.shelf import RecordingShelf


def serve_pages(site: WSGIApplication, place: Path) -> None:
    """Answer on a Unix socket until the parent process ends, however it ends."""
    app = WSGIMiddleware(site)  # type: ignore[arg-type]
    config = uvicorn.Config(
        app,
        uds=str(place),
        log_level="warning",
        forwarded_allow_ips="*",
        server_header=False,
        date_header=False,
        lifespan="off",
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_watch_parent, args=(server,), daemon=True).start()
    server.run()


@contextmanager
def open_site(settings: Settings) -> Iterator[WSGIApplication]:
    """The pages; beside them the webhooks of a line that has some, for which the whole house is opened."""
    with ExitStack() as open_:
        site: WSGIApplication = create_app(open_.enter_context(open_pages(settings)))
        if account := account_of(settings):
            from hotline import twilio_line  # noqa: PLC0415

            hooks, close = twilio_line.webhooks(open_.enter_context(open_house(settings)), account)
            open_.callback(close)
            site = beside(site, hooks)
        yield site


def beside(pages: WSGIApplication, hooks: WSGIApplication) -> WSGIApplication:
    """Whoever rings under ``/lines/twilio/`` is no browser: none of the pages' rules hold there."""

    def site(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        inside = environ.get("PATH_INFO", "").startswith(f"{PREFIX}/")
        return (hooks if inside else pages)(environ, start)

    return site


@contextmanager
def open_pages(settings: Settings) -> Iterator[Parts]:
    """What the web site needs, without ears, voices and guessers."""
    keyring = Keyring.load(settings.home, settings.environ)
    database = open_database(settings.database, keyring, settings.zone, register=REGISTER)
    files = files_of(settings.home)
    know_places(database, files.places)
    with spoken_as_here(files.catalogue, files.emergency):
        yield Parts(
            database=database,
            keyring=keyring,
            shelf=RecordingShelf(settings.recordings, keyring),
            zone=settings.zone,
            now=clock,
            gazetteer=files.places,
            phone=rules_of(settings),
        )
    database.close()


def _watch_parent(server: uvicorn.Server) -> None:
    """Our standard input ends with the process that holds its other end."""
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    server.should_exit = True
