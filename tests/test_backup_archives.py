"""Archives of backups: whole, damaged, encrypted, and what is done with them by night.

No database is dumped here; see test_backup_drill.py.
"""

import contextlib
import errno
import fcntl
import io
import json
import os
import shutil
import subprocess
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyrage
import pytest
from psycopg2 import errors

from odoo.service.db import _create_empty_database
from odoo.sql_db import db_connect
from odoo.tests import get_db_name
from odoo.tools import config

from odoo.addons.wezer_base.tools.backup import (
    archive,
    encryption,
    making,
    nightly,
    restoring,
    retention,
)
from odoo.addons.wezer_base.tools.backup.refusals import BackupRefused

FILE = "ab/" + "ab" * 20
MANIFEST = {"database": "community", "addons": {"base": "19.0.1.3"}, "counts": {}}
UTC = timezone.utc


def refused(rule):
    """A `with` whose block must be refused, by this rule."""
    return pytest.raises(BackupRefused, check=lambda error: error.rule == rule)


def written(path, recipients=(), **manifest):
    """Write a small archive."""
    keys = encryption.recipients(recipients)
    with (
        open(path, "xb") as file,
        encryption.encrypted(file, keys) as stream,
        archive.Writer(stream) as writer,
    ):
        dump = writer.add(archive.DUMP, [b"PGDMP", bytes(range(256)) * 400])
        writer.add_file(FILE, [b"a picture" * 99])
        writer.close(dump, {**MANIFEST, **manifest})
    return path


def proved(path, identities=()):
    with restoring.readable(path, identities, making.silent) as opened:
        opened.prove()
        return opened


def changed(path, change):
    """Write an archive anew, its entries changed."""
    with zipfile.ZipFile(path) as old:
        entries = [(info, old.read(info)) for info in old.infolist()]
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as new:
        for info, data in change(entries):
            new.writestr(info, data)
    return target


@pytest.fixture
def path(tmp_path):
    return written(tmp_path / "backup.zip")


@pytest.fixture
def key(tmp_path):
    """A key file of age, and its public key."""
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# made for a test\n{identity}\n")
    return file, str(identity.to_public())


# === Whole and damaged === #


def test_an_archive_is_read_as_it_was_written(path, tmp_path):
    opened = proved(path)
    assert opened.manifest["database"] == "community"
    assert opened.manifest["parts"][archive.LIST]["files"] == 1
    with zipfile.ZipFile(path) as plain:
        listed = plain.read(archive.LIST).decode()
    assert listed.endswith(f"  {archive.FILES}{FILE}\n")
    with restoring.readable(path, (), making.silent) as again:
        again.unpack(tmp_path / "store")
    assert (tmp_path / "store" / FILE).read_bytes() == b"a picture" * 99


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_an_archive_that_is_cut_short_is_refused(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with refused("cut"):
        proved(path)


def test_files_that_are_no_archives_are_refused(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    with refused("damaged"):
        proved(file)
    file.write_bytes(b"CREATE TABLE people ();")
    with refused("unknown"):
        proved(file)
    with refused("file"):
        proved(tmp_path / "absent")


@pytest.mark.parametrize("place", [100, 50_000, 102_500])
def test_a_byte_that_was_changed_is_found(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with refused("damaged"):
        proved(path)


@pytest.mark.parametrize("name", [archive.DUMP, archive.FILES + FILE, archive.LIST])
def test_a_part_that_was_replaced_is_found(path, name):
    def replace(entries):
        return [
            (info, data[:-1] + b"!" if info.filename == name else data)
            for info, data in entries
        ]

    with refused("damaged"):
        proved(changed(path, replace))


@pytest.mark.parametrize("name", [archive.DUMP, archive.MANIFEST, archive.FILES + FILE])
def test_a_part_that_is_missing_is_found(path, name):
    with refused("damaged"):
        proved(
            changed(path, lambda entries: [e for e in entries if e[0].filename != name])
        )


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/outside",
        "filestore/../../outside",
        "filestore/ab/outside",
        # The null byte takes the place of the sign.
        f"filestore/{FILE}~.txt",
        f"filestore\\{FILE}",
        "notes.txt",
    ],
)
def test_an_entry_that_no_backup_has_is_refused(path, name):
    target = changed(path, lambda entries: [*entries, (zipfile.ZipInfo(name), b"x")])
    target.write_bytes(target.read_bytes().replace(b"~", b"\0"))
    with refused("entry"):
        proved(target)


def test_a_link_in_the_archive_is_refused(path):
    link = zipfile.ZipInfo(archive.FILES + "cd/" + "cd" * 20)
    link.external_attr = 0o120777 << 16
    with refused("entry"):
        proved(changed(path, lambda entries: [*entries, (link, b"/etc/passwd")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_stands_there_twice_is_refused(path):
    with refused("damaged"):
        proved(changed(path, lambda entries: [*entries, entries[0]]))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"format": archive.FORMAT + 1}, "newer"),
        ({"format": "1"}, "newer"),
        ({"kind": "other"}, "damaged"),
        ({"parts": {}}, "damaged"),
        ({"addons": ["base"]}, "damaged"),
        ({"database": None}, "damaged"),
    ],
)
def test_a_manifest_that_is_not_understood_is_refused(path, change, rule):
    def replace(entries):
        return [
            (info, json.dumps({**json.loads(data), **change}).encode())
            if info.filename == archive.MANIFEST
            else (info, data)
            for info, data in entries
        ]

    with refused(rule):
        proved(changed(path, replace))


