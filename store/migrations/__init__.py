"""The history of the tables. It runs from an installed package, over a connection it is given."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

LOCK = 7_240_119  #: a number of our own for PostgreSQL's advisory lock


def upgrade(connection: Connection) -> None:
    """Upgrade to the newest revision inside the transaction of ``connection``."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def revision_of(connection: Connection) -> str | None:
    """The revision the tables stand at; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
