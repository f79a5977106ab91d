from odoo import api, models

from odoo.addons.wezer_base.exceptions import NotAllowed

from ..tools import dashboard


class WezerDashboard(models.AbstractModel):
    """The administrators' first page: how the community lives, month by month."""

    _name = "wezer.dashboard"
    _description = "Dashboard"

    @api.model
    def figures(self) -> dict:
        """Return the curves and bars of the dashboard, with their titles.

        :return: dict ``charts``: dicts of ``key``, ``title``, ``kind`` (``line`` or
            ``bar``), ``labels`` and ``values``; ``credit``: rows of a currency's name
            and the credit in use
        :raise NotAllowed: where the user is no administrator
        """
        if not self.env.user.has_group("wezer_base.group_administrator"):
            raise NotAllowed(
                self.env._("The dashboard is for administrators only."), rule="role"
            )
        env = self.env
        months = [day.isoformat() for day in dashboard.months(env)]
        return {
            "charts": [
                self._chart(
                    "hours",
                    env._("Hours exchanged each month"),
                    months,
                    dashboard.hours(env),
                ),
                self._chart(
                    "active",
                    env._("Active members each month"),
                    months,
                    dashboard.active_members(env),
                ),
                self._chart(
                    "new",
                    env._("New members each month"),
                    months,
                    dashboard.new_members(env),
                ),
                *self._credits(months),
                self._states(),
                self._categories(),
            ],
            "credit": [
                {"name": currency.name, "used": currency.stat_credit_used}
                for currency in env["wezer.currency"].search(
                    [("kind", "=", "mutual_credit"), ("external", "=", False)]
                )
            ],
        }

    def _chart(self, key, title, labels, values, kind="line"):
        return {
            "key": key,
            "title": title,
            "kind": kind,
            "labels": labels,
            "values": values,
        }

    def _credits(self, labels):
        """Return a curve of the credit in use for each mutual credit."""
        used = dashboard.credit_used(self.env)
        currencies = self.env["wezer.currency"].browse(used)
        return [
            self._chart(
                f"credit_{currency.id}",
                self.env._("Credit in use at the end of each month: %s", currency.name),
                labels,
                used[currency.id],
            )
            for currency in currencies
        ]

    def _states(self):
        names = dict(
            self.env["wezer.deal"]._fields["state"]._description_selection(self.env)
        )
        rows = dashboard.deals_by_state(self.env)
        return self._chart(
            "states",
            self.env._("Deals by state"),
            [names.get(state, state) for state, _count in rows],
            [count for _state, count in rows],
            "bar",
        )

    def _categories(self):
        rows = dashboard.deals_by_category(self.env)
        found = self.env["wezer.category"].browse(
            category for category, _count in rows if category
        )
        names = {category.id: category.name for category in found}
        other = self.env._("Without a category")
        return self._chart(
            "categories",
            self.env._("Paid deals by category"),
            [names.get(category, other) for category, _count in rows],
            [count for _category, count in rows],
            "bar",
        )
