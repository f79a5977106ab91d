"""Files of ballots: the formats that others write, and what is refused."""

import pytest

from odoo.addons.wezer_decision.tools import counting, readers

BLT = '3 1\n2 1 2 0\n1 3 0\n0\n"Ana"\n"Ben"\n"Cleo"\n"Town"\n'
DEBIAN = """
     Option 1----->: Ana
   /  Option 2---->: Ben of the  North
   |/  Option 3--->: None of the Above
   |||/
V: 1-2 \t\tabc
V: 123 \t\tdef
V: 1-2 \t\t012
V: --- \t\t345
"""
ABIF = """{title: "Town"}
# a comment
=Ana:[Ana, of the hill]
=[Ben B]:"Ben"
=C:Cleo
5:Ana>[Ben B]=C # as they said
2: C > Ana
1*C
3:
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_blt_file_is_read(file):
    election = readers.read(file(BLT, "a.blt"), "stv")
    assert election.options == ["Ana", "Ben", "Cleo"]
    assert election.tallies == {"1-2-": 2, "--1": 1}
    assert (election.rules, election.title) == ({"seats": 1}, "Town")


def test_a_blt_file_may_have_all_that_its_format_allows(file):
    text = """\ufeff# Ward 7
4 2   # options, seats
-3
[tie 4 3 2 1] [nick a b c d]
/* two papers
   more */ 1 1 2 0
(id 17) a - c d 0
3 1=2 4 0
2
  4 2
