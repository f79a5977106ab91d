"""Odoo 19: `$ODOO_HOME`, an installed one, Debian's package, or a clone."""

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from . import python_env
from .console import Failure, Step
from .paths import SERIES, STATE

CLONE = "https://github.com/odoo/odoo.git"
SUITE = "sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
PACKAGES = (
    "odoo-19",
    # What links of the package point to.
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
# Odoo's icons are those of Font Awesome 4.7. Debian's package of that name has moved on
# to a version with other file names; this wheel carries the old files.
ICONS = "sphinx-rtd-theme==3.1.0"


class Odoo:
    """A tree with the package `odoo` and its addons."""

    def __init__(self, library: Path, addons: list[Path], origin: str) -> None:
        self.library = Path(library)  # put on PYTHONPATH
        self.addons = [Path(path) for path in addons]
        self.origin = origin

    @property
    def version(self) -> str:
        """Return the version, as ``19.0``."""
        text = (self.library / "odoo" / "release.py").read_text()
        found = re.search(r"^version_info = \((\d+), (\d+)", text, re.M)
        return f"{found[1]}.{found[2]}" if found else "?"


def from_tree(folder: Path, origin: str) -> Odoo | None:
    """An Odoo from a source checkout or an unpacked package, else None."""
    folder = Path(folder)
    for library in (folder, folder / "usr/lib/python3/dist-packages"):
        if (library / "odoo" / "release.py").exists():
            addons = [library / "odoo" / "addons", library / "addons"]
            addons = [path for path in addons if (path / "web").exists()]
            if addons:
                return Odoo(library, addons, origin)
    return None


def find(step: Step) -> Odoo:
    """Return the first Odoo that is available, in the order of docs/develop.md."""
    home = os.environ.get("ODOO_HOME")
    if home:
        odoo = from_tree(Path(home), "ODOO_HOME")
        if not odoo or odoo.version != SERIES:
            what = f"Odoo {odoo.version}" if odoo else "no Odoo"
            raise Failure(
                f"ODOO_HOME={home} holds {what}, wanted {SERIES}",
                "Point it at a checkout of Odoo 19, or unset it to have one fetched.",
            )
        return odoo
    odoo = installed() or from_tree(STATE / "odoo", "kept from the first start")
    if odoo:
        return odoo
    reasons = []
    for fetch in (fetch_package, fetch_clone):
        try:
            if odoo := fetch(step):
                return odoo
        except Failure as failure:
            reasons.append(str(failure))
    raise Failure(
        "Odoo 19 is not to be had: " + " ".join(reasons),
        "Check the network, or set ODOO_HOME to a checkout of Odoo 19.",
    )


def installed() -> Odoo | None:
    """An `odoo` command on PATH whose Python package lies where it can be found."""
    command = shutil.which("odoo") or shutil.which("odoo-bin")
    if not command:
        return None
    for folder in (
        Path("/usr/lib/python3/dist-packages"),
        Path(command).resolve().parent,
        *Path(command).resolve().parents[1].glob("lib/python3*/site-packages"),
    ):
        odoo = from_tree(folder, "installed")
        if odoo and odoo.version == SERIES:
            return odoo
    return None


def fetch_package(step: Step) -> Odoo | None:
    """Debian's package and what it links to, without root, signatures checked."""
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise Failure(f"Debian's package needs {tool}, which is not here.")
    mirror, keyring = debian_mirror()
    state = STATE / "apt"
    for part in ("lists/partial", "cache/archives/partial", "etc"):
        (state / part).mkdir(parents=True, exist_ok=True)
    (state / "etc" / "sources.list").write_text(
        f"deb [signed-by={keyring}] {mirror} {SUITE} main\n"
    )
    (state / "status").write_text("")
    step.show("reading Debian's package list")
    apt(state, "update")
    step.show("downloading Debian's odoo-19")
    apt(state, "download", *PACKAGES)
    new = STATE / "odoo.new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    for package in sorted((state / "cache" / "archives").glob("*.deb")):
        step.show(f"unpacking {package.name.split('_')[0]}")
        done = subprocess.run(["dpkg-deb", "-x", str(package), str(new)])
        if done.returncode:
            raise Failure(f"{package.name} cannot be unpacked.")
    complete(new, step)
    shutil.rmtree(STATE / "odoo", ignore_errors=True)
    new.rename(STATE / "odoo")
    shutil.rmtree(state)
    return from_tree(STATE / "odoo", "Debian's package")


def debian_mirror() -> tuple[str, str]:
    """Where this machine has Debian from, and the keys it trusts for that."""
    done = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI)",
            "Created-By: Packages",
            "Component: main",
            "Origin: Debian",
            "Label: Debian",
        ],
        capture_output=True,
        text=True,
    )
    sources = debian_sources()
    # Never read a package list yet: the sources' own words.
    mirrors = done.stdout.split() or list(sources)
    if not mirrors:
        raise Failure("This machine has no Debian source to derive a mirror from.")
    keyring = sources.get(mirrors[0].rstrip("/")) or KEYRING
    if not os.path.exists(keyring):
        raise Failure(f"Debian's keys are missing ({keyring}).")
    return mirrors[0], keyring


