"""Reading a file of tasks loses nothing."""

import contextlib
import json
from pathlib import Path

import pytest

from launcher import cli, importing, maps, session
from launcher.console import Failure

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data" / "nyc-volunteer"
FILE = SHARED / "nyc-service-volunteer-opportunities.csv"

PLACE = (
    "{'latitude': '40.7', 'longitude': '-73.9', 'human_address': "
    '\'{"address": "1 Road", "city": "New York", "state": "NY", "zip": "10001"}\'}'
)


@pytest.mark.skipif(not FILE.exists(), reason="shared data are absent")
def test_the_665_opportunities_are_all_read():
    rows = importing.read(FILE, importing.map_for(FILE))
    assert len(rows) == 665
    assert len({row["key"] for row in rows}) == 665
    assert all(row["title"] and row["date_start"] and row["date_end"] for row in rows)
    assert sum(not row["category"] for row in rows) == 48
    assert max(int(row["places"]) for row in rows) == 9999
    assert not any("problem" in row for row in rows)
    assert {row["row"] for row in rows} == set(range(1, 666))


def test_a_place_written_as_a_dictionary_in_text_is_understood():
    place = importing.location(PLACE)
    assert (place["street"], place["city"], place["zip"]) == (
        "1 Road",
        "New York",
        "10001",
    )
    assert (place["latitude"], place["longitude"]) == ("40.7", "-73.9")


@pytest.mark.parametrize("text", ["", "somewhere", "{'a': 1", "__import__('os')", "3"])
def test_an_invalid_place_is_ignored(text):
    assert importing.location(text) == {}