0
1 1 2 0 2 2 0
1 0
1 3 0
0
"Ana "  "Green"
"Ben # the 2nd" "Red"
"Cleo" "Blue"
"Dora" "Green"
"Ward" "a comment"
"""
    election = readers.read(file(text, "a.blt"), "stv")
    assert election.options == ["Ana", "Ben # the 2nd", "Cleo", "Dora"]
    assert election.title == "Ward"
    assert election.rules == {"seats": 2, "withdrawn": [3]}
    assert election.tallies == {
        "1-2--": 2,
        "1--2-3": 1,
        "1-1--2": 3,
        "-2--1": 2,
        "-1--": 2,
        "": 1,
        "--1-": 1,
    }
    assert "the lot decides" in election.notes[0]
    found = counting.count("stv", election.options, election.tallies, election.rules)
    # Neither the blank paper, nor that for the withdrawn person, nor the one that
    # begins with two options is valid.
    assert (found["ballots"], found["valid"], found["quota"]) == (12, 7, "3.00000")
    assert "Cleo" not in found["rounds"][0]


def test_names_of_a_blt_file_may_stand_on_one_line_or_without_quotes(file):
    head = "2 1\n1 1 0\n0\n"
    assert readers.read(file(head + '"A" "B" "T"', "a.blt")).options == ["A", "B"]
    three = '3 1\n0\n"A" "Green"\n"B"\n"C" "Red"\n"T"\n'
    assert readers.read(file(three, "c.blt")).options == ["A", "B", "C"]
    three = '3 1\n0\n"A" "B"\n"C"\n"T"\n'
    assert readers.read(file(three, "d.blt")).options == ["A", "B", "C"]
    assert readers.read(file(head + "Ana Roe\nBen\n", "b.blt")).options == [
        "Ana Roe",
        "Ben",
    ]


@pytest.mark.parametrize(
    ("lines", "options"),
    [
        ('"A "x" y"\n"B"\n', ['A "x" y', "B"]),
        ('"Jim ""J"" Roe"\n"O\\"B\\""\n', ['Jim "J" Roe', 'O"B"']),
        ('"A "x" y" "Green"\n"Conan O"Roe"   "Red"\n', ['A "x" y', 'Conan O"Roe']),
        ('"A" "B"\n', ["A", "B"]),
        ('"A"\n"B" "Green"\n', ["A", "B"]),
    ],
)
def test_quotes_within_names_of_a_blt_file_are_kept(file, lines, options):
    text = f'2 1\n1 1 0\n0\n{lines}"Title"\nA remark of 5" at the end\n'
    election = readers.read(file(text, "a.blt"), "stv")
    assert (election.options, election.title) == (options, "Title")


def test_settings_of_a_blt_file_withdraw_people_or_change_nothing(file):
    head = "3 1 # options, seats\n[withdrawn 1 3] [undeclared 2]\n[droop precision=4]\n"
    text = BLT.replace("3 1\n", head)
    path = file(text, "ward.txt")
    assert readers.format_of(path) == "blt"
    election = readers.read(path, "stv")
    assert election.rules == {"seats": 1, "withdrawn": [1, 3]}
    assert election.tallies == {"1-2-": 2, "--1": 1}


def test_a_tally_sheet_may_have_other_arrows(file):
    text = "Choice 1: Ana\n/  OPTION 2 --> Ben\n|/\nV: -1 \tanna Anna\n"
    election = readers.read(file(text, "vote.txt"), "schulze")
    assert (election.options, election.tallies) == (["Ana", "Ben"], {"-1": 1})


def test_a_tally_sheet_of_debian_is_read(file):
    election = readers.read(file(DEBIAN, "tally.txt"), "schulze")
    assert election.options == ["Ana", "Ben of the North", "None of the Above"]
    assert election.tallies == {"1--2": 2, "1-2-3": 1, "": 1}


def test_names_in_an_old_encoding_are_read(file):
    text = DEBIAN.replace("Ana", "Raphaël").encode("iso-8859-1")
    assert readers.read(file(text, "tally.txt"), "schulze").options[0] == "Raphaël"
    # Voters' names came from everywhere.
    text = DEBIAN.encode().replace(b"abc", "Zoé é".encode()).replace(b"def", b"Zo\xe9")
    assert readers.read(file(text, "mixed.txt"), "schulze").tallies["1-2-3"] == 1
    text = b"Zo\xe9," + "Zoé,é\n1,2,3\n".encode()
    with pytest.raises(readers.BadFile, match="letters in several encodings"):
        readers.read(file(text, "a.csv"), "schulze")


def test_an_abif_file_is_read(file):
    election = readers.read(file(ABIF, "a.abif"), "schulze")
    assert election.options == ["Ana, of the hill", "Ben", "Cleo"]
    assert election.tallies == {"1-2-2": 5, "2--1": 2, "--1": 1, "": 3}
    assert election.title == "Town"
    assert readers.format_of(file(ABIF, "abif.txt")) == "abif"


def test_an_abif_file_may_have_scores(file):
    path = file("42:Memphis/5,Nashville/2,Knox/0\n26:Knox/2>Nashville/5\n", "a.abif")
    assert readers.read(path, "score").tallies == {"5,2,0": 42, ",5,2": 26}
    assert readers.read(path, "schulze").tallies == {"1-2-3": 42, "-2-1": 26}
    assert readers.read(path, "choose").tallies == {"1,2": 42, "2,3": 26}
    plain = file("3:Ana,Ben\n2:Ben\n", "b.abif")
    assert readers.read(plain, "choose").tallies == {"1,2": 3, "2": 2}
    assert readers.read(plain, "schulze").tallies == {"1-1": 3, "-1": 2}
    with pytest.raises(readers.BadFile, match="line 1: an option has no points"):
        readers.read(plain, "score")


def test_names_of_an_abif_file_stand_in_brackets_or_in_full(file):
    text = '5:["Mem" Memphis]>["Nash" Nash]\n1:["Nash" Nash]\n'
    options = ['"Mem" Memphis', '"Nash" Nash']
    assert readers.read(file(text, "a.abif"), "schulze").options == options
    text = "=K:[Bob Kiss]\n=W:[Kurt Wright]\n5:[Bob Kiss]>W\n3:K\n"
    election = readers.read(file(text, "b.abif"), "schulze")
    assert election.options == ["Bob Kiss", "Kurt Wright"]
    assert election.tallies == {"1-2": 5, "1-": 3}
    # What has no score on a ballot of scores is left blank.
    text = "42:M/400,N/200,K\n26:M,N/400,K/240\n"
    assert readers.read(file(text, "c.abif"), "score").tallies == {
        "400,200,": 42,
        ",400,240": 26,
    }


def test_a_csv_file_may_have_a_line_for_each_rank_of_a_ballot(file):
    text = "ballot_id,rank,choice\n1-7,1,Bob\n1-7,2,Ana\n2,2,Bob\n2,1,Ana\n3,1,Bob\n"
    text += "3,2,Ana\n4,1,overvote\n4,2,Ana\n"
    election = readers.read(file(text, "a.csv"), "irv")
    assert election.options == ["Bob", "Ana"]
    assert election.tallies == {"1-2": 2, "2-1": 1, "": 1}
    with pytest.raises(readers.BadFile, match="line 10: a ballot has two choices"):
        readers.read(file(text + "4,2,Bob\n", "b.csv"), "irv")


def test_columns_of_places_are_taken_out_of_a_record_of_votes_cast(file):
    text = "Source,Batch,2nd Choice Mayor,1ST CHOICE MAYOR,Count\n"
    text += "a,1,undervote,Ana,3\nb,2,Ana,Ben,2\nb,2,Ben,$OVERVOTE,1\n,,,$UNDERVOTE,1\n"
    election = readers.read(file(text, "a.csv"), "irv")
    assert election.options == ["Ana", "Ben"]
    assert election.tallies == {"1-": 3, "2-1": 2, "": 2}
    assert election.notes == ["Columns that are not counted: Source, Batch."]
    named = file("Choice 1,Choice 2\nAna,Ben\n", "b.csv")
    assert readers.read(named, "irv").options == ["Ana", "Ben"]


def test_ranks_in_cells_may_have_endings(file):
    text = "Timestamp,Email address,Ana,Ben\n1,a@b,1st choice,2nd\n2,c@d,,1.0\n"
    election = readers.read(file(text, "a.csv"), "stv")
    assert election.tallies == {"1-2": 1, "-1": 1}


def test_a_file_of_preflib_is_read(file):
    text = "# TITLE: Town\n# ALTERNATIVE NAME 1: Ana, of the hill\n"
    text += "# ALTERNATIVE NAME 2: Ben\n# ALTERNATIVE NAME 3: Cleo\n"
    text += "4: 1,3\n2: 2,{1,3}\n1: 2, { 1, 3 }\n1: {1,2},3\n"
    election = readers.read(file(text, "a.toi"), "schulze")
    assert election.options == ["Ana, of the hill", "Ben", "Cleo"]
    assert election.tallies == {"1--2": 4, "2-1-2": 3, "1-1-2": 1}
    assert election.title == "Town"
    assert readers.format_of(file(text, "preflib.txt")) == "preflib"
    assert readers.read(file(text, "b.toi"), "choose").tallies == {"1,3": 4, "1,2,3": 4}


def test_a_ward_in_cells_is_read(file):
    text = "3,2,\n3,1,3,\n\n2,2,\n"
    text += '"Candidate 1","Ana "the hill" Roe","Green",\n"Candidate 2","Ben","Red",\n'
    text += '"Candidate 3","Cleo","Blue",\n""Ward 11 - Town, Hill"",\n'
    election = readers.read(file(text, "a.csv"), "stv")
    assert election.options == ['Ana "the hill" Roe', "Ben", "Cleo"]
    assert election.tallies == {"1--2": 3, "-1-": 2}
    assert (election.rules, election.title) == ({"seats": 2}, "Ward 11 - Town, Hill")
    # A row of another file is no head of a ward.
    plain = file("\ncount,Ana,Ben\n3,1,\n", "votes.txt")
    assert readers.read(plain, "stv").tallies == {"1-": 3}


def test_a_csv_file_may_name_voters_and_its_separator(file):
    path = file("sep=;\n;Ana;Ben\nSmith;;1\nJones;1;2\n", "a.csv")
    election = readers.read(path, "schulze")
    assert (election.options, election.tallies) == (
        ["Ana", "Ben"],
        {"-1": 1, "1-2": 1},
    )


def test_a_csv_file_has_ranks_scores_choices_or_dates_as_the_method_says(file):
    ranks = file("\ufeffAna;Ben;Count\r\n1;2;3\r\n;1;2\r\n1;2;1\r\n-;0;1\r\n", "a.csv")
    election = readers.read(ranks, "stv")
    assert election.options == ["Ana", "Ben"]
    assert election.tallies == {"1-2": 4, "-1": 2, "": 1}
    scores = file('count,"Ana, ""A""",Ben\n42,5,2\n26,0,\n', "b.csv")
    election = readers.read(scores, "score")
    assert election.options == ['Ana, "A"', "Ben"]
    assert election.tallies == {"5,2": 42, "0,": 26}
    picks = file("Ana\tBen\nx\t\n1\t1\nno\tyes\n", "c.csv")
    assert readers.read(picks, "choose").tallies == {"1": 1, "1,2": 1, "2": 1}
    dates = file("10 May,11 May\nyes,maybe\ny,n\n", "d.csv")
    assert readers.read(dates, "dates").tallies == {"y,m": 1, "y,n": 1}
    words = file("choice,count\nyes,4\nNo,3\nabstain,2\n,1\n", "e.csv")
    assert readers.read(words, "majority").tallies == {
        **{"yes": 4, "no": 3, "abstain": 2, "": 1}
    }


