"""Odoo is found where it lies, and its package comes from the machine's own source."""

import subprocess
from pathlib import Path

from launcher import odoo_source, paths, python_env

SOURCES = """\
Types: deb
URIs: http://mirror.example/debian
Suites: stable
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: stable-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://vendor.example/debian
Suites: nodistro
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg
"""


def with_etc(monkeypatch, tmp_path, **files):
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        (tmp_path / "sources.list.d" / name.replace("_", ".")).write_text(text)
    monkeypatch.setattr(
        odoo_source,
        "Path",
        lambda *parts: tmp_path if parts == ("/etc/apt",) else Path(*parts),
    )


def test_only_debians_own_archive_is_taken_as_the_mirror(monkeypatch, tmp_path):
    with_etc(monkeypatch, tmp_path, debian_sources=SOURCES)
    assert odoo_source.debian_sources() == {
        "http://mirror.example/debian": odoo_source.KEYRING
    }


def test_the_old_form_of_the_sources_is_read_too(monkeypatch, tmp_path):
    line = "deb [arch=amd64 signed-by=/etc/debian-archive.gpg] http://m.example/debian"
    text = f"{line} bookworm main contrib\ndeb http://v.example/debian x non-free\n"
    with_etc(monkeypatch, tmp_path, a_list=text)
    assert odoo_source.debian_sources() == {
        "http://m.example/debian": "/etc/debian-archive.gpg"
    }


def test_the_mirror_is_signed_by_the_keys_the_machine_names(monkeypatch, tmp_path):
    key = tmp_path / "debian-archive-own.gpg"
    key.write_text("")
    text = SOURCES.replace(odoo_source.KEYRING, str(key))
    with_etc(monkeypatch, tmp_path, debian_sources=text)
    answer = subprocess.CompletedProcess(
        [], 0, stdout="http://mirror.example/debian/\n"
    )
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: answer)
    assert odoo_source.debian_mirror() == ("http://mirror.example/debian/", str(key))


def test_an_odoo_home_is_taken_first(tmp_path, monkeypatch, step):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "addons" / "web").mkdir(parents=True)
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    odoo = odoo_source.find(step)
    assert odoo.origin == "ODOO_HOME" and odoo.version == paths.SERIES
    assert odoo.library == tmp_path and odoo.addons == [tmp_path / "addons"]


def test_links_of_the_package_that_lead_nowhere_are_filled(tmp_path, monkeypatch, step):
    import zipfile

    addons = tmp_path / "usr/lib/python3/dist-packages/odoo/addons"
    fonts = addons / "web/static/lib/fontawesome/fonts"
    fonts.mkdir(parents=True)
    (fonts / "fontawesome-webfont.woff2").symlink_to("nowhere.woff")
    (fonts / "FontAwesome.otf").symlink_to("nowhere.otf")
    monkeypatch.setattr(odoo_source, "STATE", tmp_path)

    def pip(*arguments):
        folder = Path(arguments[arguments.index("-d") + 1])
        folder.mkdir()
        with zipfile.ZipFile(folder / "icons.whl", "w") as wheel:
            wheel.writestr("static/fontawesome-webfont.woff2", b"the icons")

    monkeypatch.setattr(python_env, "pip", pip)
    odoo_source.complete(tmp_path, step)
    assert (fonts / "fontawesome-webfont.woff2").read_bytes() == b"the icons"
    assert not (fonts / "FontAwesome.otf").is_symlink()
    stub = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    assert stub.exists()
