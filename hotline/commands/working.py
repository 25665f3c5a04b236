"""``hotline worker``: what was promised happens, with or without the pages."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from hotline.cli import json_option, logs, opened, print_json, screen
from hotline.dialling.providers import NoProvider, provider_of
from hotline.house import House
from hotline.recover import recover
from hotline.worker import Round, Worker
from tickets.policies import refused_of

log = logging.getLogger(__name__)

GRACE = 60.0  #: seconds in which calls under way are brought to their end


@click.command()
@click.option("--once", is_flag=True, help="One round, and what it did.")
@click.option("--grace", default=GRACE, show_default=True, type=click.FloatRange(0, 3600),
              help="Seconds for calls under way, when asked to end; then others look them up.")  # fmt: skip
@json_option
def worker(once: bool, grace: float, as_json: bool) -> None:
    """Keep what was promised: clocks, callbacks, notices. Any number of workers may run.

    Ends with Ctrl-C or SIGTERM: calls under way come to their end first. Asked twice, it ends at once;
    what it left is looked up and taken over by others.
    """
    logs()
    with opened() as house:
        one = worker_of(house)
        recover(house)
        if once:
            _report(one.round(), as_json=as_json)
        else:
            with asked_to_end(one):
                click.echo("worker ready")
                one.run(lambda done: _report(done, as_json=as_json))
        finish(one, grace)


def worker_of(house: House) -> Worker:
    with house.database.read() as session:
        if refused := len(refused_of(session)):
            log.error(
                "%s lines of the policy are refused since an upgrade: hotline doctor", refused
            )
    provider = provider_of(house)
    if isinstance(provider, NoProvider):
        screen.print("no HOTLINE_PROVIDER: nobody is rung; results wait until their residents ring")
    return Worker(house, provider)


@contextmanager
def asked_to_end(one: Worker) -> Iterator[None]:
    """The first signal lets the worker finish its round; the second ends the process as a crash would."""

    def asked(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Not here: the loop may hold the lock of its own event at this very moment.
        threading.Thread(target=one.stop).start()

    before = {one: signal.signal(one, asked) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def working(house: House, grace: float = GRACE) -> Iterator[Worker]:
    """A worker beside the pages, in a thread of its own."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    one = worker_of(house)
    thread = threading.Thread(target=one.run, name="worker")
    signal.signal(signal.SIGTERM, end)  # the web server raises it again when it has ended
    thread.start()
    try:
        yield one
    finally:
        one.stop()
        thread.join()
        finish(one, grace)


def finish(one: Worker, grace: float) -> None:
    """Calls under way come to their end; those that take too long are left to others, as after a crash."""
    one.close()
    until = time.monotonic() + grace
    while (left := one.dialler.renew()) and time.monotonic() < until:
        time.sleep(0.1)
    if left:
        one.dialler.let_go()
        click.echo(f"{left} calls are left to others")
        sys.stdout.flush()
        os._exit(0)


def _report(done: Round, *, as_json: bool) -> None:
    """What it did, in one line, without anybody's data."""
    if as_json:
        print_json({"did": dict(done.did), "failed": list(done.failed)})
    else:
        click.echo(str(done) or "nothing was due")


COMMANDS = (worker,)
