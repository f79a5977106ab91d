"""Make the pictures of README.md: drives a browser over a running ``./wezer run``.

Start it with the Python of the launcher: ``.wezer/venv/bin/python docs/screenshots.py``
(after one ``./wezer test``, which installs selenium).
"""

import json
import os
import shutil
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("WEZER_STATE") or ROOT / ".wezer")
IMAGES = ROOT / "docs" / "images"


class Tour:
    def __init__(self, run):
        self.run = run
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
            options.add_argument(argument)
        options.binary_location = shutil.which("chromium") or ""
        driver = shutil.which("chromedriver")
        service = webdriver.ChromeService(executable_path=driver)
        self.browser = webdriver.Chrome(options=options, service=service)
        self.browser.set_window_size(1280, 900)
        self.browser.implicitly_wait(10)

    def log_in(self, role):
        who = self.run["logins"][role]
        self.browser.delete_all_cookies()
        self.go("/web/login")
        self.browser.find_element(By.NAME, "login").send_keys(who["login"])
        password = self.browser.find_element(By.NAME, "password")
        password.send_keys(who["password"], Keys.ENTER)
        self.browser.find_element(By.CSS_SELECTOR, "a[href*='/web/session/logout']")

    def go(self, path):
        self.browser.get(self.run["url"] + path)

    def first(self, prefix):
        """Open the first link on this page that goes below a path."""
        links = self.browser.find_elements(By.CSS_SELECTOR, f"main a[href^='{prefix}']")
        targets = [link.get_attribute("href") for link in links]
        skip = ("/new", "/map", "/page", "?")
        for target in targets:
            if not any(word in target for word in skip):
                self.browser.get(target)
                return
        raise SystemExit(f"No link to {prefix} on {self.browser.current_url}")

    def shoot(self, name):
        IMAGES.mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(str(IMAGES / f"{name}.png"))
        print(f"docs/images/{name}.png")


def main():
    tour = Tour(json.loads((STATE / "run.json").read_text()))
    tour.log_in("member")
    tour.go("/market")
    tour.shoot("market")
    tour.go("/my/deals")
    tour.first("/my/deals/")
    tour.shoot("deal")
    tour.go("/my/wallets")
    tour.first("/my/wallets/")
    tour.shoot("wallet")
    tour.go("/members")
    tour.first("/members/")
    tour.shoot("member")
    tour.go("/groups")
    tour.first("/groups/")
    tour.shoot("group")
    tour.browser.quit()


if __name__ == "__main__":
    main()