def debian_sources() -> dict[str, str]:
    """{mirror: keyring} of the sources' files that are Debian's own archive."""
    found: dict[str, str] = {}
    etc = Path("/etc/apt")
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*"))]:
        if not path.is_file():
            continue
        text = path.read_text(errors="replace")
        if path.suffix == ".list":
            pattern = r"^deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+\S+\s+.*\bmain\b"
            pairs = [
                (uri, re.search(r"signed-by=(/\S+)", options or ""))
                for options, uri in re.findall(pattern, text, re.M)
            ]
        elif path.suffix == ".sources":
            pairs = [
                (uri, re.search(r"^Signed-By:\s*(/\S+)", block, re.M))
                for block in re.split(r"\n\s*\n", text)
                for uri in re.findall(r"^URIs:\s*(\S+)", block, re.M)
            ]
        else:
            continue
        for uri, signed_by in pairs:
            key = signed_by[1] if signed_by else KEYRING
            # The archive itself, not its security updates nor another vendor's.
            if uri.rstrip("/").endswith("/debian") and "debian-archive" in key:
                found.setdefault(uri.rstrip("/"), key)
    return found


def apt(state: Path, *arguments: str) -> None:
    """Run apt-get with lists and a cache of its own."""
    options = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Dir::Etc::sourcelist": state / "etc" / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "APT::Sandbox::User": "",
        "APT::Architecture": "amd64" if os.uname().machine == "x86_64" else "arm64",
        "Acquire::Languages": "none",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::Retries": "2",
    }
    command = ["apt-get", "-q"]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"]
    done = subprocess.run(
        command + list(arguments),
        capture_output=True,
        text=True,
        cwd=state / "cache" / "archives",
    )
    (STATE / "apt.log").write_text(done.stdout + done.stderr)
    errors = [
        line for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))
    ]
    if done.returncode or (arguments[0] == "update" and any("E:" in e for e in errors)):
        why = errors[-1][2:].strip() if errors else "apt-get failed"
        raise Failure(f"Debian's package cannot be fetched ({why}).")


def complete(tree: Path, step: Step) -> None:
    """Put in what Debian's package lacks."""
    web = tree / "usr/lib/python3/dist-packages/odoo/addons"
    # Without this file every page of the back office logs an error in the browser.
    stub = web / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("// not in the Debian package\n")
    fonts = web / "web/static"
    missing = [path for path in fonts.rglob("fonts/*awesome*") if not path.exists()]
    missing += [path for path in fonts.rglob("fonts/FontAwesome*") if not path.exists()]
    if not missing:
        return
    step.show("fetching the icons")
    kept = STATE / "icons"
    python_env.pip("download", "--quiet", "--no-deps", "-d", str(kept), ICONS)
    with zipfile.ZipFile(next(kept.glob("*.whl"))) as wheel:
        inside = {Path(name).name: name for name in wheel.namelist()}
        for path in missing:
            path.unlink()
            if path.name in inside:
                path.write_bytes(wheel.read(inside[path.name]))
    shutil.rmtree(kept)


def fetch_clone(step: Step) -> Odoo | None:
    """Clone Odoo's repository."""
    if not shutil.which("git"):
        raise Failure("A clone of Odoo needs git, which is not here.")
    step.show("cloning Odoo 19")
    new = STATE / "odoo.new"
    shutil.rmtree(new, ignore_errors=True)
    done = subprocess.run(
        ["git", "clone", "--quiet", "--depth", "1", "-b", SERIES, CLONE, str(new)],
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["git failed"])[-1]
        raise Failure(f"Odoo cannot be cloned ({why}).")
    new.rename(STATE / "odoo")
    return from_tree(STATE / "odoo", "a clone")
