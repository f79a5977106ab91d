"""The virtual environment with what Odoo and the addons need."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .console import Failure, Step
from .paths import ROOT, STATE

ADDONS = ROOT / "requirements-addons.txt"  # named by the next
RUN = ROOT / "requirements.txt"
TEST = ROOT / "requirements-test.txt"


def folder() -> Path:
    """Return the folder of the virtual environment."""
    return STATE / "venv"


def python() -> str:
    """Return its Python."""
    return str(folder() / "bin" / "python")


def restart_with_workbooks() -> None:
    """Run this command again with Wezer's own Python, where this one reads no XLSX."""
    own = folder() / "bin" / "python"
    if importlib.util.find_spec("openpyxl") is not None or not own.exists():
        return
    if os.environ.get("WEZER_RESTARTED") != "1":
        os.environ["WEZER_RESTARTED"] = "1"
        os.execv(own, [str(own), str(ROOT / "wezer"), *sys.argv[1:]])


def pip(*arguments: str, log: Path | None = None) -> None:
    """Run pip of the virtual environment, its output kept in a log."""
    log = log or STATE / "pip.log"
    command = [python(), "-m", "pip", "--disable-pip-version-check", *arguments]
    with open(log, "a") as output:
        done = subprocess.run(command, stdout=output, stderr=output)
    if done.returncode:
        raise Failure(
            f"Python packages cannot be installed: {last_error(log)}",
            f"Check the connection to the Python package index; the log is {log}.",
        )


def last_error(log: Path) -> str:
    """Return the last error in a log of pip."""
    lines = [line for line in log.read_text().splitlines() if line.startswith("ERROR")]
    return lines[-1][7:] if lines else "pip failed"


def ensure(step: Step, test: bool = False) -> None:
    """Make or complete the environment; nothing to do when nothing changed."""
    files = [RUN, TEST] if test else [RUN]
    for path in files:
        mark = folder() / f".{path.stem}"
        wanted = fingerprint(path)
        if mark.exists() and mark.read_text() == wanted and works():
            continue
        if not works():
            create(step)
        step.show(f"installing {path.name}")
        # The list is complete: resolving again would only cost time. So would compiling
        # all of it: Odoo keeps what it has compiled in a folder of its own.
        options = ("--quiet", "--no-deps", "--no-compile", "--only-binary=:all:")
        pip("install", *options, "-r", str(path))
        mark.write_text(wanted)
    version = ".".join(str(part) for part in sys.version_info[:2])
    packages = list(folder().glob("lib/*/site-packages/*.dist-info"))
    step.show(f"Python {version}, {len(packages)} packages")


def fingerprint(path: Path) -> str:
    """Return a hash of Python's version and the requirements."""
    text = f"{sys.version_info[:2]}{path.read_text()}{ADDONS.read_text()}"
    return hashlib.sha256(text.encode()).hexdigest()


def works() -> bool:
    """Return whether the environment exists and fits this Python."""
    marker = folder() / ".version"
    return (
        os.access(python(), os.X_OK)
        and marker.exists()
        and marker.read_text() == ".".join(map(str, sys.version_info[:2]))
    )


def create(step: Step) -> None:
    """Make the environment anew."""
    step.show("making the environment")
    shutil.rmtree(folder(), ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(folder())], capture_output=True, text=True
    )
    if done.returncode or not (folder() / "bin" / "pip").exists():
        version = ".".join(map(str, sys.version_info[:2]))
        raise Failure(
            "Python cannot make a virtual environment (its module venv or ensurepip is "
            "missing)",
            f"Install it, on Debian and Ubuntu: apt install python{version}-venv",
        )
    (folder() / ".version").write_text(".".join(map(str, sys.version_info[:2])))