# === Encrypted === #


def test_an_archive_for_age_opens_with_the_keys_of_its_recipients_only(tmp_path, key):
    identity, public = key
    other = tmp_path / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    public_file = tmp_path / "keys.pub"
    public_file.write_text(f"# the treasurer\n{public}\n")
    for number, recipient in enumerate((public, str(public_file))):
        path = written(tmp_path / f"{number}.zip.age", [recipient])
        assert b"PGDMP" not in path.read_bytes()
        assert proved(path, [other, identity]).manifest["database"] == "community"
        with refused("key"):
            proved(path, [other])
        with refused("key"):
            proved(path)


@pytest.mark.parametrize("share", [0.0005, 0.5, 0.99])
def test_an_encrypted_archive_that_was_cut_or_changed_is_refused(tmp_path, key, share):
    path = written(tmp_path / "backup.zip.age", [key[1]])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with refused("cut"):
        proved(path, [key[0]])
    place = max(300, int(len(data) * share))
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    with refused("cut"):
        proved(path, [key[0]])


def test_secret_keys_and_unknown_words_are_no_recipients(tmp_path, key):
    identity, public = key
    secret = identity.read_text().splitlines()[1]
    for word in (secret, str(identity), "age1nonsense", "ssh-ed25519 nonsense"):
        with refused("recipient") as error:
            encryption.recipients([word])
        assert secret not in str(error.value)
    empty = tmp_path / "empty"
    empty.touch()
    with refused("recipient"):
        encryption.recipients([str(empty)])
    with refused("identity"):
        encryption.decrypt(
            written(tmp_path / "b.age", [public]), io.BytesIO(), [empty.parent]
        )


def test_gpg_is_asked_for_only_where_it_is_needed(monkeypatch, key):
    monkeypatch.setenv("PATH", "")
    with refused("program"):
        encryption.recipients(["backup@community.example"])
    assert encryption.recipients([key[1]]).program == encryption.AGE
    assert encryption.recipients([]) is None
    with refused("recipient"):
        encryption.recipients([key[1], "backup@community.example"])


