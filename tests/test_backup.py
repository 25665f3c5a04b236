"""A backup is one file that brings everything back, on the other kind of database too, and never the key."""

import gzip
import io
import json
import resource
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from proxy_agents.residents import Resident
from store.backup import BackupError, make_backup, restore_backup
from store.database import Database, migrate, open_database
from store.looks import look
from store.migrations import newest
from store.recordings import Recording, RecordingShelf
from store.seal import Keyring
from tickets import desk
from tickets.commands import OpenTicket
from tickets.models import Ticket

SOUND = bytes(range(256)) * 100
NEED = OpenTicket(
    call="c1", resident=1, recording=None, words="水管漏水", department="property", service=None
)


@pytest.fixture
def shelf(tmp_path, keyring):
    return RecordingShelf(tmp_path / "recordings", keyring)


@pytest.fixture
def elsewhere(tmp_path, sqlite_file, keyring):
    """Another, empty hotline."""
    (tmp_path / "elsewhere.db").write_bytes(sqlite_file.read_bytes())
    database = open_database(f"sqlite:///{tmp_path}/elsewhere.db", keyring)
    yield database
    database.close()


@pytest.fixture
def new_shelf(tmp_path, keyring):
    return RecordingShelf(tmp_path / "elsewhere", keyring)


def live_a_little(database: Database, shelf: RecordingShelf, at: datetime) -> str:
    """A resident, a ticket and a recording; returns its id."""
    recording = uuid4().hex
    with database.write() as session:
        session.add(Resident(name="王秀英", address="枫林三路", building="3栋", added_at=at))
        session.add(Recording(id=recording, call_id="c1", key="need", started_at=at, seconds=3.2))
        desk.open_ticket(session, NEED, at=at, by="router")
    shelf.keep(recording, SOUND)
    return recording


@pytest.fixture
def kept(sqlite, shelf, at, tmp_path):
    """A backup file."""
    live_a_little(sqlite, shelf, at)
    make_backup(sqlite, shelf.folder, tmp_path / "kept.tar.gz", at)
    return tmp_path / "kept.tar.gz"


def test_everything_comes_back(database, shelf, elsewhere, new_shelf, at):
    recording, file = live_a_little(database, shelf, at), shelf.folder.with_name("b.tar.gz")
    made = make_backup(database, shelf.folder, file, at)
    back = restore_backup(file, elsewhere, new_shelf.folder)
    assert str(made) == str(back) == "7 rows and 1 recordings"
    assert new_shelf.read(recording) == SOUND
    with elsewhere.read() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert session.scalars(select(Resident)).one().name == "王秀英"
        assert (ticket.words, ticket.opened_at, ticket.status) == ("水管漏水", at, "assigned")
        assert [event.kind for event in ticket.history] == ["Assigned"]


def test_a_house_on_sqlite_moves_to_postgresql_and_goes_on_counting(
    kept, postgresql, new_shelf, at
):
    restore_backup(kept, postgresql, new_shelf.folder)
    with postgresql.write() as session:
        assert session.scalars(select(Resident)).one().building == "3栋"
        assert desk.open_ticket(session, NEED, at=at, by="router").number == 2
        look(session, who="a", what="b", how="view", at=at)


def test_neither_the_key_nor_anything_personal_is_in_the_file(kept, keyring):
    content = gzip.decompress(kept.read_bytes())
    assert b"k" * 32 not in content
    assert "王秀英".encode() not in content
    assert "漏水".encode() not in content
    assert keyring.fingerprints[1].encode() in content
    assert kept.stat().st_mode & 0o077 == 0


def nothing_changed(database: Database, shelf: RecordingShelf) -> bool:
    with database.read() as session:
        empty = not session.scalars(select(Resident)).all()
    return empty and not list(shelf.folder.parent.glob("elsewhere/*")) and not leftovers(shelf)


