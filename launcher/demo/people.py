"""The people, circles, currencies and the project of Les Tilleuls."""

import random
from base64 import b64encode
from datetime import timedelta
from typing import Any

from odoo import fields

from odoo.addons.wezer_base.tools.text import slugify

from . import texts
from .other_languages import LANGUAGES, named
from .pictures import picture
from .portraits import portrait

# name in PEOPLE: login, groups
STAFF = {
    "Carole Petit": (
        "carole",
        "wezer_base.group_coordinator",
        "project.group_project_manager",
    ),
    "Moss Okafor": ("moss", "wezer_base.group_moderator"),
}
FOUNDERS = (
    "Agnès Morel",
    "Henri Dubois",
    "Béatrice Lemoine",
    "Jean-Marc Roux",
    "Carole Petit",
    "Odile Perrin",
)


class Community:
    """What the story needs at hand."""

    def __init__(self, env: Any, rng: random.Random) -> None:
        self.env = env
        self.rng = rng
        self.users: dict[str, Any] = {}
        self.skills: dict[str, Any] = {}
        self.categories: dict[str, Any] = {}
        self.circles: dict[str, Any] = {}
        self.roles: dict[str, Any] = {}

    def user(self, name: str) -> Any:
        """Return a user by name."""
        return self.users[name]

    def as_(self, record: Any, name: str) -> Any:
        """Return ``record`` as this person sees it."""
        return record.with_env(record.env(user=self.users[name].id, su=False))

    # === WHAT IS THERE BEFORE THE PEOPLE === #

    def make_frame(self) -> None:
        """Make the settings, categories and skills."""
        env = self.env
        languages = env["res.lang"].with_context(active_test=False)
        languages.search([("code", "in", LANGUAGES)])._wezer_bring_to_website()
        company = env.company
        company.partner_id.name = "Les Tilleuls"
        company.name = "Les Tilleuls"
        website = env["website"].search([], limit=1)
        website.name = "Les Tilleuls"
        for name, skills in texts.SKILLS.items():
            icon, color = texts.LOOKS[name]
            self.categories[name] = named(
                env["wezer.category"].create(
                    {"name": name, "icon": icon, "color": color}
                )
            )
            for skill in skills:
                self.skills[skill] = named(
                    env["wezer.skill"].create(
                        {"name": skill, "category_id": self.categories[name].id}
                    )
                )
        self.make_currencies()

    def make_currencies(self) -> None:
        """Make the currencies of the community."""
        currency = self.env["wezer.currency"]
        self.hours = currency.create(
            {
                "name": "Hours",
                "code": "h",
                "kind": "mutual_credit",
                "unit_kind": "hour",
                "has_lower": True,
                "lower_limit": -20 * 60,
                "has_upper": True,
                "upper_limit": 60 * 60,
                "hours_per_unit": 1.0,
                "color": "#2f6f4e",
            }
        )
        self.lindens = currency.create(
            {
                "name": "Lindens",
                "code": "TIL",
                "kind": "mutual_credit",
                "unit_kind": "decimal",
                "digits": 2,
                "has_lower": True,
                "lower_limit": -30000,
                "has_upper": True,
                "upper_limit": 100000,
                "levy_payee": 100,
                "hours_per_unit": 0.1,
                "color": "#b0762f",
            }
        )
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.euros = currency.create(
            {
                "name": "Euros",
                "code": "€",
                "kind": "legal",
                "external": True,
                "currency_id": euro.id,
                "digits": 2,
                "hours_per_unit": 0.08,
                "color": "#4a5f8a",
            }
        )
        for one in (self.hours, self.lindens, self.euros):
            named(one)

    # === PEOPLE === #

    def make_person(self, name: str, admitted_by: str | None = None) -> Any:
        """Let one person join: founders found, others are admitted by somebody."""
        if name == "Agnès Morel":
            user = self.env.ref("base.user_admin")
            user.partner_id.write({"name": name, "email": "agnes@tilleuls.example"})
            # As the form would, but without its mail.
            user._set_encrypted_password(user.id, user._crypt_context().hash("admin"))
        else:
            login, *groups = STAFF.get(
                name, (name.split()[0].lower(), "base.group_portal")
            )
            vals = {
                "name": name,
                "login": login,
                "email": f"{login}@tilleuls.example",
                "group_ids": [(6, 0, [self.env.ref(group).id for group in groups])],
            }
            if login in ("luc", "anna", "carole", "moss"):
                vals["password"] = login
            user = (
                self.env["res.users"]
                .with_context(no_reset_password=True, mail_create_nosubscribe=True)
                .create(vals)
            )
        self.users[name] = user
        rng = self.rng
        place = rng.choice(texts.PLACES)
        profile = user.partner_id._wezer_profile()
        profile.write(
            {
                "is_founder": name in FOUNDERS,
                "admitted_by_id": self.users[admitted_by].partner_id.id
                if admitted_by
                else False,
                "joined_date": fields.Date.today(),
                "city": place[0],
                "latitude": place[1] + rng.uniform(-0.004, 0.004),
                "longitude": place[2] + rng.uniform(-0.004, 0.004),
                "image_1920": b64encode(portrait(name)),
                "presentation": rng.choice(texts.PRESENTATIONS),
                "skill_ids": [
                    (
                        6,
                        0,
                        [one.id for one in rng.sample(list(self.skills.values()), 4)],
                    )
                ],
                "language_ids": [(6, 0, self.env["res.lang"].search([]).ids)],
                "share_place": "members",
                "share_phone": rng.choice(("nobody", "members")),
            }
        )
        return user

    def show_website(self) -> None:
        """Let visitors see who lives here, and name who answers their questions."""
        company = self.env.company
        company.wezer_visitors_see_members = True
        contact = self.users[texts.CONTACT].partner_id._wezer_profile()
        shown = [self.users[name] for name in texts.SHOWN_TO_VISITORS]
        for profile in (contact, *(one.partner_id._wezer_profile() for one in shown)):
            profile.share_picture = "everyone"
        contact.partner_id.phone = "+33 4 00 00 00 12"
        contact.write({"share_email": "everyone", "share_phone": "everyone"})
        website = self.env["website"].search([], limit=1)
        for name in ("homepage", "how_it_works"):
            page = self.env.ref(f"wezer_website.{name}").with_context(
                website_id=website.id
            )
            page.arch = page.arch.replace(
                'data-wz-member=""', f'data-wz-member="{contact.id}"'
            )

    # === CIRCLES === #

    def make_circles(self) -> Any:
        """Make circles and roles."""
        group = self.env["wezer.group"]
        root = self.circle(
            "Village of Les Tilleuls",
            None,
            "Live well together, and decide together.",
            "public",
        )
        garden = self.circle(
            "Garden", root, "Grow food and friendships on the common ground.", "public"
        )
        self.circle(
            "Greenhouse",
            garden,
            "Seedlings in spring, tomatoes until November.",
            "network",
        )
        self.circle(
            "Repair café",
            root,
            "Rien ne part à la poubelle avant qu'on l'ait regardé ensemble.",
            "public",
        )
        care = self.circle(
            "Care", root, "Personne ne reste seul dans le quartier.", "network"
        )
        self.circle("Visits", care, "A knock at the door once a week.", "members")
        self.role(
            "Steward",
            root,
            "Keeps the whole in view.",
            ("wallet", "market", "invite", "manage", "project"),
            link="lead",
        )
        self.role("Treasurer", root, "Pays what was agreed.", ("wallet",))
        for name in ("Garden", "Repair café", "Care"):
            self.role(
                f"{name} coordinator",
                self.circles[name],
                "Posts what is to do, approves and pays.",
                ("wallet", "market", "invite", "project"),
                link="lead",
            )
        self.role(
            "Delegate of the Garden",
            garden,
            "Speaks for the Garden in the Village.",
            (),
            link="representative",
        )
        self.role("Peacemaker", care, "Listens to both sides.", ("moderate",))
        return group

    def circle(self, name: str, parent: Any, purpose: str, visibility: str) -> Any:
        """Make a circle."""
        color, motif = texts.CIRCLES[name]
        group = self.env["wezer.group"].create(
            {
                "name": name,
                "color": color,
                "cover": b64encode(picture(motif, name)) if motif else False,
                # Addresses that pictures and documents can name.
                "slug": slugify(name),
                "kind": "circle",
                "parent_id": parent.id if parent else False,
                "purpose": purpose,
                "visibility": visibility,
                "join_policy": "open" if visibility != "members" else "request",
            }
        )
        self.circles[name] = group
        if name in texts.CIRCLE_PLACES:
            place, share = texts.CIRCLE_PLACES[name]
            city, latitude, longitude = texts.PLACES[place]
            group.partner_id._wezer_profile().write(
                {
                    "city": city,
                    "latitude": round(latitude, 3),
                    "longitude": round(longitude, 3),
                    "share_place": share,
                }
            )
        return group

    def role(
        self, name: str, circle: Any, purpose: str, rights: tuple, link: str = "none"
    ) -> None:
        """Make a role in a circle."""
        self.roles[name] = self.env["wezer.group"].create(
            {
                "name": name,
                "kind": "role",
                "parent_id": circle.id,
                "purpose": purpose,
                "link": link,
                **{f"right_{right}": True for right in rights},
            }
        )

    def fill_roles(self) -> None:
        """Give the roles, and let those asked accept."""
        for role, name in (
            ("Steward", "Agnès Morel"),
            ("Treasurer", "Henri Dubois"),
            ("Garden coordinator", "Carole Petit"),
            ("Repair café coordinator", "Jean-Marc Roux"),
            ("Care coordinator", "Béatrice Lemoine"),
            ("Peacemaker", "Odile Perrin"),
        ):
            person = self.users[name].partner_id
            # Nobody fills a role themselves: a moderator names the steward.
            giver = "Moss Okafor" if role in ("Steward", "Treasurer") else "Agnès Morel"
            self.as_(self.roles[role], giver).action_invite(person.id)
            self.as_(self.roles[role], name).action_accept_invitation()
        # Groups start without credit: a moderator grants it.
        for circle in ("Garden", "Repair café", "Care"):
            partner = self.circles[circle].partner_id
            for currency, lower in ((self.hours, "60:00"), (self.lindens, "800.00")):
                wallet = partner._wezer_wallet(currency)
                self.as_(wallet, "Moss Okafor").set_limits(lower)

    def join_circles(self, name: str) -> None:
        """Let a person join circles and roles."""
        for circle in self.rng.sample(
            ("Garden", "Greenhouse", "Repair café", "Care"), self.rng.randint(1, 2)
        ):
            self.as_(self.circles[circle], name).action_join()

    # === PROJECT === #

    def make_project(self) -> None:
        """Make the project and its tasks."""
        env = self.env
        stages = env["project.task.type"].create(
            [
                {"name": "To do", "sequence": 1},
                {"name": "Being done", "sequence": 2, "wezer_deal_state": "accepted"},
                {"name": "To approve", "sequence": 3, "wezer_deal_state": "delivered"},
                {
                    "name": "Paid",
                    "sequence": 4,
                    "wezer_deal_state": "paid",
                    "fold": True,
                },
            ]
        )
        self.project = env["project.project"].create(
            {
                "name": "The new greenhouse",
                "team_id": self.circles["Garden"].id,
                "wezer_currency_id": self.hours.id,
                "wezer_rate_minor": 60,
                "type_ids": [(6, 0, stages.ids)],
                "privacy_visibility": "employees",
            }
        )
        self.tasks = env["project.task"]
        for number, (title, hours) in enumerate(texts.TASKS):
            # Posted up to a month before the story ends, when the last ones are not
            # done yet; nothing is posted past its deadline.
            days = 14 * 30 + (-15 if number < 7 else 20)
            self.tasks |= env["project.task"].create(
                {
                    "name": title,
                    "project_id": self.project.id,
                    "stage_id": stages[0].id,
                    "allocated_hours": hours,
                    "wezer_category_id": self.categories["Garden"].id,
                    "wezer_city": "Les Tilleuls",
                    "wezer_latitude": texts.PLACES[0][1],
                    "wezer_longitude": texts.PLACES[0][2],
                    "date_deadline": fields.Datetime.now() + timedelta(days=days),
                    "user_ids": [(5, 0, 0)],
                }
            )
