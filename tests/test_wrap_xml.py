"""tools/wrap_xml.py breaks long lines without changing what they mean."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location(
    "wezer_wrap_xml", ROOT / "tools" / "wrap_xml.py"
)
tool = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(tool)

TERM = "record.name == 'two words here' and "
MANY = TERM * 5 + "last"


@pytest.mark.parametrize(
    "line",
    [
        f'        t-if="{MANY}"',
        f'        t-attf-href="/my/pay?#{{keep_query(a=1, {"b=2, " * 30}c=3)}}"',
        f'        class="{"o_wezer_word " * 12}last"',
        f'        >{"Words of a text " * 10}<t t-out="x" />{" and more" * 5}</p>',
    ],
)
def test_a_long_line_is_broken_at_blanks_only(line):
    wrapped = tool.wrap(line)
    assert all(len(row) <= tool.LONG for row in wrapped.split("\n"))
    assert "\n" in wrapped
    assert " ".join(wrapped.split()) == " ".join(line.split())


def test_strings_in_code_are_not_broken():
    for row in tool.wrap(f'    t-value="{MANY}"').split("\n"):
        assert row.count("'") % 2 == 0


def test_the_text_of_a_format_is_not_broken():
    line = f'    t-attf-title="{"words of a title " * 9}#{{deal.name}}"'
    assert tool.wrap(line) == line


@pytest.mark.parametrize(
    "line",
    [
        f'    help="{"words " * 30}"',
        f"    <!-- {'words ' * 30} -->",
        "    <p>short</p>",
    ],
)
def test_words_in_attributes_comments_and_short_lines_stay(line):
    assert tool.wrap(line) == line


def test_a_tag_that_ends_on_the_next_line_is_kept():
    text = f'    >{"Words of a text " * 9}<em\n        class="x">more</em>'
    assert " ".join(tool.wrap(text).split()) == " ".join(text.split())
