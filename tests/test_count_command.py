"""`./wezer count`: a file of ballots is counted without Odoo or a database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BLT = '3 2\n4 1 2 0\n2 2 0\n3 3 0\n0\n"Ana"\n"Ben"\n"Cleo"\n"Board"\n'


def wezer(*arguments, **options):
    return subprocess.run(
        [sys.executable, str(ROOT / "wezer"), "count", *map(str, arguments)],
        capture_output=True,
        text=True,
        **options,
    )


@pytest.fixture
def file(tmp_path):
    def write(text, name):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_the_result_is_one_object_with_quota_rounds_and_the_elected(file, tmp_path):
    done = wezer(file(BLT, "board.blt"), "--method", "stv", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["method"] == "stv"
    assert (found["ballots"], found["seats"], found["quota"]) == (9, 2, "4.00000")
    assert found["elected"] == ["Ana", "Cleo"]
    assert found["rounds"][0] == {"Ana": "4.00000", "Ben": "2.00000", "Cleo": "3.00000"}
    one = json.loads(
        wezer(tmp_path / "board.blt", "--method=stv", "--seats", 1, "--json").stdout
    )
    assert (one["seats"], one["quota"]) == (1, "5.00000")
    order = json.loads(
        wezer(tmp_path / "board.blt", "--method", "schulze", "--json").stdout
    )
    assert order["order"] == [["Ana"], ["Ben"], ["Cleo"]]


def test_people_read_rounds_ties_and_the_result(file):
    done = wezer(file(BLT, "board.blt"), "--method", "stv")
    assert done.stdout.startswith("Board\nstv: 9 ballots; 2 seats, quota 4.00000\n")
    assert done.stdout.endswith("\nElected: Ana, Cleo\n")
    text = "choice,count\nyes,8\nno,4\nabstain,9\n"
    rules = ("--rule", "share=2/3", "--rule", "strict=false", "--rule", "roll=40")
    done = wezer(file(text, "a.csv"), "--method", "majority", *rules)
    assert done.stdout.endswith("Adopted.\nYes: 8/12; at least 2/3 is needed.\n")
    text = "Ana,Ben,None\n1,3,2\n3,1,2\n1,,2\n"
    done = wezer(
        file(text, "b.csv"), "--method", "schulze", "--rule", "none_option=None"
    )
    assert "Elected: Ana\n" in done.stdout
    done = wezer(file("Ana,Ben\n1,0\n0,1\n", "c.csv"), "--method", "choose")
    assert "Tie (seat) between Ana, Ben: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["board.blt", "--method", "borda"], "There is no method “borda”"),
        (["board.blt", "--method", "stv", "--seats", "0"], "0 seats cannot be filled"),
        (["board.blt", "--method", "stv", "--rule", "x"], "“x” is no rule"),
        (["board.blt", "--rule", "qourum=1/2"], "There is no rule “qourum”"),
        (["board.blt", "--method", "majority"], "no ballots for “majority”"),
        (["broken.blt", "--method", "stv"], "broken.blt: line 2: “9” is no option"),
        (["none.blt", "--method", "stv"], "No such file"),
        ([".", "--method", "stv"], "this is no file"),
        (
            ["board.blt", "--method=schulze", "--rule", "none_option=Dora"],
            "No option is called “Dora”",
        ),
        (
            ["yes.csv", "--method=majority", "--rule", "share=3/2"],
            "“3/2” is more than the whole",
        ),
        (["yes.csv", "--method=majority", "--rule", "colleges=x"], "needs a weight"),
    ],
)
def test_what_cannot_be_counted_is_said_in_one_line(file, tmp_path, arguments, said):
    file(BLT, "board.blt")
    file(BLT.replace("2 2 0", "2 9 0").replace("4 1 2 0\n", ""), "broken.blt")
    file("choice\nyes\n", "yes.csv")
    done = wezer(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_names_of_a_file_give_no_orders_to_the_terminal(file):
    text = BLT.replace("Ana", "\x1b]0;x\x07Ana").replace("Board", "\x9b2JBoard")
    done = wezer(file(text, "board.blt"), "--method", "stv")
    assert "Elected: ?]0;x?Ana, Cleo" in done.stdout
    assert done.stdout.startswith("?2JBoard\n")
    assert not {"\x1b", "\x07", "\x9b"} & set(done.stdout)