if shutil.which("gpg"):

    @pytest.fixture
    def keyring(monkeypatch, tmp_path):
        """A keyring of GPG with one key; returns files of its two halves."""
        home = tmp_path / "gnupg"
        home.mkdir(mode=0o700)
        monkeypatch.setenv("GNUPGHOME", str(home))

        def gpg(*arguments):
            return subprocess.run(
                ["gpg", "--batch", "--quiet", "--passphrase", "", *arguments],
                check=True,
                capture_output=True,
            ).stdout

        gpg("--quick-generate-key", "backup@community.example", "future-default")
        halves = tmp_path / "public.asc", tmp_path / "secret.asc"
        halves[0].write_bytes(gpg("--armor", "--export"))
        halves[1].write_bytes(gpg("--armor", "--export-secret-keys"))
        yield halves
        subprocess.run(["gpgconf", "--kill", "all"], check=True)

    def test_an_archive_for_gpg_opens_with_the_key_of_its_recipient_only(
        keyring, tmp_path, monkeypatch
    ):
        public, secret = keyring
        address = "backup@community.example"
        by_file, by_address = (
            written(tmp_path / f"{number}.gpg", [word])
            for number, word in enumerate((str(public), address))
        )
        assert proved(by_address).manifest["database"] == "community"
        data = by_file.read_bytes()
        cut = tmp_path / "cut.gpg"
        cut.write_bytes(data[:-200])
        with refused("cut"):
            proved(cut)
        with refused("recipient"):
            written(tmp_path / "2.gpg", ["stranger@community.example"])
        # On another machine, with a file of keys, and without.
        other = tmp_path / "other"
        other.mkdir(mode=0o700)
        monkeypatch.setenv("GNUPGHOME", str(other))
        assert proved(by_file, [secret]).manifest["database"] == "community"
        with refused("key"):
            proved(by_file)
        monkeypatch.setenv("GNUPGHOME", str(tmp_path / "gnupg"))


# === Into a file === #


class Full(io.BytesIO):
    """A file on a disk that has no more room than this."""

    def write(self, data):
        if self.tell() + len(data) > 50_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def test_a_disk_that_is_full_before_the_end_leaves_nothing(tmp_path, key):
    path = tmp_path / "backup.zip"
    for recipients in ([], [key[1]]):
        keys = encryption.recipients(recipients)
        with refused("space"), making.whole(path):
            with encryption.encrypted(Full(), keys) as stream:
                with archive.Writer(stream) as writer:
                    writer.add(archive.DUMP, [b"x" * 1000] * 200)
    assert list(tmp_path.iterdir()) == [key[0]]


