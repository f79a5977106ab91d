"""`./wezer reputation`: scores of a file, without Odoo or a database."""

import csv
import subprocess
import sys
import time
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
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
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


DAY = 86400


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2,inf,100", "score “inf” is not a number"),
        ("1,2,-Infinity,100", "score “-Infinity” is not a number"),
        ("1,2,1e300,100", "score “1e300” is too large"),
        ("1,2,1e999,100", "score “1e999” is not a number"),
        ("1,2,1_0,100", "score “1_0” is not a number"),
        ("1,2,\N{ARABIC-INDIC DIGIT ONE},100", "is not a number"),
        ("1,2,,100", "score is empty"),
        ("1,2,1,nan", "time “nan” is not a date"),
        ("1,2,1,inf", "time “inf” is not a date"),
        ("1,2,1,", "time is empty"),
        ("1,2,1,1e300", "time “1e300” is after now"),
        ("1,2,1,2999-01-01", "time “2999-01-01” is after now"),
        # Named: two workers that collect in different seconds have the same tests.
        pytest.param(
            f"1,2,1,{int(time.time()) + 2 * DAY}",
            "is after now",
            id="in-two-days",
        ),
        ("1,2,1,1289241911728", "It looks like milliseconds: give seconds"),
        ("1,2,1,-5", "time “-5” is before 1970"),
        ("1,2,1,1066-10-14", "time “1066-10-14” is before 1970"),
        ("1,2,1,20260131", "can be a date or seconds"),
        ("1,2,1,03/04/2026", "can be two dates"),
        (",2,1,100", "rater is empty"),
        ("1, ,1,100", "rated is empty"),
        ("an\N{RIGHT-TO-LEFT OVERRIDE}na,2,1,100", "character that is not allowed"),
        ("an\N{ZERO WIDTH SPACE}na,2,1,100", "(U+200B)"),
        ("an\0na,2,1,100", "contains a character that is not allowed"),
        ("an\ufffdna,2,1,100", "letters that were lost"),
        ("a" * 201 + ",2,1,100", "is too long"),
    ],
)
def test_a_rating_that_cannot_be_meant_so_is_refused_with_its_row(
    file, tmp_path, row, reason
):
    out = tmp_path / "out.csv"
    done = wezer(file(f"{HEAD}a,b,1,100\n{row}\n"), "--out", out)
    assert done.returncode == 1
    assert "row 3: refused: " in done.stderr
    assert reason in done.stderr
    assert "1 rows are refused, nothing was computed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("hours", "reason"),
    [("nan", "is not a number"), ("-1", "is below 0"), ("1e300", "is too large")],
)
def test_hours_that_cannot_be_are_refused_with_their_row(file, hours, reason):
    text = f"rater,rated,score,time,value\n1,2,1,100,2\n1,2,1,100,{hours}\n"
    done = wezer(file(text))
    assert done.returncode == 1
    assert f"row 3: refused: value “{hours}” {reason}" in done.stderr


def test_all_refused_rows_are_counted_and_the_first_ones_are_named(file):
    rows = "".join(f"a,b,nan,{number}\n" for number in range(50))
    done = wezer(file(HEAD + rows))
    assert done.returncode == 1
    assert "row 2: refused" in done.stderr
    assert "row 11: refused" in done.stderr
    assert "row 12: refused" not in done.stderr
    assert "50 rows are refused, nothing was computed (40 more" in done.stderr


def test_scores_outside_the_scale_are_refused_with_their_rows(file):
    done = wezer(file(HEAD + "\na,b,1,100\na,b,11,100\n"), "--scale", "-10,10")
    assert done.returncode == 1
    assert "row 4: refused: score 11 is outside -10 to 10" in done.stderr


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_every_office_program_are_read(file, tmp_path, separator, encoding):
    text = "sep=;\n" if separator == ";" else ""
    text += "Rater,RATED, Score ,time\nZoé,Luc,2,2026-01-01\nLuc,Zoé,1,01.02.2026\n"
    out = tmp_path / "out.csv"
    data = text.replace(",", separator).replace("\n", "\r\n").encode(encoding)
    seeds = file("Zoé\n".encode(encoding), "seeds")
    done = wezer(file(data), "--out", out, "--seeds", seeds)
    assert done.returncode == 0, done.stderr
    assert {row["id"] for row in scores(out)} == {"Zoé", "Luc"}
    assert ("Windows-1252" in done.stderr) == (encoding == "cp1252")


def test_numbers_with_a_decimal_comma_are_read(file, tmp_path):
    out = tmp_path / "out.csv"
    text = "rater;rated;score;time;value\na;b;1,5;1289241911,7;2,5\nb;a;-1,5;100;1\n"
    done = wezer(file(text), "--out", out)
    assert done.returncode == 0, done.stderr
    rows = {row["id"]: float(row["score"]) for row in scores(out)}
    assert rows["b"] > rows["a"]


