"""`./wezer import transfers` and `export`: the launcher's part."""

import argparse

import pytest

from launcher import cli, export, import_transfers, importing
from launcher.console import Failure

ANSWER = {
    "posted": 2,
    "known": 1,
    "skipped": 0,
    "refused": [],
    "refused_count": 0,
    "overdrafts": [{"row": 2, "payer": "A", "payee": "B", "amount": "5"}],
    "overdraft_count": 1,
    "odd_dates": 0,
    "made": ["TIL"],
    "members_made": 0,
    "wallets_made": 0,
    "stopped": "",
}


def options(**values):
    given = {"json": False, "dry_run": False, "decimal_sign": None, "day_order": None}
    return argparse.Namespace(**{**given, **values})


def test_the_command_accepts_every_documented_option():
    words = "import transfers a.csv b.csv --mode history --create --digits 18"
    more = ["--dry-run", "--json", "--accept-dates"]
    given = cli.parser().parse_args([*words.split(), *more])
    assert given.accept_dates
    assert (given.kind, given.files) == ("transfers", ["a.csv", "b.csv"])
    assert (given.mode, given.create, given.digits) == ("history", True, 18)
    with pytest.raises(SystemExit):
        cli.parser().parse_args("import transfers a.csv --mode loose".split())


def test_the_last_line_says_what_happened(capsys):
    assert import_transfers.print_report(ANSWER, options()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "currency made: TIL"
    assert lines[1].startswith("row 2: beyond a limit: A pays B 5")
    assert lines[-1] == (
        "2 transfers posted, 1 known, 1 beyond a limit; made: 1 currency."
    )


def test_every_refused_row_is_named_and_the_command_fails(capsys):
    refused = [{"row": 7, "rule": "date", "reason": "too late"}]
    counts = {"posted": 0, "refused": refused, "refused_count": 1, "odd_dates": 1}
    answer = {**ANSWER, **counts}
    assert import_transfers.print_report(answer, options()) == 1
    out = capsys.readouterr().out
    assert "row 7: refused: too late" in out
    assert "repeat with --accept-dates" in out
    assert out.splitlines()[-1] == "Nothing was posted: 1 rows are refused."


def test_a_history_that_stopped_says_how_it_goes_on(capsys):
    answer = {**ANSWER, "overdrafts": [], "overdraft_count": 0, "stopped": "Busy."}
    assert import_transfers.print_report(answer, options()) == 1
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("2 transfers posted, 1 known; made: 1 currency. Then it")
    assert "stopped: Busy. What was posted and made is kept." in line
    made = {**answer, "posted": 0, "known": 0, "members_made": 3, "wallets_made": 4}
    line = import_transfers.closing_line(made, False)
    assert line.startswith(
        "0 transfers posted; made: 1 currency, 3 members, 4 wallets. Then it stopped"
    )
    shown = importing.Progress(None)
    shown.counts["posted"] = 20000
    assert "About 20,000 rows" in importing.broken_off(shown, True, "See the log.")
    assert importing.broken_off(shown, False, "").startswith("Nothing was kept")
    shown.counts = {"made": 7}
    assert "Nothing was posted, but 7" in importing.broken_off(shown, True, "")
    # What is written in a transaction that did not end is not kept.
    shown.counts = {"written": 20000}
    assert importing.broken_off(shown, True, "").startswith("Nothing was kept")


def test_an_unreadable_file_is_reported(tmp_path):
    with pytest.raises(Failure):
        import_transfers.copied(tmp_path / "none.csv", tmp_path / "copy.csv")
    path = tmp_path / "picture.csv"
    path.write_bytes(b"payer,payee\nZo\x81,b\n")
    with pytest.raises(Failure, match="UTF-8"):
        import_transfers.has_rows("picture.csv", path)


def test_a_windows_encoding_is_read_and_reported(tmp_path, capsys):
    path = tmp_path / "latin.csv"
    path.write_bytes("payer,payee\nZoë,b\nLuc,b\n".encode("latin-1"))
    copy = tmp_path / "copy.csv"
    assert import_transfers.copied(path, copy) == 2
    assert copy.stat().st_mode & 0o77 == 0
    assert import_transfers.has_rows("latin.csv", copy)
    assert "Windows-1252, for example “Zoë”" in capsys.readouterr().err


def test_each_import_has_a_folder_of_its_own_and_removes_what_was_left(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(importing.paths, "STATE", tmp_path)
    left = tmp_path / "import-of-one-that-was-killed"
    left.mkdir()
    (left / "given.json").write_text("names of people")
    with importing.own_folder() as one, importing.own_folder() as other:
        assert one != other and one.exists() and other.exists()
        assert not left.exists()
        assert one.stat().st_mode & 0o77 == 0
    assert not list(tmp_path.glob("import-*/"))


def test_a_community_goes_to_a_new_folder_with_addresses_only_if_asked(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    wrong = (
        (["community", str(tmp_path / "full")], "already there"),
        (["community", str(tmp_path / "no" / "where")], "no folder"),
        (["community", str(tmp_path / "new"), "--currency", "h"], "all currencies"),
        (["balances", str(tmp_path / "b.csv"), "--with-addresses"], "belongs to"),
    )
    for words, reason in wrong:
        with pytest.raises(Failure, match=reason):
            export.command(cli.parser().parse_args(["export", *words]))


def test_an_export_needs_an_existing_folder(tmp_path):
    file = str(tmp_path / "x" / "x.csv")
    given = cli.parser().parse_args(["export", "balances", file])
    with pytest.raises(Failure, match="folder"):
        export.command(given)
