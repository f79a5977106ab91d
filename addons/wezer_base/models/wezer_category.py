from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import Refusal
from ..tools import vocabulary
from ..tools.category_looks import TINTS, Looks, looks_of
from ..tools.sorting import collation

# Pictures of Font Awesome 4 that stand for what neighbours do for each other.
ICONS = [
    ("fa-leaf", "Plants"),
    ("fa-tree", "Trees"),
    ("fa-sun-o", "Outdoors"),
    ("fa-paw", "Animals"),
    ("fa-heart", "Care"),
    ("fa-heartbeat", "Health"),
    ("fa-child", "Children"),
    ("fa-wheelchair", "Mobility"),
    ("fa-users", "Meetings"),
    ("fa-comments", "Conversation"),
    ("fa-wrench", "Repairs"),
    ("fa-gavel", "Carpentry"),
    ("fa-paint-brush", "Painting"),
    ("fa-plug", "Electricity"),
    ("fa-tint", "Water"),
    ("fa-home", "House"),
    ("fa-bath", "Cleaning"),
    ("fa-bed", "Accommodation"),
    ("fa-scissors", "Sewing"),
    ("fa-cutlery", "Cooking"),
    ("fa-birthday-cake", "Baking"),
    ("fa-coffee", "Drinks"),
    ("fa-lemon-o", "Fruit and vegetables"),
    ("fa-shopping-basket", "Shopping"),
    ("fa-car", "Driving"),
    ("fa-truck", "Moving house"),
    ("fa-bicycle", "Bicycles"),
    ("fa-suitcase", "Travel"),
    ("fa-book", "Books"),
    ("fa-graduation-cap", "Teaching"),
    ("fa-language", "Languages"),
    ("fa-pencil", "Writing"),
    ("fa-laptop", "Computers"),
    ("fa-mobile", "Phones"),
    ("fa-file-text-o", "Paperwork"),
    ("fa-calculator", "Accounts"),
    ("fa-balance-scale", "Law"),
    ("fa-music", "Music"),
    ("fa-camera", "Photography"),
    ("fa-film", "Films"),
    ("fa-futbol-o", "Sport"),
    ("fa-gamepad", "Games"),
    ("fa-bullhorn", "Events"),
    ("fa-recycle", "Reuse"),
    ("fa-gift", "Gifts"),
    ("fa-cubes", "Objects"),
    ("fa-lightbulb-o", "Ideas"),
    ("fa-handshake-o", "Mutual aid"),
]


