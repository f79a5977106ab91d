"""Whether everybody whom a deal needs is asked, and finds it in their lists."""

# The buttons with which somebody answers what a deal asks of them.
ANSWERS = (
    "accept",
    "agree_share",
    "amend_sign",
    "approve",
    "confirm",
    "deliver",
    "hand_over_sign",
    "pay",
    "resolve",
)


class FindingDeals:
    """Assertions about unread notices, the to-do list and *My deals*."""

    def unread(self, user, deal):
        """Return the subjects of the notices of ``deal`` that ``user`` has to read."""
        notices = self.env["wezer.notice"].sudo()
        return sorted(
            notices.search(
                [
                    ("partner_id", "=", user.partner_id.id),
                    ("res_model", "=", "wezer.deal"),
                    ("res_id", "=", deal.id),
                    ("settled", "=", False),
                    ("is_read", "=", False),
                ]
            ).mapped("subject")
        )

    def todo(self, user, deal):
        """Return the rows about ``deal`` in the to-do list of ``user``."""
        urls = (f"/my/deals/{deal.id}", f"/my/stand-in/{deal.id}")
        return [row for row in user.with_user(user)._wezer_todo() if row["url"] in urls]

    def listed(self, user):
        """Return the ids of the deals that *My deals* of ``user`` has rows for."""
        deals = self.env["wezer.deal"].with_user(user)
        found = deals.search(deals._own_deals_domain())
        return set((found | deals._asked_to_stand_in()).ids)

    def lists(self, user, deal):
        """Say whether *My deals* of ``user`` has a row for ``deal``."""
        return deal.id in self.listed(user)

    def assertAsked(self, deal, **asked):
        """Assert what each of the named members is asked, in all three places.

        :param asked: ``{attribute of the case: subject or None}``
        """
        for name, subject in asked.items():
            user = getattr(self, name)
            found = [one for one in self.unread(user, deal) if one in QUESTIONS]
            self.assertEqual(found, [subject] if subject else [], name)
            rows = [row for row in self.todo(user, deal) if row["button"]]
            self.assertEqual(len(rows), 1 if subject else 0, (name, rows))
            if subject:
                self.assertTrue(self.lists(user, deal), name)

    def assertFound(self, deals, users):
        """Assert for any state: who can answer is asked in all places, nobody else."""
        for user in users:
            rows = {}
            for row in user.with_user(user)._wezer_todo():
                rows.setdefault(row["url"].rsplit("/", 1)[-1], []).append(row)
            listed = self.listed(user)
            for deal in deals:
                mine = [one for one in rows.get(str(deal.id), ()) if one["button"]]
                self._check_found(deal.sudo(), user, mine, deal.id in listed)

    def _check_found(self, deal, user, rows, listed):
        told = [one for one in self.unread(user, deal) if one in QUESTIONS]
        may = set()
        if deal.with_user(user).has_access("read"):
            buttons = deal.with_user(user)._allowed_actions()
            may = {one["action"] for one in buttons}
        answers = may & set(ANSWERS)
        person = user.partner_id
        # Who signed for a circle has answered as well as who signed for themselves.
        sides = deal.author_id | deal.replier_id | deal.coworker_ids
        mine = user._acts_for(sides, "market")
        cancel, hand_over = deal._proposal("cancel"), deal._proposal("hand_over")
        if cancel and not mine <= cancel._signed():
            answers |= may & {"cancel"}
        if hand_over.stand_in_id == person and person in hand_over._unsigned():
            answers.add("stand in")
        where = (user.name, deal.state, sorted(answers), told, rows)
        if answers:
            self.assertEqual(len(rows), 1, where)
            self.assertIn(rows[0]["section"], ("now", "soon"), where)
            self.assertTrue(listed, where)
        elif deal.state != "paid":
            self.assertFalse(rows, where)
        if set(told) - {"dispute"}:
            self.assertTrue(answers, where)


QUESTIONS = (
    "share",
    "cancel",
    "amend",
    "hand_over",
    "turn",
    "work",
    "approve",
    "pay",
    "receipt",
    "dispute",
    "decide",
)