def test_an_invalid_address_refuses_its_row(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("title,where\nPaint,somewhere\nSweep,\n")
    columns = {"title": "title", "location": "where"}
    rows = importing.read(path, {"columns": columns})
    assert rows[0]["problem"] == ("place", "somewhere")
    assert "problem" not in rows[1]


def test_another_file_needs_only_another_map(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text('Name,What,When\n"Paint, the\ndoor",green,2026-05-01\n,,\n')
    columns = {"title": "Name", "description": "What", "date_end": "When"}
    rows = importing.read(path, {"columns": columns})
    assert rows[0] == {
        "row": 1,
        "title": "Paint, the\ndoor",
        "description": "green",
        "date_end": "2026-05-01",
    }
    assert len(rows) == 2 and rows[1]["title"] == ""


def test_a_missing_column_is_named(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Failure) as error:
        importing.read(path, maps.own_map("nyc"))
    assert "lacks the columns" in str(error.value) and "--map" in str(error.value)


def test_a_missing_map_is_reported():
    with pytest.raises(Failure) as error:
        maps.read_map("nowhere", maps.TASKS)
    assert "Maps: groups, members, nyc, tasks" in str(error.value)


def test_the_maps_that_come_with_the_launcher_have_the_shape_that_maps_must_have():
    shapes = {"members": maps.MEMBERS, "groups": maps.GROUPS}
    for name in maps.names():
        shape = shapes.get(name, maps.TASKS)
        assert maps.read_map(name, shape) == maps.own_map(name)


COLUMN = "must be the name of a column, or a list of names, not"


@pytest.mark.parametrize(
    ("shape", "mapping", "reason"),
    [
        *(
            (shape, mapping, reason)
            for shape in (maps.TASKS, maps.MEMBERS, maps.GROUPS, maps.TRANSFERS)
            for mapping, reason in (
                ([1], "The map must be an object, not a list"),
                (None, "The map must be an object, not null"),
                ({"about": 5}, "“about” in the map must be a text, not “5”"),
                ({"abuot": "x"}, "The map has an unknown name “abuot”. Known: about, "),
            )
        ),
        (maps.TASKS, {"columns": []}, "“columns” in the map must be an object"),
        (maps.TASKS, {"columns": {"title": 1}}, f"“columns.title” in the map {COLUMN}"),
        (maps.TASKS, {"columns": {"title": [1]}}, f"{COLUMN} a list"),
        (maps.TASKS, {"columns": {"title": None}}, f"{COLUMN} null"),
        (maps.TASKS, {"columns": {"colour": "x"}}, "an unknown name “colour”"),
        (maps.TASKS, {"key_prefix": True}, "“key_prefix” in the map must be a text"),
        (maps.TASKS, {"city": {}}, "“city” in the map must be a text, not an object"),
        (maps.TASKS, {"dates": ["%d"]}, "“dates” in the map must be a text"),
        (maps.MEMBERS, {"columns": {"name": 2.5}}, f"{COLUMN} a number"),
        (maps.MEMBERS, {"columns": "name"}, "“columns” in the map must be an object"),
        (
            maps.GROUPS,
            {"groups": {"parent": []}},
            f"“groups.parent” in the map {COLUMN}",
        ),
        (maps.GROUPS, {"members": {"person": {}}}, f"{COLUMN} an object"),
        (maps.GROUPS, {"rights": []}, "“rights” in the map must be an object"),
        (maps.GROUPS, {"relations": []}, "“relations” in the map must be an object"),
        (maps.GROUPS, {"relations": {"a": 1}}, "“relations.a” in the map must be"),
        (
            maps.GROUPS,
            {"relations": {"a": {"guest": "no"}}},
            "“relations.a.guest” in the map must be true or false, not “no”",
        ),
        (
            maps.GROUPS,
            {"relations": {"a": {"permissions": "wallet"}}},
            "must be a list of texts",
        ),
        (maps.TRANSFERS, {"states": ["done"]}, "“states” in the map must be an object"),
        (
            maps.TRANSFERS,
            {"states": {"paid": True}},
            "“states.paid” in the map must be “done” or “skipped”, not true",
        ),
        (
            maps.TRANSFERS,
            {"amount_digits": "2"},
            "“amount_digits” in the map must be a whole number from 0 to 18, not “2”",
        ),
        (maps.TRANSFERS, {"amount_digits": 19}, "not “19”"),
        (maps.TRANSFERS, {"amount_digits": True}, "not true"),
        (maps.TRANSFERS, {"decimal_mark": ";"}, "must be “.” or “,”, not “;”"),
        (maps.TRANSFERS, {"key_prefix": 7}, "“key_prefix” in the map must be a text"),
        (
            maps.TRANSFERS,
            {"defaults": "TIL"},
            "“defaults” in the map must be an object",
        ),
        (maps.TRANSFERS, {"defaults": {"amount": 5}}, "“defaults.amount” in the map"),
        (maps.TRANSFERS, {"defaults": {"payer": []}}, "a text or a whole number"),
        (maps.TRANSFERS, {"defaults": {"state": "done"}}, "unknown name “state”"),
        (
            maps.TRANSFERS,
            {"columns": {"payer": {}}},
            f"“columns.payer” in the map {COLUMN}",
        ),
    ],
)
def test_a_map_is_refused_with_the_value_and_what_it_must_be(
    tmp_path, shape, mapping, reason
):
    path = tmp_path / "map.json"
    # As an office program saves it.
    path.write_text(json.dumps(mapping), encoding="utf-8-sig")
    with pytest.raises(Failure) as error:
        maps.read_map(str(path), shape)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\x81", b'{"columns": NaN', b"[" * 100_000]
)
def test_a_file_that_is_no_json_is_refused_as_a_map(tmp_path, content):
    path = tmp_path / "map.json"
    path.write_bytes(content)
    with pytest.raises(Failure, match="is not JSON"):
        maps.read_map(str(path), maps.TASKS)
    with pytest.raises(Failure, match="cannot be read"):
        maps.read_map(str(tmp_path), maps.TASKS)


def test_a_file_of_an_office_program_needs_no_map(tmp_path, capsys):
    path = tmp_path / "tâches.csv"
    text = "sep=;\r\nTITRE;Durée;Bénévoles;Couleur\r\nPeindre le préau;2,5;3;bleu\r\n"
    path.write_bytes(text.encode("cp1252"))
    rows = importing.read(path, importing.map_for(path))
    assert rows == [
        {"row": 1, "title": "Peindre le préau", "hours": "2,5", "places": "3"}
    ]
    message = capsys.readouterr().err
    assert "Windows-1252, for example “préau”" in message
    assert "columns that are not read: Couleur" in message


@pytest.mark.parametrize(
    "headings",
    [
        "Titel;Aufgabe;Stunden;Helfer;Ort",
        "Título;Tarea;Horas;Personas;Ciudad",
        "Títol;Tasca;Hores;Voluntaris;Ciutat",
        "Titre;Tâche;HEURES;bénévoles;Ville",
    ],
)
def test_headings_in_the_supported_languages_are_known(headings):
    names = headings.split(";")
    chosen = importing.columns_of(names, maps.own_map("tasks"))
    assert [chosen[field] for field in ("hours", "places", "city")] == [
        [name] for name in names[2:]
    ]
    assert chosen["title"] == names[:1]


def test_progress_shows_rows_share_and_rate_of_each_count():
    moments = iter([0.0, 10.0, 20.0, 25.0, 25.0])
    shown = []

    class Step:
        show = staticmethod(shown.append)

    progress = importing.Progress(Step(), clock=lambda: next(moments))
    progress.show("PROGRESS imported 500 23000")
    progress.show("something else that is printed")
    progress.show("PROGRESS imported 23000 23000")
    progress.show("WEZER{}")
    progress.show("PROGRESS posted 100 200")
    # A file of headings alone.
    progress.show("PROGRESS read 0 0")
    assert shown == [
        "500 of 23,000 imported (2%, 50 a second)",
        "23,000 of 23,000 imported (100%, 1,150 a second)",
        "100 of 200 posted (50%, 20 a second)",
        "0 of 0 read (100%)",
    ]


HEADED = "A CSV file begins with a line of headings."
UNREADABLE = {
    "empty": (b"", f"wezer: file.csv: The file has no rows. {HEADED}"),
    "a mark alone": (b"\xef\xbb\xbf", f"file.csv: The file has no rows. {HEADED}"),
    "only headings": (
        b"\xef\xbb\xbfname;payer;payee;amount;title\r\n",
        f"wezer: The file has no rows. {HEADED}",
    ),
    "two headings": (
        b"name,payer,payee,amount,title,name\n1,2,3,4,5,6\n",
        "wezer: file.csv: Two columns have the name “name”.",
    ),
    "a long line": (
        b"name,payer,payee,amount,title\n" + b"x," * 60 + b"\n",
        "wezer: file.csv: Line 2 is too long for a CSV file.",
    ),
    "long headings": (
        b"x," * 60,
        "wezer: file.csv: Line 1 is too long for a CSV file.",
    ),
    "a folder": (None, "file.csv cannot be read: Is a directory."),
    "no file": (False, "file.csv cannot be read: No such file or directory."),
}


@pytest.mark.parametrize("kind", ["transfers", "members", "tasks"])
@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_cannot_be_read_ends_in_one_sentence_before_odoo_starts(
    tmp_path, capsys, monkeypatch, state, kind, what
):
    content, reason = UNREADABLE[what]
    path = tmp_path / "file.csv"
    if content is None:
        path.mkdir()
    elif content is not False:
        path.write_bytes(content)
    monkeypatch.setattr(importing.tables, "LINE_MAX", 100)
    monkeypatch.setattr(importing.session, "live_database", None)
    assert cli.main(["import", kind, str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and reason in said.err
    # Before it there may be a line about columns that are not read.
    assert said.err.splitlines()[-1].startswith("wezer: ")
    assert "Traceback" not in said.err
    assert not list(state.glob("import-*/"))


class StoppedRunner:
    """Runs nothing: the person at the terminal presses Ctrl-C after some progress."""

    name = "none"

    def __init__(self, *lines, error):
        self.lines, self.error = lines, error

    @property
    def runner(self):
        return self

    @contextlib.contextmanager
    def live_database(self, _steps):
        yield self

    def shell(self, _database, _script, step):
        for line in self.lines:
            step.show(line)
        raise self.error


@pytest.mark.parametrize(
    ("lines", "error", "code", "sentence"),
    [
        ([], KeyboardInterrupt(), 130, "Nothing was kept; start it again."),
        (
            ["PROGRESS written 9 9"],
            session.Stopped(),
            143,
            "Nothing was kept; start it again.",
        ),
        (["PROGRESS made 3 3"], KeyboardInterrupt(), 130, "Nothing was posted, but 3"),
        (
            ["PROGRESS made 3 3", "PROGRESS posted 7 9"],
            KeyboardInterrupt(),
            130,
            "About 7 rows were posted by then.",
        ),
    ],
)
def test_an_import_that_is_stopped_says_what_it_leaves(
    tmp_path, capsys, monkeypatch, state, lines, error, code, sentence
):
    path = tmp_path / "file.csv"
    path.write_text("payer,payee,amount\na,b,1\n")
    stopped = StoppedRunner(*lines, error=error)
    monkeypatch.setattr(importing.session, "live_database", stopped.live_database)
    assert cli.main(["import", "transfers", str(path)]) == code
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"wezer: stopped. {sentence}")
    assert not list(state.glob("import-*/"))