class WezerCategory(models.Model):
    """A branch of the tree that help, skills and criteria hang on."""

    _name = "wezer.category"
    _description = "Category"
    _suggested_as = "category"
    _inherit = ["wezer.word.mixin", "wezer.kept.mixin", "wezer.record.mixin"]
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _parent_store = True

    complete_name = fields.Char(
        string="Full name",
        compute="_compute_complete_name",
        search="_search_complete_name",
        recursive=True,
    )
    # Every word of this category and of those above it: what texts are found by.
    path_text = fields.Char(compute="_compute_path_text", recursive=True)
    parent_id = fields.Many2one(
        "wezer.category",
        string="Parent category",
        index=True,
        ondelete="restrict",
        help="The wider category. People who look there find this one too.",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("wezer.category", "parent_id", string="Subcategories")
    skill_ids = fields.Many2many(
        "wezer.skill",
        "wezer_category_skill_rel",
        "category_id",
        "skill_id",
        string="Skills needed",
    )
    icon = fields.Selection(
        ICONS,
        string="Picture",
        help="The picture shown where an announcement has no photograph. Without one,"
        " the picture of the parent category is shown.",
    )
    color = fields.Integer(
        string="Colour",
        help="One of the eight colours of the website. Without one, the colour of the"
        " parent category is used.",
    )
    sequence = fields.Integer(
        default=10, help="Lower numbers come first within the same branch."
    )

    _color_known = models.Constraint(
        f"CHECK (color BETWEEN 0 AND {TINTS})",
        "Choose one of the eight colours.",
    )

    @api.depends_context("lang")
    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for category in self:
            parent = category.parent_id.complete_name
            category.complete_name = (
                f"{parent} / {category.name}" if parent else category.name
            )

    def _search_complete_name(self, operator, value):
        return self._search_display_name(operator, value)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Sort the tree by the names that the reader reads, as their language does.

        A branch is sorted by the names of all above it, the outermost first.
        """
        if field_name != "complete_name":
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        name = self._fields["name"]
        fields_read = [self._fields[one] for one in ("sequence", "parent_path")]
        path = SQL(
            """(SELECT array_agg(lpad(greatest(coalesce(above.sequence, 0), 0)::text,
                                      9, '0') || ' ' || (%s) ORDER BY branch.place)
                  FROM unnest(string_to_array(trim('/' FROM %s), '/')::int[])
                       WITH ORDINALITY branch (id, place)
                  JOIN wezer_category above ON above.id = branch.id)""",
            self._field_to_sql("above", "name"),
            SQL.identifier(alias, "parent_path"),
            to_flush=(name, *fields_read),
        )
        order = collation(self.env)
        if order:
            path = SQL("%s COLLATE %s", path, SQL.identifier(order))
        query._order_groupby.append(SQL.identifier(alias, "parent_path"))
        return SQL("%s %s %s", path, direction, nulls)

    @api.model
    def _tree(self, limit=None):
        """Return all categories in the order of the tree, as the reader sorts names."""
        if limit:
            return self.search([], limit=limit)
        return self.browse(self._tree_ids())

    @api.model
    @tools.ormcache("tuple(self.env.companies.ids)", "self.env.lang")
    def _tree_ids(self):
        """Return the ids of :meth:`_tree`: the same for all readers of a language."""
        domain = [("company_id", "in", [*self.env.companies.ids, False])]
        return self.sudo().with_context(active_test=True).search(domain)._ids

    @api.model
    @tools.ormcache("tuple(self.env.companies.ids)", "self.env.lang")
    def _options(self):
        """Return ``(id, full name, id of the parent)`` of all, in the tree's order.

        The same for all readers of a language, read once.
        """
        return [
            (category.id, category.complete_name, category.parent_id.id)
            for category in self.sudo().browse(self._tree_ids())
        ]

    @api.model
    @tools.ormcache()
    def _look(self) -> Looks:
        """Return how each category is drawn, ``{id: Look(icon, tint)}``, asked once.

        Pictures and tints are no secret: the same for every reader. A category
        that is missing, or ``False``, has the plain look.
        """
        self.flush_model(["icon", "color", "parent_path"])
        rows = self.env.execute_query(
            SQL(
                """SELECT id, coalesce(parent_path, id || '/'), icon, color
                     FROM wezer_category
                    ORDER BY array_length(string_to_array(parent_path, '/'), 1)"""
            )
        )
        return looks_of(rows)

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.check_access("write")
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.check_access("unlink")
        self.env.registry.clear_cache()
        return super().unlink()

    @api.depends("search_text", "parent_id.path_text")
    def _compute_path_text(self):
        for category in self:
            words = (category.search_text or "").replace("|", " ").split()
            above = (category.parent_id.path_text or "").split()
            category.path_text = " ".join(dict.fromkeys(above + words))

    @api.model
    def _word_domain(self, operator, value):
        """Find "Garden / Trees" by its path too, as lists and files write it."""
        if isinstance(value, str) and " / " in value:
            return self._path_domain(operator, value)
        if operator == "in" and any(" / " in str(name) for name in value):
            return Domain.OR(self._path_domain("in", str(name)) for name in value)
        return super()._word_domain(operator, value)

    @api.model
    def _path_domain(self, operator, path):
        above, _slash, name = path.rpartition(" / ")
        value = [name] if operator == "in" else name
        domain = Domain(self._word_domain(operator, value) or Domain.TRUE)
        if above:
            domain &= Domain("parent_id", "any", self._path_domain("in", above))
        return domain

    def _rank_near(self, category):
        """Branches below ``category`` first."""
        if not category:
            return SQL("NULL::int")
        return SQL(
            "CASE WHEN %s LIKE %s THEN 0 ELSE 1 END",
            SQL.identifier(self._table, "parent_path"),
            f"{category.sudo().parent_path}%",
        )

    def _suggestion(self, typed):
        """A category is shown by its name, and the branch above it as the hint."""
        suggestion = super()._suggestion(typed)
        suggestion["name"] = self.name
        return suggestion

    def _suggestion_place(self):
        return self.parent_id.complete_name

    # === MERGING === #

    def _check_merge(self, target):
        result = super()._check_merge(target)
        if self._origin & target._branches_above():
            raise Refusal(
                self.env._(
                    "“%(name)s” is inside one of these words. Move it out first.",
                    name=target.display_name,
                ),
                rule="merge",
            )
        return result

    def _branches_above(self):
        self.ensure_one()
        ids = [int(number) for number in (self.parent_path or "").split("/") if number]
        return self.browse(ids) - self

    def _merge_into(self, target):
        # By the ORM first: the paths of the tree are kept by it.
        children = self.with_context(active_test=False).search(
            [("parent_id", "in", self.ids), ("id", "not in", self.ids)]
        )
        children.parent_id = target
        return super()._merge_into(target)

    # === IMPORTING A VOCABULARY === #

    @api.model
    def import_vocabulary(
        self, rows: list[dict], parent_id: int | None = None, dry_run: bool = False
    ) -> dict:
        """Import categories and their skills; doing it again changes nothing.

        A category is found again by its address, else by its name in the same
        branch; a skill by its name, else by a synonym. Words that people have
        here stay as they are: imported synonyms are added, nothing is taken.

        :param list rows: dicts with ``name`` and some of ``synonyms``, ``skills``
            (lists, or text with commas), ``parent`` (a name), ``uri``
        :param int parent_id: the category that they go into
        :param bool dry_run: report what would happen, and keep nothing
        :raise NotAllowed: rule ``role``, for everybody but administrators
        :raise Refusal: rule ``vocabulary``, where nothing can be read
        :return: ``categories``, ``skills``, ``links`` (how many are new),
            ``same`` (categories that were here), ``refused`` (rows with reason)
        """
        self._check_words_administrator()
        parent = self.browse(parent_id).exists() if parent_id else self.browse()
        return vocabulary.import_rows(rows, parent, dry_run)
