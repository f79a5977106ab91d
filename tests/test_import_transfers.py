"""`./wezer import transfers` and `export`: the launcher's part."""

import argparse

import pytest

from launcher import cli, export, import_transfers
from launcher.console import Failure

ANSWER = {
    "posted": 2,
    "known": 1,
    "skipped": 0,
    "refused": [],
    "overdrafts": [{"row": 2, "payer": "A", "payee": "B", "amount": "5"}],
    "made": ["TIL"],
}


def options(**values):
    given = {"json": False, "dry_run": False}
    return argparse.Namespace(**{**given, **values})


def test_the_command_accepts_every_documented_option():
    words = "import transfers a.csv b.csv --mode history --create --digits 18"
    given = cli.parser().parse_args([*words.split(), "--dry-run", "--json"])
    assert (given.kind, given.files) == ("transfers", ["a.csv", "b.csv"])
    assert (given.mode, given.create, given.digits) == ("history", True, 18)
    with pytest.raises(SystemExit):
        cli.parser().parse_args("import transfers a.csv --mode loose".split())


def test_the_last_line_says_what_happened(capsys):
    assert import_transfers.print_report(ANSWER, options()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "currency made: TIL"
    assert lines[1].startswith("row 2: beyond a limit: A pays B 5")
    assert lines[-1] == "2 transfers posted, 1 known, 1 beyond a limit."


def test_every_refused_row_is_named_and_the_command_fails(capsys):
    refused = [{"row": 7, "rule": "limit", "reason": "too much"}]
    answer = {**ANSWER, "posted": 0, "refused": refused}
    assert import_transfers.print_report(answer, options()) == 1
    out = capsys.readouterr().out
    assert "row 7: refused: too much" in out
    assert out.splitlines()[-1] == "Nothing was posted: 1 rows are refused."


def test_an_unreadable_file_is_reported(tmp_path):
    with pytest.raises(Failure):
        import_transfers.text_of(tmp_path / "none.csv")
    path = tmp_path / "picture.csv"
    path.write_bytes(b"payer,payee\nZo\x81,b\n")
    with pytest.raises(Failure, match="UTF-8"):
        import_transfers.text_of(path)


def test_a_windows_encoding_is_read_and_reported(tmp_path, capsys):
    path = tmp_path / "latin.csv"
    path.write_bytes("payer,payee\nZoë,b\n".encode("latin-1"))
    assert "Zoë" in import_transfers.text_of(path)
    assert "Windows-1252, for example “Zoë”" in capsys.readouterr().err


def test_an_export_needs_an_existing_folder(tmp_path):
    given = options(
        kind="balances", file=str(tmp_path / "x" / "x.csv"), inherited=False
    )
    with pytest.raises(Failure, match="folder"):
        export.command(given)