def test_a_csv_file_may_name_the_first_second_and_third_choice(file):
    text = "ballots,rank1,rank2,rank3\n3,Ana,Ben,\n1,skipped,Ben,Ana\n"
    text += "2,Cleo,overvote,Ben\n"
    election = readers.read(file(text, "a.csv"), "irv")
    assert election.options == ["Ana", "Ben", "Cleo"]
    assert election.tallies == {"1-2-": 3, "2-1-": 1, "--1": 2}


def test_rules_that_a_spreadsheet_has_put_in_quotes_are_read(file):
    text = '"# method: ""stv"""\n"# option_ids: [7, 8]";;\n# seats: 2;;\n'
    text += "count;A;B\n3;1;2\n"
    election = readers.read(file(text, "a.csv"))
    rules = {"method": "stv", "option_ids": [7, 8], "seats": 2}
    assert (election.rules, election.tallies) == (rules, {"1-2": 3})


def test_blank_rows_without_a_count_are_no_ballots(file):
    rows = "Ana,Ben,count\n1,2,3\n,,\n\n"
    with pytest.raises(readers.BadFile, match="line 3"):
        readers.read(file(rows.replace(",,\n", ",x,\n"), "a.csv"), "stv")
    assert readers.read(file(rows, "b.csv"), "stv").tallies == {"1-2": 3}
    assert readers.read(file("Ana,Ben\n1,2\n,\n", "c.csv"), "stv").tallies == {
        "1-2": 1,
        "": 1,
    }


