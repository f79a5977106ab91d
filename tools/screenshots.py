#!/usr/bin/env python3
"""Take the pictures of README and docs from a running demo community.

    ./wezer run            # in another terminal
    .wezer/venv/bin/python tools/screenshots.py

Reads ``.wezer/run.json``; writes PNG files to ``docs/images`` (or ``--out``).
"""

import argparse
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser import Browser  # noqa: E402

SETTINGS = "/odoo/action-wezer_base.wezer_settings_action"
# name, who, address (then what to click there), width
PAGES = (
    ("home", None, "/", None, 1280),
    ("market", "member", "/market", None, 1280),
    ("market-phone", "member", "/market", None, 400),
    ("market-map", None, "/market?view=map", None, 1280),
    ("dashboard", "member", "/my", None, 1280),
    ("dashboard-phone", "member", "/my", None, 400),
    ("groups", None, "/groups", None, 1280),
    ("announcement-phone", "member", "/market", "a.o_wezer_announcement", 400),
    ("deal", "member", "/my/deals", "a.o_wezer_row", 1280),
    ("todo-phone", "member", "/my/todo", None, 400),
    ("wallet", "member", "/my/wallets", "a.o_wezer_card", 1280),
    ("member", "member", "/members", "a.o_wezer_member", 1280),
    ("group", "member", "/groups/garden", None, 1280),
    ("circles", "member", "/groups/map", None, 1280),
    # docs/deciding.md: --only decision
    ("decision-phone", "member", "/decisions/3", None, 400),
    ("decision-propose", "member", "/groups/garden/propose", None, 1280),
    ("decision-result", "member", "/decisions/1", None, 1280),
    ("reputation", "member", "/my/reputation", "details.o_wezer_sum > summary", 1280),
    ("board", "coordinator", "/odoo/wezer-deals", None, 1400),
    ("currencies", "administrator", "/odoo/wezer-currencies", None, 1400),
    # docs/admin.md: --only admin
    ("admin-start", "administrator", "/odoo/wezer-start", None, 1400),
    ("admin-members", "administrator", "/odoo/wezer-members", None, 1400),
    ("admin-member", "administrator", "/odoo/wezer-members", ".o_data_cell", 1400),
    ("admin-settings", "administrator", SETTINGS, None, 1400),
    ("admin-categories", "administrator", "/odoo/wezer-categories", None, 1400),
)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=str(ROOT / ".wezer" / "run.json"))
    parser.add_argument("--out", default=str(ROOT / "docs" / "images"))
    parser.add_argument("--only", help="part of a name")
    options = parser.parse_args()
    run = json.loads(Path(options.run).read_text())
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    browsers: dict[tuple, Browser] = {}
    try:
        for name, who, address, click, width in PAGES:
            if options.only and options.only not in name:
                continue
            browser = browsers.get((who, width))
            if browser is None:
                browser = browsers[who, width] = Browser(run["url"], width, 900)
                if who:
                    login = run["logins"][who]
                    browser.login(login["login"], login["password"])
            browser.open(address)
            if click:
                browser.click(click)
                browser.wait("main")
            time.sleep(2)
            browser.driver.save_screenshot(str(out / f"{name}.png"))
            print(f"{name}.png")
    finally:
        for browser in browsers.values():
            browser.close()


if __name__ == "__main__":
    main()
