"""`./wezer reputation`: scores of a file, without Odoo or a database."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAD = "rater,rated,score,time\n"
PLAIN = HEAD + "\n".join(
    [
        "anna,luc,2,2026-01-01",
        "mo,luc,1,2026-02-01",
        "luc,anna,2,2026-03-01",
        "mo,anna,-1,2026-04-01T10:00:00Z",
        "stranger,luc,-2,2026-05-01",
    ]
)


def wezer(*arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "wezer"), "reputation", *map(str, arguments)],
        capture_output=True,
        text=True,
    )


@pytest.fixture
def file(tmp_path):
    def write(text, name="ratings.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def scores(path):
    with open(path, newline="") as source:
        return list(csv.DictReader(source))


def test_the_output_has_a_score_between_0_and_1_for_each_member(file, tmp_path):
    seeds = file("anna\nmo\n", "seeds.txt")
    done = wezer(file(PLAIN), "--out", tmp_path / "out.csv", "--seeds", seeds)
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: row for row in scores(tmp_path / "out.csv")}
    assert set(rows) == {"anna", "luc", "mo", "stranger"}
    for row in rows.values():
        assert 0 <= float(row["lower"]) <= float(row["score"]) <= 1
        assert set(row) >= {"evidence", "trust", "fairness", "flag"}
    assert float(rows["luc"]["score"]) > float(rows["anna"]["score"])
    assert float(rows["stranger"]["trust"]) == 0
    assert "5 ratings, 4 members" in done.stderr.splitlines()[-1]


def test_ratings_by_strangers_change_nothing(file, tmp_path):
    seeds = file("anna\nmo\n", "seeds.txt")
    without = "\n".join(PLAIN.splitlines()[:-1]) + "\nluc,stranger,0,2026-05-01\n"
    for name, text in (("with", PLAIN), ("without", without)):
        out = tmp_path / f"{name}.csv"
        wezer(file(text, f"{name}.in"), "--out", out, "--seeds", seeds)
    score = [
        next(row["score"] for row in scores(tmp_path / f"{name}.csv"))
        for name in ("with", "without")
    ]
    assert float(score[0]) == pytest.approx(float(score[1]), abs=0.02)


def test_an_explanation_is_a_sum(file):
    done = wezer(file(PLAIN), "--explain", "luc", "--seeds", file("anna\nmo\n", "s"))
    assert done.returncode == 0, done.stderr
    numbers = [float(line.split()[0]) for line in done.stdout.splitlines()]
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=5e-6)
    assert done.stdout.splitlines()[-1].endswith("the score of luc, from 0 to 1")


def test_a_negative_scale_may_be_a_separate_argument(file, tmp_path):
    text = HEAD + "1,2,10,100\n2,1,-10,200\n"
    done = wezer(file(text), "--scale", "-10,10", "--out", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: float(row["score"]) for row in scores(tmp_path / "out.csv")}
    assert rows["2"] > rows["1"]


def test_a_score_outside_the_scale_is_refused(file):
    done = wezer(file(HEAD + "1,2,11,100\n"), "--scale", "-10,10")
    assert done.returncode == 1
    assert "score 11 is outside -10 to 10" in done.stderr


def test_the_until_option_ignores_later_ratings(file, tmp_path):
    done = wezer(file(PLAIN), "--until", "2026-02-15", "--out", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    assert "2 ratings" in done.stderr


def test_criteria_of_a_deal_count_as_one_rating(file, tmp_path):
    text = "rater,rated,score,time,value,criterion\n" + "\n".join(
        f"anna,luc,{score},1000,2,{name}"
        for name, score in (("good work", 2), ("kept the date", 0))
    )
    out = tmp_path / "out.csv"
    done = wezer(file(text), "--out", out, "--seeds", file("anna\n", "seeds"))
    assert done.returncode == 0, done.stderr
    luc = {row["criterion"]: row for row in scores(out) if row["id"] == "luc"}
    assert set(luc) == {"", "good work", "kept the date"}
    assert luc[""]["assessors"] == "1"
    marks = [float(luc[name]["score"]) for name in ("kept the date", "", "good work")]
    assert marks == sorted(marks)
    assert marks[1] == pytest.approx((marks[0] + marks[2]) / 2)


def test_admissions_carry_trust_without_a_rating(file, tmp_path):
    text = HEAD + "anna,mo,0,1000\nluc,mo,2,2000\n"
    seeds, out = file("anna\n", "seeds"), tmp_path / "out.csv"
    wezer(file(text), "--out", out, "--seeds", seeds)
    assert {row["id"]: float(row["trust"]) for row in scores(out)}["luc"] == 0
    pairs = file("anna,luc\n", "admissions.csv")
    wezer(file(text), "--out", out, "--seeds", seeds, "--admissions", pairs)
    assert {row["id"]: float(row["trust"]) for row in scores(out)}["luc"] > 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        (HEAD, "the file has no ratings"),
        ("rater,rated\n1,2\n", "the columns score, time are missing"),
        (HEAD + "1,2,much,100\n", "row 2"),
        (HEAD + "1,2,1,yesterday\n", "row 2"),
        (HEAD + "1,2\n", "row 2"),
        (HEAD + "1,2,nan,100\n", "row 2"),
    ],
)
def test_an_invalid_file_is_refused_with_its_row(file, text, reason):
    done = wezer(file(text))
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_imports_nothing_of_odoo(file):
    code = (
        "import sys; sys.modules['odoo'] = None; sys.path.insert(0, sys.argv[1]);"
        "from launcher.cli import main; sys.exit(main(sys.argv[2:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), "reputation", str(file(PLAIN))],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
