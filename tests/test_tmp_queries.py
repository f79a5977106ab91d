import json
from unittest.mock import patch
from contextlib import redirect_stdout
from io import StringIO

import time_machine
from odoo.tests import HttpCase, tagged
from bench import pages
from launcher.demo.make_demo import make
from .test_demo_community import DAY


@tagged("post_install", "-at_install")
class TestTmpQueries(HttpCase):
    def test_q(self):
        self.enterContext(time_machine.travel(DAY))
        with (patch.object(self.env.cr, "commit", self.env.flush_all), redirect_stdout(StringIO())):
            logins = make(self.env)
        self.env.invalidate_all()
        found = {"member": {}, "visitor": {}}
        addresses = pages.addresses(self.env, "luc")
        for reader, names in (("member", pages.WANTED), ("visitor", pages.VISITOR)):
            login = logins["member"]["login"] if reader == "member" else None
            self.authenticate(login, login and logins["member"]["password"])
            for name in names:
                for _turn in range(2):
                    self.url_open(addresses[name], timeout=400)
                with pages.counted() as statements:
                    answer = self.url_open(addresses[name], timeout=400)
                found[reader][name] = len(statements)
                with open(f"/tmp/q_{reader}_{name.replace(' ', '_')}.txt", "w") as f:
                    f.write(f"{addresses[name]} {answer.status_code}\n" + "\n".join(" ".join(s.split())[:400] for s in statements))
        open("/tmp/q.json", "w").write(json.dumps(found))