def leftovers(shelf: RecordingShelf) -> list[str]:
    return [file.name for file in shelf.folder.parent.iterdir() if "restoring" in file.name]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused_before_anything_is_written(kept, elsewhere, new_shelf, share):
    content = kept.read_bytes()
    kept.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupError, match="damaged"):
        restore_backup(kept, elsewhere, new_shelf.folder)
    assert nothing_changed(elsewhere, new_shelf)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_file_with_a_rotten_byte_is_refused(kept, elsewhere, new_shelf, share):
    content = bytearray(kept.read_bytes())
    content[int(len(content) * share)] ^= 0x40
    kept.write_bytes(content)
    with pytest.raises(BackupError):
        restore_backup(kept, elsewhere, new_shelf.folder)
    assert nothing_changed(elsewhere, new_shelf)


def repacked(file: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write the archive again, its members changed by somebody without the key."""
    with tarfile.open(file) as tar:
        members = {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar}
    change(members)
    with tarfile.open(file, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def test_a_file_changed_by_somebody_without_the_key_is_refused(kept, elsewhere, new_shelf):
    def raise_a_looker(members):
        manifest = json.loads(members["manifest.json"])
        manifest["made_at"] = datetime(2030, 1, 1, tzinfo=UTC).isoformat()
        members["manifest.json"] = json.dumps(manifest).encode()

    repacked(kept, raise_a_looker)
    with pytest.raises(BackupError, match="was changed after it was made"):
        restore_backup(kept, elsewhere, new_shelf.folder)
    repacked(kept, lambda members: members.update({"recordings/../../evil": b""}))
    with pytest.raises(BackupError, match="which no backup of ours does"):
        restore_backup(kept, elsewhere, new_shelf.folder)


def test_a_file_of_something_else_is_refused(tmp_path, elsewhere, new_shelf):
    (tmp_path / "holiday.jpg").write_bytes(b"\xff\xd8 not an archive")
    with pytest.raises(BackupError, match="damaged, or no backup"):
        restore_backup(tmp_path / "holiday.jpg", elsewhere, new_shelf.folder)
    with pytest.raises(BackupError, match="there is no file"):
        restore_backup(tmp_path / "none", elsewhere, new_shelf.folder)


def test_a_hotline_that_is_not_empty_is_left_alone(kept, sqlite, shelf, elsewhere, tmp_path):
    with pytest.raises(BackupError, match="into an empty hotline"):
        restore_backup(kept, sqlite, tmp_path / "new shelf")
    with pytest.raises(BackupError, match="into an empty hotline"):
        restore_backup(kept, elsewhere, shelf.folder)


def test_another_version_of_the_tables_is_refused(kept, elsewhere, new_shelf):
    with elsewhere.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(BackupError, match=f"database version {newest()}, this hotline of 0999"):
        restore_backup(kept, elsewhere, new_shelf.folder)


def test_another_key_is_refused(kept, tmp_path, new_shelf):
    stranger = open_database(f"sqlite:///{tmp_path}/stranger.db", Keyring({1: b"x" * 32}))
    migrate(stranger)
    with pytest.raises(BackupError, match="sealed with another key"):
        restore_backup(kept, stranger, new_shelf.folder)
    stranger.close()


def test_a_backup_does_not_replace_another(kept, sqlite, shelf, at):
    before = kept.read_bytes()
    with pytest.raises(BackupError, match="exists"):
        make_backup(sqlite, shelf.folder, kept, at)
    assert kept.read_bytes() == before


def test_without_room_no_half_backup_is_left(sqlite, shelf, at, tmp_path):
    live_a_little(sqlite, shelf, at)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, hard))
    try:
        with pytest.raises(BackupError, match="cannot be written"):
            make_backup(sqlite, shelf.folder, tmp_path / "b.tar.gz", at)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.glob("b.tar.gz*"))


def test_a_backup_is_of_one_moment_while_the_hotline_goes_on(database, shelf, at, tmp_path):
    live_a_little(database, shelf, at)
    make_backup(database, shelf.folder, tmp_path / "one.tar.gz", at)
    live_a_little(database, shelf, at)
    made = make_backup(database, shelf.folder, tmp_path / "two.tar.gz", at)
    assert (made.rows, made.recordings) == (14, 2)
