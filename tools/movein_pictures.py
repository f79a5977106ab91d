#!/usr/bin/env python3
"""Take the pictures of docs/moving-in.md while tests move two communities in.

    python3 tools/movein_pictures.py

Writes the PNG files that the guide shows to ``docs/images`` (or ``--out``), from a
database of its own. ``--all`` keeps those of the other steps, too.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "moving-in.md"
SHOWN = re.compile(r"images/(movein-[\w-]+\.png)")


def main() -> int:
    """Run the tests with a place for their pictures; return their exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=str(ROOT / "docs" / "images"))
    parser.add_argument("--all", action="store_true", help="of every step")
    options = parser.parse_args()
    out = Path(options.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    shown = set(SHOWN.findall(GUIDE.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as taken:
        code = subprocess.run(
            [sys.executable, "wezer", "test", "tests/test_movein_browser.py", "-q"],
            cwd=ROOT,
            env={**os.environ, "WEZER_PICTURES": taken},
            check=False,
        ).returncode
        for picture in Path(taken).glob("*.png"):
            if options.all or picture.name in shown:
                shutil.copy(picture, out)
                shown.discard(picture.name)
    for name in sorted(shown):
        print(f"{name}: no test has taken it", file=sys.stderr)
    return code or int(bool(shown))


if __name__ == "__main__":
    sys.exit(main())
