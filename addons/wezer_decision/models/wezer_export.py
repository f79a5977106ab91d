import json

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.wezer_base.tools.community_files import Objects, Table

from ..tools import published_ballots

# What every member of the community may see, as the record rules have it.
SEEN = Domain("group_id.visibility", "in", ("public", "network"))
DECIDED = SEEN & Domain("members_only", "=", False) & Domain("state", "!=", "draft")
# States from which on its text is seen outside the circle, too.
ADOPTED = ("adopted", "done")
# Events that only the circle reads.
OF_CIRCLE = (
    *("objection", "objection_ended", "person_proposed", "person_dropped"),
    *("person_declined", "delegation_given", "delegation_ended"),
    *("kept_off", "kept_off_ended"),
)
LOGGED = (
    SEEN
    & Domain("kind", "not in", OF_CIRCLE)
    & (
        Domain("decision_id", "=", False)
        | Domain("decision_id.members_only", "=", False)
    )
)
# Of a result, who stood and who declined: not published.
NOT_PUBLISHED = ("standing_ids", "gone", "gone_names")
EVENT = (
    *("event", "date", "group", "kind", "text", "actor", "decision", "about", "data"),
)


class WezerExport(models.AbstractModel):
    """Adds what circles decided, as far as every member of the community sees it.

    Who voted how, who objected and who delegated a voice stays where it is.
    """

    _inherit = "wezer.export"

    @api.model
    def _parts(self, with_addresses):
        return [
            *super()._parts(with_addresses),
            Objects("decisions", self._decision_objects),
            Table("governance_log", EVENT, self._governance_rows),
        ]

    @api.model
    def _party_selects(self):
        company = Domain("company_id", "=", self.env.company.id)
        decided, adopted = DECIDED & company, Domain("state", "in", ADOPTED)
        of_adopted = Domain("decision_id", "any", decided & adopted)
        return [
            *super()._party_selects(),
            *(
                self._ids_of(model, name, domain)
                for model, name, domain in (
                    ("wezer.decision", "proposer_id", decided),
                    ("wezer.decision", "facilitator_id", decided),
                    ("wezer.decision", "decider_id", decided),
                    ("wezer.decision.version", "author_id", of_adopted),
                    ("wezer.decision.option", "person_id", of_adopted),
                    ("wezer.governance.event", "actor_id", LOGGED & company),
                )
            ),
        ]

    @api.model
    def _ids_of(self, model, name, domain):
        """Return the SELECT of the partners in a field of the rows of ``domain``."""
        records = self.env[model]
        query = records._search(domain & Domain(name, "!=", False))
        return query.select(SQL.identifier(records._table, name))

    # === DECISIONS === #

    @api.model
    def _decision_objects(self):
        """Yield what was announced; drafts are their authors' own."""
        for decision in self._pages("wezer.decision", DECIDED):
            shown = decision.state in ADOPTED
            counted = not published_ballots.why_not_counted(decision)
            yield {
                "decision": decision.id,
                "group": decision.group_id.id,
                "title": decision.title,
                "category": decision.category_id.id or None,
                "method": decision.method,
                "state": decision.state,
                "ended_why": decision.ended_why or None,
                "electorate": decision.electorate,
                "electorate_role": decision.electorate_role_id.id or None,
                "secrecy": decision.secrecy,
                "proposer": decision.proposer_id.id,
                "facilitator": decision.facilitator_id.id or None,
                "decider": decision.decider_id.id or None,
                "announced": self._moment(decision.announced_at),
                "opens": self._moment(decision.opens),
                "closes": self._moment(decision.closes),
                "closed": self._moment(decision.closed_at),
                "carried_out": self._moment(decision.executes_at),
                "review": self._day(decision.review_date),
                "reopened_from": self._seen_decision(decision.reopened_from_id),
                "passed_from": self._seen_decision(decision.passed_from_id),
                "rules": self._plain_json(decision.rules),
                "versions": self._version_objects(decision) if shown else [],
                "options": self._option_objects(decision) if shown else [],
                "outcomes": self._outcome_objects(decision) if shown else [],
                "result": self._published_result(decision),
                "count_file": self._count_file(decision) if counted else None,
            }

    @api.model
    def _seen_decision(self, decision):
        """Return the number of another decision, where it is written, too."""
        return decision.filtered_domain(DECIDED).id or None

    @api.model
    def _version_objects(self, decision):
        return [
            {
                "version": version.number,
                "text": version.body,
                "change": version.change or None,
                "author": version.author_id.id,
                "date": self._moment(version.date),
            }
            for version in decision.version_ids.sorted("number")
        ]

    @api.model
    def _option_objects(self, decision):
        return [
            {
                "option": option.id,
                "label": option.label,
                "description": option.description or None,
                "person": option.person_id.id or None,
                "start": self._moment(option.start) or None,
                "end": self._moment(option.end) or None,
                "time_zone": option.tz or None,
                "none": option.is_none,
                "withdrawn": option.is_withdrawn,
            }
            for option in decision.option_ids
        ]

    @api.model
    def _outcome_objects(self, decision):
        return [
            {
                "kind": outcome.kind,
                "params": self._plain_json(outcome.params),
                "state": outcome.state,
                "made": self._about(outcome),
            }
            for outcome in decision.outcome_ids
        ]

    @api.model
    def _published_result(self, decision):
        """Return the result as it is shown, None as long as there is none."""
        result = self._plain_json(decision.result)
        if not result:
            return None
        return {
            name: value for name, value in result.items() if name not in NOT_PUBLISHED
        }

    @api.model
    def _count_file(self, decision):
        """Return the text of the file by which everybody can count again, or None."""
        if published_ballots.why_no_list(decision):
            return None
        _name, text = published_ballots.ballot_file(decision)
        return text

    @api.model
    def _plain_json(self, value):
        """Return JSON whose numbers with decimals are texts, which nothing rounds."""
        return json.loads(json.dumps(value or None), parse_float=str)

    # === LOG === #

    @api.model
    def _governance_rows(self):
        for event in self._pages("wezer.governance.event", LOGGED):
            decision = event.decision_id
            yield (
                event.id,
                self._moment(event.date),
                event.group_id.id,
                event.kind,
                event._in_words(names=True),
                event.actor_id.id or None,
                decision.id or None,
                self._about(event) or "",
                json.dumps(event.data, ensure_ascii=False) if event.data else "",
            )

    @api.model
    def _about(self, record):
        """Return the model and number of what a row is about, or None."""
        if not record.res_model or not record.res_id:
            return None
        return f"{record.res_model} {record.res_id}"