@pytest.mark.parametrize(
    ("name", "text", "method", "reason"),
    [
        ("a.blt", "", "stv", "ends before"),
        ("a.blt", "3 1\n1 1 0\n", "stv", "ends before"),
        ("a.blt", BLT.replace("1 3 0", "1 4 0"), "stv", "line 3: “4” is no option"),
        ("a.blt", BLT.replace("1 3 0", "1 3 3 0"), "stv", "line 3: “3” is named twice"),
        ("a.blt", BLT.replace("1 3 0", "1.5 3 0"), "stv", "line 3: “1.5” is no whole"),
        ("a.blt", BLT.replace("1 3 0", "1 x 0"), "stv", "line 3: “x” is no option"),
        ("a.blt", BLT.replace("1 3 0", "9" * 14 + " 3 0"), "stv", "line 3"),
        ("a.blt", BLT.replace("1 3 0", "[x] 1 3 0"), "stv", "line 3: this setting"),
        ("a.blt", "999999 1\n", "stv", "line 1: “999999” is no whole"),
        ("a.blt", "three 1\n", "stv", "line 1: “three” is no whole"),
        ("a.blt", BLT.replace('"Cleo"\n"Town"\n', ""), "stv", "2 names for 3 options"),
        ("a.blt", BLT.replace('"Cleo"', '"Cleo'), "stv", "line 7: a quotation mark"),
        ("a.blt", BLT, "score", "no points"),
        ("a.blt", BLT, "majority", "no ballots for “majority”"),
        ("a.blt", b"3 1\n\x00\x01", "stv", "this is no text"),
        ("a.blt", "3 1\n" + "1 " * 60_000, "stv", "line 2: more than"),
        (
            "a.txt",
            DEBIAN.replace("V: 123", "V: 12"),
            "schulze",
            "line 7: “12” does not",
        ),
        ("a.txt", DEBIAN.replace("V: 123", "V: 1x3"), "schulze", "line 7: “1x3” does"),
        ("a.txt", DEBIAN.replace("V: 123", "V:"), "schulze", "line 7: “def” does"),
        (
            "a.txt",
            DEBIAN.replace("Option 2", "Option 4"),
            "schulze",
            "line 3: option 4",
        ),
        ("a.abif", ABIF.replace("1*C", "1:D"), "schulze", "line 8: “D” is not among"),
        ("a.abif", ABIF.replace("1*C", "1:C>C"), "schulze", "line 8: “Cleo” is named"),
        ("a.abif", ABIF.replace("1*C", "1:C>"), "schulze", "line 8: nothing follows"),
        ("a.abif", ABIF.replace("1*C", "1:C>>Ana"), "schulze", "line 8: “>Ana” cannot"),
        ("a.abif", ABIF.replace("1*C", "1:C<Ana"), "schulze", "line 8: “C<Ana” cannot"),
        (
            "a.abif",
            ABIF.replace("=C:", "=:"),
            "schulze",
            "line 5: this names no option",
        ),
        ("a.abif", "# nothing\n", "schulze", "no ballots"),
        ("a.abif", "100:\n", "schulze", "line 1: no ballot names an option"),
        ("a.csv", "", "stv", "no headings"),
        ("a.csv", "Ana,Ana\n1,2\n", "stv", "line 1: “Ana” is named twice"),
        ("a.csv", "Ana,\n1,2\n", "stv", "line 1: column 2 has no heading"),
        ("a.csv", "Ana,Ben\n1,2,3\n", "stv", "line 2: more than 2 cells"),
        ("a.csv", "Ana,Ben\n1,b\n", "stv", "line 2: “b” is no whole number"),
        ("a.csv", "Ana,Ben\n1,2\n-3,1\n", "stv", "line 3: “-3” is no whole number"),
        ("a.csv", 'Ana,Ben\n1,"2\n', "stv", "line 2"),
        ("a.csv", "Ana,Ben\n1,z\n", "choose", "line 2: “z” is none of"),
        ("a.csv", "Ana,Ben\ny,z\n", "dates", "line 2: “z” is none of"),
        ("a.csv", "Ana,count\n1,-4\n", "stv", "line 2: “-4” is no whole number"),
        ("a.csv", "choice\nyes\nperhaps\n", "majority", "line 3: “perhaps”"),
        ("a.csv", "Ana,Ben\nyes,no\n", "majority", "line 1: one column “choice”"),
        ("a.csv", "count\n3\n", "stv", "line 1: no column has an option"),
        (
            "a.csv",
            ",".join(f"o{i}" for i in range(501)),
            "stv",
            "line 1: more than 500",
        ),
        ("a.csv", "Ana\n1\n", None, "does not say by which method"),
        ("a.csv", "Choice 1,Choice 2,No\n2,1,\n", "stv", "line 1: “Choice 1” may be"),
        ("a.csv", "Choice 1,Choice 2,No\n3,2,1\n", "stv", "line 1: “Choice 1” may be"),
        ("a.csv", "Rank 1,Rank 1\nAna,Ben\n", "stv", "line 1: “Rank 1” is named twice"),
        ("a.csv", "2,1,\n3,1,4,\n", "stv", "line 2: “4” is no option from 1 to 2"),
        ("a.csv", '1,1,\n"Candidate 2","Ana",\n', "stv", "line 2: candidate 1 is"),
        ("a.soi", "# ALTERNATIVE NAME 2: Ana\n", "stv", "line 1: option 2 is out"),
        (
            "a.soi",
            "# ALTERNATIVE NAME 1: Ana\n2: 2\n",
            "stv",
            "line 2: “2” is no whole",
        ),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n2: 1,{1\n", "stv", "line 2: “{1” cannot"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n2: 1,1\n", "stv", "line 2: “A” is named"),
        ("a.soi", "2: 1,1\n", "stv", "line 1: “2: 1,1” cannot"),
        ("a.soi", "\n", "stv", "line 1: the file names no options"),
        ("a.soi", "# ALTERNATIVE NAME 1: A\n", "score", "no points"),
        # Made to be slow: each is refused at once.
        ("a.blt", "3 1\n" + "[" * 90_000, "stv", "line 2: a bracket is not closed"),
        ("a.blt", "3 1\n" + "(" * 90_000, "stv", "line 2: a bracket is not closed"),
        ("a.abif", "1:" + "[" * 90_000, "stv", "line 1: a bracket is not closed"),
        ("a.abif", "1:a" + " " * 90_000 + '"', "stv", 'line 1: “a "” cannot'),
        ("a.abif", "=a" + " " * 90_000 + "<", "stv", "line 1: this names no option"),
        ("a.abif", '{"title": "' + " " * 90_000 + "x", "stv", "no ballots"),
        ("a.csv", f"choice,count\nyes,{10**12}\n", "majority", "more ballots than"),
        ("a.blt", "3 1\n[tie 3 9 1]\n" + BLT[4:], "stv", "line 2: “9” is no option"),
    ],
)
def test_a_file_that_is_in_doubt_is_refused_with_the_line(
    file, name, text, method, reason
):
    with pytest.raises(readers.BadFile) as refused:
        readers.read(file(text, name), method)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "rule",
    [
        *("seats: 1e400", "withdrawn: [9]", "withdrawn: [-1]", "none_option: 3"),
        *("option_ids: [1, 1]", "option_ids: [1]", "withdrawn: " + "[" * 90_000),
        *("live_objections: 1e400", 'share: "1/0"', "colleges: 5"),
    ],
)
def test_rules_that_make_no_sense_are_refused_and_break_nothing(file, rule):
    texts = {
        "choose": "Ana,Ben\n1,0\n",
        "majority": "choice\nyes\n",
        "consent": "choice\nlive\n",
    }
    refused = 0
    for method, text in texts.items():
        election = readers.read(file(f"# {rule}\n{text}", "a.csv"), method)
        try:
            counting.count(method, election.options, election.tallies, election.rules)
        except (ValueError, TypeError, ArithmeticError):
            refused += 1
    assert refused


def test_of_many_orders_for_ties_one_sentence_says_that_they_are_not_used(file):
    text = BLT.replace("2 1 2 0", "[tie 3 2 1]\n" * 3 + "2 1 2 0")
    election = readers.read(file(text, "a.blt"), "stv")
    assert election.notes == [readers.TIE_NOTE]
    assert election.tallies == {"1-2-": 2, "--1": 1}