def test_a_backup_has_its_name_when_it_is_whole_and_takes_no_others_place(tmp_path):
    path = tmp_path / "backup.zip"
    with making.whole(path) as file:
        file.write(b"whole")
        assert not path.exists()
    assert path.stat().st_mode & 0o777 == 0o600
    with refused("exists"), making.whole(path) as file:
        file.write(b"other")
    assert path.read_bytes() == b"whole"
    with contextlib.suppress(KeyboardInterrupt), making.whole(tmp_path / "stopped"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_backup_left_is_removed_and_a_running_one_is_kept(tmp_path):
    left, running = tmp_path / ".left.zip-1.part", tmp_path / ".running.zip-2.part"
    left.touch()
    other = tmp_path / ".film.mp4.part"
    other.touch()
    with open(running, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        making.prepare(tmp_path)
        # What another program has not finished is not ours.
        assert set(tmp_path.iterdir()) == {running, other}
    with refused("folder"):
        making.prepare(tmp_path / "absent", make=False)


# === The moment of a backup === #


def test_members_can_write_and_odoo_deletes_no_files_while_a_backup_is_made():
    name = get_db_name()
    with making.snapshot(name), contextlib.closing(db_connect(name).cursor()) as other:
        # What the deletion of unused files begins with.
        with pytest.raises(errors.LockNotAvailable):
            other.execute(
                "LOCK ir_attachment IN SHARE MODE NOWAIT", log_exceptions=False
            )
        other.rollback()
        other.execute(
            "UPDATE ir_attachment SET name = name"
            " WHERE id = (SELECT min(id) FROM ir_attachment)"
        )
        assert other.rowcount == 1
        other.rollback()


def test_a_database_that_is_locked_absent_or_of_another_program_is_refused(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(making, "LOCK_TIMEOUT", "50ms")
    name = get_db_name()
    with contextlib.closing(db_connect(name).cursor()) as other:
        other.execute("LOCK ir_attachment IN ACCESS EXCLUSIVE MODE")
        with refused("locked"):
            making.make(name, to=tmp_path)
        other.rollback()
    for absent in ("postgres", "wezer_absent"):
        with refused("database"):
            making.make(absent, to=tmp_path)
    assert list(tmp_path.iterdir()) == []


# === What is refused of a backup that is whole === #


def test_backups_of_newer_versions_are_refused(tmp_path):
    wish = restoring.Wish("wezer_absent")
    for number, (addons, rule) in enumerate(
        [
            ({"wezer_base": "19.0.99.0.0"}, "newer"),
            ({"base": "19.0.99"}, "newer"),
            ({"absent_addon": "19.0.1.0.0"}, "addon"),
        ]
    ):
        path = written(tmp_path / f"{number}.zip", addons=addons)
        with refused(rule):
            restoring.restore(path, wish)
    path = written(tmp_path / "server.zip", postgresql="99.1")
    with refused("newer"):
        restoring.restore(path, wish)


def test_a_database_is_replaced_on_demand_only_and_never_while_it_is_in_use(path):
    with refused("exists"):
        restoring.restore(path, restoring.Wish(get_db_name()))
    with refused("in_use"):
        restoring.restore(path, restoring.Wish(get_db_name(), replace=True))


def test_a_dump_that_cannot_be_read_leaves_no_database(path):
    with refused("dump"):
        restoring.restore(path, restoring.Wish("wezer_absent"))
    # Other tests make databases of other names meanwhile.
    assert not [name for name in names_of_databases() if "wezer_absent" in name]


def names_of_databases():
    with restoring._server() as cr:
        cr.execute("SELECT datname FROM pg_database")
        return [row[0] for row in cr.fetchall()]


def test_a_replaced_database_keeps_its_files_and_a_failure_changes_nothing(monkeypatch):
    live, side = (restoring.beside("wezer_swap", word) for word in ("live", "side"))
    wish = restoring.Wish(live, replace=True)
    result = restoring.Restored({})
    store, beside = (Path(config.filestore(name)) for name in (live, side))
    made = [live, side]
    try:
        for name in (live, side):
            _create_empty_database(name)
            folder = Path(config.filestore(name))
            folder.mkdir(parents=True)
            (folder / "whose").write_text(name)
        rename = Path.rename

        def fail(source, target):
            if source == beside:
                raise OSError(errno.EIO, "broken")
            return rename(source, target)

        with monkeypatch.context() as patch, pytest.raises(OSError, match="broken"):
            patch.setattr(Path, "rename", fail)
            restoring._put_in_place(side, wish, result)
        assert {live, side} <= set(names_of_databases())
        assert (store / "whose").read_text() == live
        assert (beside / "whose").read_text() == side

        kept = restoring._put_in_place(side, wish, result)
        made.append(kept)
        assert {live, kept} <= set(names_of_databases())
        assert side not in names_of_databases()
        assert (store / "whose").read_text() == side
        assert (Path(config.filestore(kept)) / "whose").read_text() == live
    finally:
        for name in made:
            restoring.drop(name)


# === By night === #


def at(day, hour=3):
    return datetime(2026, 1, 1, hour, 15, tzinfo=UTC) + timedelta(days=day)


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("3", [99, 98, 97]),
        # 4 and 10 April 2026 are days 93 and 99, a Saturday and a Friday.
        ("1,2", [99, 94]),
        ("1,0,3", [99, 89, 58]),
        ("2,2,2", [99, 98, 94, 89]),
    ],
)
def test_the_newest_backup_of_each_period_is_kept(keep, kept):
    found = [
        (at(day, hour), Path(f"{day}-{hour}")) for day in range(100) for hour in (3, 9)
    ]
    gone = retention.surplus(found, retention.Keep.read(keep))
    left = {one[1].name for one in found} - {one[1].name for one in gone}
    assert left == {f"{day}-9" for day in kept}


def test_only_backups_of_this_database_are_deleted(tmp_path):
    ours = [retention.name_of("wezer", at(day), "age") for day in range(3)]
    others = [
        retention.name_of("wezer_test", at(0)),
        "wezer-20260101T031500Z.zip.txt",
        "wezer-20269901T031500Z.zip",
        "notes.txt",
    ]
    for name in (*ours, *others):
        (tmp_path / name).touch()
    gone = retention.prune(tmp_path, "wezer", retention.Keep.read("1"))
    assert {path.name for path in gone} == set(ours[:2])
    assert {path.name for path in tmp_path.iterdir()} == {ours[2], *others}


@pytest.mark.parametrize("text", ["", "0", "-1", "7,5,12,1", "seven", "1e3", "99999"])
def test_a_retention_that_keeps_nothing_or_is_no_number_is_refused(text):
    with refused("keep"):
        retention.Keep.read(text)


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A plan whose backups are made at once, without a database."""
    folder = tmp_path / "backups"
    folder.mkdir()

    def make(database, path, to, recipients, told):
        name = retention.name_of(database, plan.now)
        made = written(path or to / name, recipients)
        with restoring.readable(made, (), told) as opened:
            return making.Made(made, {**opened.manifest, "missing": [], "damaged": []})

    monkeypatch.setattr(nightly, "make", make)
    monkeypatch.setattr(nightly, "prove", lambda made, plan, told: 67)
    plan = nightly.Plan.of_environment(
        "wezer", {"WEZER_BACKUP_DIR": str(folder), "WEZER_BACKUP_KEEP": "2"}
    )
    plan.now = at(0)
    return plan


def test_a_backup_is_sent_elsewhere_by_the_command_of_the_environment(plan, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    plan.hook = f'cp "$WEZER_BACKUP_FILE" "{there}/$WEZER_BACKUP_DATABASE.zip"'
    answer = nightly.backup(plan)
    assert answer["sent"] and answer["deleted"] == []
    assert proved(there / "wezer.zip").manifest["database"] == "community"


def test_a_backup_that_cannot_be_sent_is_kept_and_sent_later(plan, tmp_path):
    assert nightly.night(plan, plan.now)
    plan.hook, plan.now = "echo no route to the bucket >&2; exit 7", at(1)
    assert not nightly.night(plan, at(1))
    status = nightly.read_status(plan.folder)
    assert "no route to the bucket" in status["error"] and "(7)" in status["error"]
    assert status["success"] == at(0).isoformat()
    assert nightly.why_unhealthy(plan.folder, at(1)) == status["error"]
    # The same file, an hour later; a new one when the next night has come.
    sent = tmp_path / "sent"
    plan.hook = f'basename "$WEZER_BACKUP_FILE" >> {sent}'
    assert nightly.night(plan, at(1, 4))
    assert nightly.why_unhealthy(plan.folder, at(1, 5)) == ""
    plan.hook, plan.now = "exit 7", at(2)
    assert not nightly.night(plan, at(2))
    plan.hook, plan.now = f'basename "$WEZER_BACKUP_FILE" >> {sent}', at(3)
    assert nightly.night(plan, at(3))
    expected = [retention.name_of("wezer", at(day)) for day in (1, 3)]
    assert sent.read_text().split() == expected
    assert len(retention.backups(plan.folder, "wezer")) == 2


def test_a_backup_that_does_not_pass_deletes_nothing(plan, monkeypatch):
    def fail(made, plan, told):
        raise BackupRefused("It does not pass", rule="check")

    monkeypatch.setattr(nightly, "prove", fail)
    plan.verify = "always"
    for day in range(3):
        plan.now = at(day)
        assert not nightly.night(plan, plan.now)
    assert len(retention.backups(plan.folder, "wezer")) == 3


def test_a_service_makes_a_backup_each_night_and_tries_again_after_a_failure(plan):
    moment = [at(0, 12)]
    tried = []

    class Ended(Exception):
        pass

    def wait(seconds):
        assert 0 < seconds <= 600
        moment[0] += timedelta(seconds=seconds)
        if moment[0] > at(3, 12):
            raise Ended

    def clock():
        return moment[0]

    def night(_plan, now):
        tried.append(now)
        fine = len(tried) != 2
        nightly.write_status(plan.folder, {"success": now.isoformat()} if fine else {})
        return fine

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Ended):
        patch.setattr(nightly, "night", night)
        nightly.every_night(plan, wait, clock)
    # At once, in the night, an hour later, and in the nights after.
    assert tried == [at(0, 12), at(1), at(1, 4), at(2), at(3)]


def test_the_time_of_the_night_is_that_of_the_zone_on_both_sides_of_summer_time(plan):
    vienna = nightly.Plan.of_environment("w", {"WEZER_BACKUP_TZ": "Europe/Vienna"}).zone
    now = datetime(2026, 3, 28, 1, 0, tzinfo=UTC)
    moments = []
    for _night in range(3):
        now = nightly.next_run(now.astimezone(vienna), (4, 0)).astimezone(UTC)
        moments.append((now.day, now.hour))
    assert moments == [(28, 3), (29, 2), (30, 2)]


def test_a_service_that_starts_again_waits_for_the_night(plan):
    assert nightly.first_run(plan, at(0)) == at(0)
    nightly.write_status(plan.folder, {"success": at(0).isoformat()})
    assert nightly.first_run(plan, at(0, 9)) > at(0, 9)
    assert nightly.first_run(plan, at(2)) == at(2)
    assert nightly.why_unhealthy(plan.folder, at(1)) == ""
    assert "The last backup" in nightly.why_unhealthy(plan.folder, at(2))


def test_the_plan_of_the_nights_comes_from_the_environment(tmp_path):
    public = str(pyrage.x25519.Identity.generate().to_public())
    plan = nightly.Plan.of_environment(
        "wezer",
        {
            "WEZER_BACKUP_DIR": str(tmp_path),
            "WEZER_BACKUP_RECIPIENTS": f"{public},\nssh-ed25519 AAAA name",
            "WEZER_BACKUP_AT": "23:05",
            "WEZER_BACKUP_HOOK": " rclone copy x y ",
        },
    )
    assert plan.recipients == [public, "ssh-ed25519 AAAA name"]
    assert (plan.at, plan.hook, plan.verify) == ((23, 5), "rclone copy x y", "never")
    assert nightly.Plan.of_environment("wezer", {}).verify == "weekly"
    sunday = datetime(2026, 11, 29, tzinfo=UTC)
    plan = nightly.Plan.of_environment("wezer", {"WEZER_BACKUP_VERIFY": "weekly"})
    assert plan.drills(sunday) and not plan.drills(sunday + timedelta(days=1))
    for name, value in (
        ("AT", "25:00"),
        ("TZ", "Europe/Wezer"),
        ("TZ", "../etc"),
        ("VERIFY", "monthly"),
        ("KEEP", "all"),
    ):
        with pytest.raises(BackupRefused):
            nightly.Plan.of_environment("wezer", {f"WEZER_BACKUP_{name}": value})
    with refused("key"):
        nightly.Plan.of_environment(
            "wezer",
            {"WEZER_BACKUP_RECIPIENTS": public, "WEZER_BACKUP_VERIFY": "always"},
        )