def test_a_file_without_headings_has_its_columns_in_order(file, tmp_path):
    out = tmp_path / "out.csv"
    done = wezer(file("6,2,2,1289241911.72836\n6,5,1,1e9\n"), "--out", out)
    assert done.returncode == 0, done.stderr
    assert {row["id"] for row in scores(out)} == {"2", "5", "6"}


def test_one_spelling_is_one_member(file, tmp_path):
    out = tmp_path / "out.csv"
    text = "Zoe\u0301 A,b,1,100\nZo\u00e9  A,c,1,100\n Zo\u00e9\u00a0A ,d,1,100\n"
    done = wezer(file(HEAD + text), "--out", out)
    assert done.returncode == 0, done.stderr
    assert [row["id"] for row in scores(out)] == ["Zo\u00e9 A", "b", "c", "d"]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("rater,rated,score", "the columns time are missing"),
        ("rater,rated,score,time,Score", "Two columns have the name “score”"),
        ("rater,rated,score,time,rated", "Two columns have the name “rated”"),
    ],
)
def test_columns_that_are_missing_or_double_are_named(file, head, reason):
    done = wezer(file(f"{head}\na,b,1,100,1\n"))
    assert done.returncode == 1
    assert reason in done.stderr


def test_columns_that_are_not_read_are_named(file):
    done = wezer(file("rater,rated,score,time,remark\na,b,1,100,x\n"))
    assert done.returncode == 0, done.stderr
    assert "Columns that are not read: remark" in done.stderr


def test_seeds_that_are_not_in_the_file_are_named(file, tmp_path):
    out = tmp_path / "out.csv"
    seeds = file("seed\nanna\nMo\nnobody\n", "seeds.txt")
    done = wezer(file(PLAIN), "--seeds", seeds, "--out", out)
    assert done.returncode == 1
    assert "2 of the 3" in done.stderr
    assert "are not in the ratings: Mo, nobody" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize("text", ["", "\n\n", "seed\n"])
def test_a_file_of_seeds_that_names_nobody_is_refused(file, text):
    done = wezer(file(PLAIN), "--seeds", file(text, "seeds.txt"))
    assert done.returncode == 1
    assert "is empty" in done.stderr or "names nobody" in done.stderr


def test_an_admission_without_a_name_is_refused_with_its_row(file):
    pairs = file("admitted by,member\nanna,luc\nanna,\nanna\n", "pairs.csv")
    done = wezer(file(PLAIN), "--admissions", pairs)
    assert done.returncode == 1
    assert "row 3: refused: member is empty" in done.stderr
    assert "row 4: refused: it has 1 of 2 columns" in done.stderr


def test_trust_flows_through_people_without_a_rating_and_they_are_named(file, tmp_path):
    text = HEAD + "anna,mo,0,1000\nluc,mo,2,2000\n"
    out = tmp_path / "out.csv"
    pairs = file("member;admitted by\nquiet;anna\nluc;quiet\n", "pairs.csv")
    seeds = file("anna\n", "seeds")
    done = wezer(file(text), "--out", out, "--seeds", seeds, "--admissions", pairs)
    assert done.returncode == 0, done.stderr
    assert "1 in" in done.stderr
    assert "have no rating: quiet" in done.stderr
    trust = {row["id"]: float(row["trust"]) for row in scores(out)}
    assert trust["quiet"] > trust["luc"] > 0


def test_admissions_of_several_years_pass_on_more_trust_than_of_one(file, tmp_path):
    people = [f"guest{number}" for number in range(20)]
    text = HEAD + "".join(f"{one},anna,0,1000\n" for one in people) + "anna,mo,2,1\n"
    seeds, trust = file("anna\n", "seeds"), []
    for days in (["2024-05-01"], ["2024-05-01", "2023", "10.05.2022", "2021-01-01"]):
        out = tmp_path / f"{len(days)}.csv"
        rows = [
            f"anna,{one},{days[number % len(days)]}\n"
            for number, one in enumerate(people)
        ]
        given = file("by,member,date\n" + "".join(rows), "pairs.csv")
        done = wezer(file(text), "--seeds", seeds, "--admissions", given, "--out", out)
        assert done.returncode == 0, done.stderr
        trust.append({row["id"]: float(row["trust"]) for row in scores(out)}["guest0"])
    assert trust[1] > trust[0] > 0
    done = wezer(file(text), "--admissions", file("anna,guest1,2999-01-01\n", "p"))
    assert "row 1: refused: time “2999-01-01” is after now" in done.stderr


