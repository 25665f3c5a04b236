"""The seal: what is personal cannot be read, moved or changed without the key."""

import stat
import threading
from base64 import b64encode

import pytest
from sqlalchemy import text

from proxy_agents.residents import Resident
from store.keyfile import KeyProblem
from store.seal import Keyring, SealBroken

OLD, NEW = b"o" * 32, b"n" * 32


def test_sealed_text_opens_and_is_different_every_time(keyring):
    one, two = keyring.seal(b"13800138000", "phone"), keyring.seal(b"13800138000", "phone")
    assert one != two
    assert b"138" not in one
    assert keyring.open(one, "phone") == keyring.open(two, "phone") == b"13800138000"


def test_a_seal_opens_only_for_what_it_was_made_about(keyring):
    sealed = keyring.seal(b"Wang", "residents.name")
    with pytest.raises(SealBroken, match=r"residents\.address"):
        keyring.open(sealed, "residents.address")


@pytest.mark.parametrize("place", [1, 13, -1])
def test_a_changed_byte_breaks_the_seal(keyring, place):
    sealed = bytearray(keyring.seal(b"Wang", "name"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        keyring.open(bytes(sealed), "name")


@pytest.mark.parametrize("stub", [b"", b"\x01", b"\x01" + b"x" * 12])
def test_a_stub_is_a_broken_seal(keyring, stub):
    with pytest.raises(SealBroken):
        keyring.open(stub, "name")


def test_after_a_change_of_keys_old_seals_open_and_numbers_are_still_found():
    before, after = Keyring({1: OLD}), Keyring({1: OLD, 2: NEW})
    assert after.open(before.seal(b"Wang", "name"), "name") == b"Wang"
    assert after.seal(b"Li", "name")[0] == 2
    assert after.blind("13800138000") == before.blind("13800138000")
    with pytest.raises(KeyProblem, match="version 2"):
        before.open(after.seal(b"Li", "name"), "name")


def test_the_fingerprint_tells_keys_apart_and_not_the_key():
    prints = Keyring({1: OLD, 2: NEW}).fingerprints
    assert prints[1] != prints[2]
    assert OLD.hex() not in prints[1]


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first, second = Keyring.load(tmp_path, {}), Keyring.load(tmp_path, {})
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert second.open(first.seal(b"x", "y"), "y") == b"x"


def test_twenty_starts_at_once_agree_on_one_key(tmp_path):
    loaded = []
    starts = [
        threading.Thread(target=lambda: loaded.append(Keyring.load(tmp_path, {})))
        for _ in range(20)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len({keyring.fingerprints[1] for keyring in loaded}) == 1
    assert len(loaded) == 20


def test_the_environment_goes_before_the_file(tmp_path):
    given = f"1:{b64encode(OLD).decode()},2:{b64encode(NEW).decode()}"
    keyring = Keyring.load(tmp_path, {"HOTLINE_KEY": given})
    assert keyring.current == 2
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("bad", ["nonsense!", "c2hvcnQ=", "0:" + "A" * 44, "x:AAAA", ","])
def test_a_malformed_key_is_refused_and_not_repeated_aloud(tmp_path, bad):
    with pytest.raises(KeyProblem) as refused:
        Keyring.load(tmp_path, {"HOTLINE_KEY": bad})
    assert "AAAA" not in str(refused.value)


def test_nothing_personal_is_readable_in_the_table(database, at):
    with database.write() as session:
        session.add(Resident(name="王秀英", address="枫林三路", building="3栋", added_at=at))
    with database.read() as session:
        [row] = session.execute(text("SELECT name, address FROM residents"))
        assert "王秀英".encode() not in bytes(row.name)
        assert session.get_one(Resident, 1).name == "王秀英"
