"""A PostgreSQL server of our own, in a folder of our own, on a free port: to be stopped as a power cut would."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SOMEBODY = "postgres"  #: as whom it runs where we are root, which it refuses to be


class NoPostgres(Exception):
    """Its programs are not installed here; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Started; ``url`` names a database that is empty."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{SOMEBODY}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop_immediately(self) -> None:
        """No checkpoint, no goodbye: it recovers from its log at the next start."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def make(self) -> None:
        self._run("initdb", "-A", "trust", "-U", SOMEBODY, "-E", "UTF8", "--locale=C.UTF-8")

    def _run(self, program: str, *args: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *args]
        if os.geteuid() == 0:
            command = [
                "setpriv",
                f"--reuid={SOMEBODY}",
                f"--regid={SOMEBODY}",
                "--clear-groups",
                *command,
            ]
        done = subprocess.run(  # noqa: S603  # our own arguments
            command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )  # fmt: skip
        if done.returncode:
            raise NoPostgres(f"{program}: {done.stderr.decode(errors='replace').strip()[-300:]}")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Made by initdb, removed in the end. Raises ``NoPostgres``."""
    programs = next((one for one in reversed(PLACES) if (one / "initdb").exists()), None)
    if programs is None:
        found = shutil.which("initdb")
        if found is None:
            raise NoPostgres("initdb is not installed: looked in /usr/lib/postgresql and the path")
        programs = Path(found).parent
    folder = Path(tempfile.mkdtemp(prefix="hotline-postgres-", dir="/tmp"))  # another user reads it
    made = Cluster(programs, folder, _free_port())
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, SOMEBODY)
        made.make()
        made.start()
        yield made
    finally:
        with suppress(NoPostgres):  # it may be stopped already
            made.stop_immediately()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
