"""The documents name what exists: rules, decisions, links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"
HEADINGS = ["Context", "Decision", "Figures", "Consequences"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
# What a name may be in its file: a function, a constant, an SQL function, an XML id.
DEFINED = r"(def {0}\(|^{0}\b.* = |FUNCTION {0}\(|id=\"{0}\")"


def rules():
    """Return the rows of “Where is the rule that …?” of the page on architecture."""
    text = (DOCS / "architecture.md").read_text()
    table = text.split("## Where is the rule that …?")[1]
    return re.findall(r"^\| ([^|]+\?) \| `([^`]+)` \| `([^`]+)` \|$", table, re.M)


def test_at_least_twenty_questions_are_answered_once_each():
    questions = [question for question, _file, _name in rules()]
    assert len(questions) == len(set(questions)) >= 20


@pytest.mark.parametrize(("question", "file", "name"), rules())
def test_each_rule_is_where_the_page_says(question, file, name):
    path = ROOT / file
    assert path.exists(), question
    pattern = DEFINED.format(re.escape(name))
    assert re.search(pattern, path.read_text(), re.M), f"{question} {name} in {file}"


def decisions():
    return sorted(DECISIONS.glob("[0-9]*.md"))


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", decisions(), ids=lambda path: path.stem)
def test_a_decision_has_its_parts_and_a_line_in_the_index(path):
    text = path.read_text()
    title = re.match(r"# (\d{4})\. (.+)\n", text)
    assert title and title[1] == path.name[:4]
    found = re.findall(r"^## (.+)$", text, re.M)
    assert found == [heading for heading in HEADINGS if heading in found]
    assert {"Context", "Decision", "Consequences"} <= set(found)
    index = " ".join((DECISIONS / "README.md").read_text().split())
    assert f"- [{title[1]}]({path.name}) {title[2]}" in index


def pages():
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_to_files_of_the_repository(page):
    for target in LINK.findall(page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page}: {target}"
