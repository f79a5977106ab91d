"""Go through the back office as a role has it: menus, views, forms and dialogs.

Everything is asked of the web client itself, so a new menu, view or button is looked at
from the moment it exists.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SCRIPT = "".join(
    (Path(__file__).resolve().parent / "axe" / name).read_text()
    for name in ("words.js", "back_office.js")
)
ROOT_MENU = "wezer_base.wezer_menu_root"
# Of a model with states, a record of each is opened: they offer different buttons.
RECORDS = 9
FEW = 3
# Buttons that open a dialog; the others act, or lead to the website.
OPENS_DIALOG = re.compile(r"\d+|action_open_(?!page$|deal$|step$).*")


class BackOffice:
    """One person at the back office.

    :param browser: a ``tests.browser.Browser`` that has logged in
    :param look: called with this and the name of each place that is open
    :param whole: also the pages of forms, and a record in every state
    :param again: each page and dialog of every record, not once for each menu
    """

    def __init__(
        self,
        browser: Any,
        look: Callable[["BackOffice", str], None],
        whole: bool = True,
        again: bool = True,
    ) -> None:
        self.whole = whole
        self.again = again
        self.opened: set[tuple[int, str]] = set()
        self.browser = browser
        self.driver = browser.driver
        self.driver.set_script_timeout(60)
        self._looked = look

    def look(self, name: str) -> None:
        """Show the place that is open to whoever looks at it."""
        self._looked(self, name)

    def start(self, width: int = 1440) -> None:
        """Open the web client and wait until it runs."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        # Nothing is waited for that only moves.
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]},
        )
        self.driver.get(f"{self.browser.base_url}/odoo")
        self.browser.until(
            lambda driver: driver.execute_script(
                "return Boolean(window.odoo?.isReady && odoo.__WOWL_DEBUG__)"
            )
        )
        self.browser.wait(".o_action_manager > *")

    def ask(self, step: str, *arguments: Any) -> Any:
        """Do one step of ``axe/back_office.js``; return its answer."""
        answer = self.driver.execute_async_script(SCRIPT, step, *arguments)
        assert "error" not in answer, f"{step} {arguments}: {answer['error']}"
        return answer["value"]

    def wrong(self) -> list[str]:
        """Return what is wrong with what is open: errors, requests, words cut off."""
        log = [row["message"] for row in self.driver.get_log("browser")]
        return log + self.ask("wrong")

    def picture(self, path: Path) -> None:
        """Keep a picture of what is open."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(path))

    def walk(self) -> int:
        """Open every menu of the suite, its views, records and dialogs; count menus."""
        menus = self.ask("menus", ROOT_MENU)
        for menu in menus:
            self._menu(menu)
        return len(menus)

    def _menu(self, menu: dict) -> None:
        name = menu["name"]
        opened = self.ask("open", menu["id"])
        self.look(f"{name} {opened['view']}".strip())
        if opened["dialog"]:
            self.ask("close")
            return
        kinds = [kind for kind in opened["kinds"] if kind not in ("form", "search")]
        for kind in kinds:
            if kind != opened["view"]:
                self.ask("view", kind)
                self.look(f"{name} {kind}")
            if kind == "list":
                self._dialogs(f"{name} list", menu["action"], True)
        limit = RECORDS if self.whole else FEW
        if "form" in opened["kinds"] and kinds:
            for row in self.ask("records", opened["model"], limit):
                self._form(f"{name} form {row['state']}".strip(), menu["action"], row)

    def _form(self, name: str, action: int, row: dict) -> None:
        pages = self.ask("record", action, row["id"])
        self.look(name)
        for page in pages[1:] if self.whole else ():
            if self._opens("tab", action, page):
                self.look(f"{name} {page}")
        self._dialogs(name, action, False)

    def _opens(self, step: str, action: int, place: str) -> bool:
        """Open a page or a dialog, unless it was open for this menu before."""
        if (action, place) in self.opened and not self.again:
            return False
        opened = self.ask(step, place)
        if opened:
            self.opened.add((action, place))
        return opened

    def _dialogs(self, name: str, action: int, select: bool) -> None:
        """Open the dialogs that the buttons above a list or form lead to."""
        for button in self._openers(select):
            if self._opens("press", action, button):
                self.look(f"{name} {button}")
                self.ask("close")

    def _openers(self, select: bool) -> Iterator[str]:
        yield from filter(OPENS_DIALOG.fullmatch, self.ask("buttons", select))
