#!/usr/bin/env python3
"""Break the long lines of XML that prettier leaves: ``python3 tools/wrap_xml.py``.

Part of ``npm run format``. It breaks, where a line has more than 120 characters,

* attributes of code (`t-if`, `eval`, `domain` …) at blanks outside of strings: XML
  reads a line break in an attribute as a blank;
* texts at blanks: pages show a line break as a blank. The term to be translated gets
  the line break, too, which ``tools/translations.py`` follows.

Attributes of words (`help`, `placeholder` …) stay as they are: a line break and the
blanks after it would be part of the words.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONG = 120
# Where to break: a little before the limit, so that small changes move no lines.
WIDTH = 100
ATTRIBUTE = re.compile(r'^( *)([\w.:-]+)="([^"]*)"$')
CODE = re.compile(
    r"^(t-(if|elif|value|foreach|out|options|fill|att-[\w-]+)"
    r"|eval|invisible|readonly|required|domain|context)$"
)
CLASSES = ("class", "style", "t-attf-class", "t-attf-style")
# A tag, whose end may be on another line, or text up to the next one.
PIECE = re.compile(r"<[^>]*>?|[^<]+")


def wrap_attribute(line: str) -> list[str]:
    """Return the lines of an attribute, which stands on a line of its own."""
    match = ATTRIBUTE.match(line)
    if not match:
        return [line]
    pad, name, value = match.groups()
    if not (CODE.match(name) or name in CLASSES or name.startswith("t-attf-")):
        return [line]
    rows = fill(words_of_code(name, value), WIDTH - len(pad) - 4)
    rows[0] = f'{pad}{name}="{rows[0]}'
    rows[1:] = [f"{pad}    {row}" for row in rows[1:]]
    rows[-1] += '"'
    return rows


def words_of_code(name: str, value: str) -> list[str]:
    """Split code at the blanks where a line may end: outside of strings.

    In a format (``t-attf-``) only the code in it may be broken, except for classes.
    """
    formatted = name.startswith("t-attf-")
    plain = name in CLASSES
    words, word, quote, code = [], "", "", not formatted
    position = 0
    while position < len(value):
        mark = value[position]
        pair = value[position : position + 2]
        if formatted and not code and pair in ("#{", "{{"):
            code, word, position = True, word + pair, position + 2
            continue
        if formatted and code and not quote and mark == "}":
            end = "}}" if pair == "}}" else "}"
            code, word, position = False, word + end, position + len(end)
            continue
        if code and mark == "'" and quote in ("", "'"):
            quote = "" if quote else "'"
        if mark == " " and not quote and (code or plain):
            words.append(word)
            word = ""
        else:
            word += mark
        position += 1
    return [*words, word]


def fill(words: list[str], width: int) -> list[str]:
    """Put words into rows of at most ``width`` characters, where they fit."""
    rows = [words[0]]
    for word in words[1:]:
        if len(rows[-1]) + 1 + len(word) <= width:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    return rows


def wrap_text(line: str) -> list[str]:
    """Return the lines of a text with its inline elements, broken at its blanks."""
    pad = re.match(r" *", line)[0]  # type: ignore[index]
    words = [""]
    for piece in PIECE.findall(line[len(pad) :]):
        if piece.startswith("<"):
            words[-1] += piece
            continue
        first, *rest = piece.split(" ")
        words[-1] += first
        words += rest
    rows = fill(words, WIDTH - len(pad))
    return [pad + row for row in rows]


def wrap(text: str) -> str:
    """Return an XML file without lines that are too long, where they can be broken."""
    lines = []
    for line in text.split("\n"):
        if len(line) <= LONG or line.lstrip().startswith("<!--"):
            lines.append(line)
        elif ATTRIBUTE.match(line):
            lines += wrap_attribute(line)
        elif "<" not in line.split(">", 1)[0] or line.lstrip()[:1] not in "<":
            lines += wrap_text(line)
        else:
            lines.append(line)
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Wrap the files named, or all of the addons."""
    paths = [Path(name) for name in arguments] or sorted(ROOT.glob("addons/*/**/*.xml"))
    for path in paths:
        text = path.read_text()
        wrapped = wrap(text)
        if wrapped != text:
            path.write_text(wrapped)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
