"""For tests of forms: what a page shows, and what a browser would send of it."""

import lxml.html

from odoo.tests import HttpCase


class FormCase(HttpCase):
    """Opens pages, fills forms in and sends them, as browsers do without scripts."""

    def page(self, url):
        """Return the page at ``url``, parsed."""
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return self.parsed(response)

    def parsed(self, response):
        return lxml.html.fromstring(response.content, base_url=response.url)

    def form(self, page, action, **hidden):
        """Return the form of ``page`` that posts to ``action``."""
        found = [
            form
            for form in page.iter("form")
            if (form.get("action") or "").split("?")[0].endswith(action)
            and (form.get("method") or "").lower() == "post"
            and all(form.fields.get(name) == value for name, value in hidden.items())
        ]
        self.assertTrue(found, f"no form for {action}")
        return found[0]

    def sent(self, form, **typed):
        """Return what a browser sends of ``form`` with ``typed`` filled in."""
        pairs = [(name, value) for name, value in form.form_values()]
        for name, value in typed.items():
            values = value if isinstance(value, list) else [value]
            pairs = [pair for pair in pairs if pair[0] != name]
            pairs += [(name, one) for one in values]
        return pairs

    def send(self, form, **typed):
        """Send ``form`` with ``typed`` filled in, and return the answer."""
        data = {}
        for name, value in self.sent(form, **typed):
            data.setdefault(name, []).append(value)
        return self.url_open(form.get("action"), data=data)

    def assert_given_back(self, response, action, typed, wrong=None, **hidden):
        """Assert that a refused form is shown again as accessible pages do.

        :param dict typed: what each field holds
        :param str wrong: the field that is marked, where it is known
        :return: the form
        """
        self.assertEqual(response.status_code, 200)
        page = self.parsed(response)
        form = self.form(page, action, **hidden)
        for name, value in typed.items():
            fields = [one for one in form.iter("input", "textarea", "select")]
            fields = [one for one in fields if one.get("name") == name]
            self.assertTrue(fields, name)
            boxes = [one for one in fields if one.get("type") in ("checkbox", "radio")]
            if boxes:
                ticked = [one.get("value") for one in boxes if one.get("checked")]
                values = value if isinstance(value, list) else [value]
                self.assertCountEqual(ticked, values, name)
            elif isinstance(value, list):
                self.assertCountEqual(form.fields[name], value, name)
            else:
                shown = form.fields[name] or ""
                self.assertEqual(shown.replace("\r\n", "\n"), value, name)
        alerts = form.xpath(".//*[@role='alert']")
        self.assertEqual(len(alerts), 1)
        self.assertTrue(alerts[0].text_content().strip())
        focused = page.xpath("//*[@autofocus]")
        self.assertEqual(len(focused), 1)
        self.assertIn(form, focused[0].iterancestors())
        if focused[0] is not alerts[0]:
            described = focused[0].get("aria-describedby", "").split()
            self.assertIn(alerts[0].get("id"), described)
        if wrong:
            self.assertEqual(focused[0].get("name"), wrong)
            self.assertEqual(focused[0].get("aria-invalid"), "true")
        for around in focused[0].iterancestors("details"):
            self.assertIsNotNone(around.get("open"), "the form is folded away")
        return form
