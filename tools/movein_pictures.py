#!/usr/bin/env python3
"""Take the pictures of docs/moving-in.md while the test moves a community in.

    python3 tools/movein_pictures.py

Writes PNG files to ``docs/images`` (or ``--out``), from a database of its own.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the test with a place for its pictures; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default=str(ROOT / "docs" / "images"))
    options = parser.parse_args()
    out = Path(options.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [sys.executable, "wezer", "test", "tests/test_movein_browser.py", "-q"],
        cwd=ROOT,
        env={**os.environ, "WEZER_PICTURES": str(out)},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
