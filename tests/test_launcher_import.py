"""Reading a file of tasks loses nothing."""

import json
from pathlib import Path

import pytest

from launcher import importing
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
        importing.read(path, importing.read_map("nyc"))
    assert "lacks the columns" in str(error.value) and "--map" in str(error.value)


def test_a_missing_map_is_reported():
    with pytest.raises(Failure) as error:
        importing.read_map("nowhere")
    assert "Maps: groups, members, nyc, tasks" in str(error.value)


def test_maps_name_only_known_fields():
    people = {"name", "email", "phone", "skills", "languages", "place", "group"}
    known = {
        *("key", "title", "description", "category", "organisation", "places", "hours"),
        *("date_posted", "date_start", "date_end", "city", "street", "zip", "location"),
        *("latitude", "longitude", "url", "tags"),
    }
    files = {
        "groups": {
            *("group", "parent", "kind", "name", "visibility", "purpose"),
            *("domains", "accountabilities", "organisation"),
        },
        "members": {
            *("group", "person", "relation", "name", "focus", "since", "until"),
        },
        "rights": {"group", "resource", "level"},
        # Words for what people are in a group: the file may add some.
        "relations": set(),
    }
    for path in importing.MAPS.glob("*.json"):
        read = json.loads(path.read_text())
        if "columns" not in read:
            for name, columns in read.items():
                assert name == "about" or set(columns) == files[name], path.name
            continue
        named = set(read["columns"])
        assert named <= (people | {"presentation"} if "name" in named else known)


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
    chosen = importing.columns_of(names, importing.read_map(None))
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
