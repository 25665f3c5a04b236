"""Work that goes on when nobody on the line waits for it any more: words that come later, a second ear."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from speech.commands import Words

log = logging.getLogger(__name__)

LAST_WORDS = 60.0  #: seconds a closing house waits for them; what is left then is made up for at the next start


class Afterwards:
    """One thread; what fails there is logged and done again by ``hotline.recover``."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "afterwards")
        self._open: set[Future[None]] = set()

    def when(self, words: Future[Words], act: Callable[[Words], None]) -> None:
        """Have ``act`` called with the words once they are there."""
        done: Future[None] = Future()
        self._open.add(done)
        words.add_done_callback(lambda heard: self._thread.submit(self._do, act, heard, done))

    def close(self, limit: float = LAST_WORDS) -> None:
        """Wait for what is under way, but no longer than ``limit`` seconds."""
        _, missing = wait(list(self._open), timeout=limit)
        if missing:
            log.warning("%d recordings are still to be heard; the next start goes on", len(missing))
        self._thread.shutdown(wait=not missing)

    def _do(self, act: Callable[[Words], None], heard: Future[Words], done: Future[None]) -> None:
        try:
            act(heard.result())
        except Exception:
            log.exception("what was heard later could not be kept")
        self._open.discard(done)
        done.set_result(None)