def test_no_cell_of_the_output_is_a_formula(file, tmp_path):
    out = tmp_path / "out.csv"
    names = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+x", "@SUM(A1)"]
    rows = "".join(f'"{name}",luc,1,100,-5,"{name}"\n' for name in names)
    text = "rater,rated,score,time,value,criterion\n" + rows.replace(",-5,", ",5,")
    done = wezer(file(text), "--out", out, "--rank", "score")
    assert done.returncode == 0, done.stderr
    with open(out, newline="") as source:
        cells = [cell for row in csv.reader(source) for cell in row]
    assert {f"'{name}" for name in names} <= set(cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
    # What was written can be given back as seeds.
    seeds = file("\n".join(f"'{name}" for name in names), "seeds")
    assert wezer(file(text), "--seeds", seeds).returncode == 0


@pytest.mark.parametrize("by", ["trust", "lower", "score"])
def test_the_rank_option_orders_members_and_adds_a_column(file, tmp_path, by):
    out = tmp_path / "out.csv"
    seeds = file("anna\nmo\n", "seeds.txt")
    done = wezer(file(PLAIN), "--out", out, "--seeds", seeds, "--rank", by)
    assert done.returncode == 0, done.stderr
    rows = scores(out)
    values = [float(row[by]) for row in rows]
    assert values == sorted(values, reverse=True)
    # Who is alike shares a rank; the next one follows as if each had their own.
    assert [int(row["rank"]) for row in rows] == [
        1 + sum(other > value for other in values) for value in values
    ]


LEVELS = "from,to,level\n" + "\n".join(
    [
        "seed,anna,Master",
        "seed,luc,journeyer",
        "anna,luc,Master",
        "luc,mo,Apprentice",
        "puppet,friend,Master",
        "friend,puppet,Master",
    ]
)


def test_certificates_in_levels_are_ranked_without_being_asked(file, tmp_path):
    out = tmp_path / "out.csv"
    seeds = file("seed\n", "seeds")
    levels = "apprentice,journeyer,master"
    done = wezer(file(LEVELS), "--levels", levels, "--out", out, "--seeds", seeds)
    assert done.returncode == 0, done.stderr
    assert "No column of times" in done.stderr
    rank = {row["id"]: int(row["rank"]) for row in scores(out)}
    # Whom trust does not reach: puppets, and whoever is certified as nearly nothing.
    assert rank["anna"] < rank["luc"] < rank["friend"] == rank["puppet"] == rank["mo"]


def test_a_level_that_is_none_carries_no_trust(file, tmp_path):
    out = tmp_path / "out.csv"
    given = ["--levels", "observer=0,apprentice=0.6,journeyer=0.8,master=1"]
    seeds = file("seed\n", "seeds")
    text = LEVELS + "\nanna,critic,Observer\n"
    done = wezer(file(text), *given, "--out", out, "--seeds", seeds, "--rank", "lower")
    assert done.returncode == 0, done.stderr
    rows = scores(out)
    assert rows[0]["id"] in ("anna", "luc")
    # An observer is certified as nothing: no trust flows there.
    trust = {row["id"]: float(row["trust"]) for row in rows}
    assert trust["critic"] == 0 < trust["mo"]


def test_levels_without_an_order_are_refused_with_the_words_found(file):
    lines = LEVELS.splitlines()
    text = "\n".join([f"{lines[0]},time", *(f"{line},100" for line in lines[1:])])
    done = wezer(file(text))
    assert done.returncode == 1
    assert "Words found as scores: Apprentice, Master, journeyer" in done.stderr
    assert "--levels LOWEST,…,HIGHEST" in done.stderr


def test_a_level_that_is_not_in_the_order_is_named(file):
    done = wezer(file(LEVELS), "--levels", "apprentice,master")
    assert done.returncode == 1
    assert "row 3: refused: level “journeyer” is not in --levels" in done.stderr
    assert "Words found as scores: journeyer" in done.stderr


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ("a,a", "is no list of levels"),
        ("a,,b", "is no list of levels"),
        ("a=0.5,b", "is no list of levels"),
        ("a=x,b=1", "“x” is not a number"),
        ("a=0.9,b=0.1", "do not rise"),
        ("a=0.1,b=2", "do not rise"),
    ],
)
def test_levels_that_are_no_order_are_refused(file, levels, reason):
    done = wezer(file(LEVELS), "--levels", levels)
    assert done.returncode == 1
    assert reason in done.stderr


def test_the_output_never_replaces_what_is_read(file, tmp_path):
    given = file(PLAIN)
    done = wezer(given, "--out", given)
    assert done.returncode == 1
    assert "is read and written" in done.stderr
    assert given.read_text() == PLAIN


def test_what_cannot_be_read_or_written_is_said(file, tmp_path):
    for arguments in (
        [tmp_path / "absent.csv"],
        [tmp_path],
        [file(PLAIN), "--out", tmp_path / "absent" / "out.csv"],
        [file(PLAIN), "--out", tmp_path],
        [file(PLAIN), "--seeds", tmp_path / "absent.txt"],
        [file(b"\x89PNG\r\n\x1a\n\x81\x8d")],
        [file(PLAIN), "--until", "inf"],
        [file(PLAIN), "--scale", "nan,nan"],
        [file(PLAIN), "--rank", "trust"],
        [file(HEAD + "a,b,5,100\n")],
    ):
        done = wezer(*arguments)
        assert done.returncode == 1, arguments
        assert done.stderr.startswith("wezer: ") or "\nwezer: " in done.stderr
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
