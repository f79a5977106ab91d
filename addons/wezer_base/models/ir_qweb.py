import functools

from odoo import api, models
from odoo.http import request
from odoo.tools import py_to_js_locale

from ..tools import days
from ..tools.arrival import with_arrival
from ..tools.direction import apart, isolate_written, isolated, language_of
from ..tools.sentences import compile_sentences, filled, filled_plain
from ..tools.shown_numbers import format_decimal
from ..tools.template_calls import pass_values
from ..tools.template_values import keep_zeros, number_text
from ..tools.written_language import short_code

# Keys of the context of a rendering: the parts compiled so far, and whether values of
# attributes are shown as they are.
COMPILED, PLAIN = "_wezer_compiled", "_wezer_plain"
# Elements that Odoo adds to, or blocks.
FILES = {"iframe", "img", "link", "script"}


class IrQweb(models.AbstractModel):
    _inherit = "ir.qweb"

    def _prepare_frontend_environment(self, values):
        """Give each page of the website the message of the last action."""
        result = super()._prepare_frontend_environment(values)
        if request and hasattr(request, "session"):
            values["wezer_take_flash"] = lambda: request.session.pop(
                "wezer_flash", None
            )
        # Where times of day are typed, the page names their zone.
        values["wezer_zone_name"] = lambda: days.zone_name(self.env)
        # What a visitor came for goes with them to the login and to joining.
        values["wezer_with_arrival"] = with_arrival
        users = self.env["res.users"]
        values["wezer_sign_up_open"] = lambda: (
            users._get_signup_invitation_scope() == "b2c"
        )
        # Only pages that promise an e-mail ask for it.
        values["wezer_can_send"] = lambda: self.env.company._wezer_can_send()
        self._wezer_skip_seo(values)
        website = request and getattr(request, "website", None)
        return result.with_context(
            **{PLAIN: bool(website) and self._wezer_is_plain(website)}
        )

    def _wezer_is_plain(self, website):
        """Return whether Odoo shows attributes as they are, but those of links.

        Otherwise a content delivery network has the files, or elements are blocked by
        their class until cookies are allowed.
        """
        blocks = website.cookies_bar and website.block_third_party_domains
        return not website.cdn_activated and not blocks

    def _post_processing_att(self, tag_name, atts):
        """Extend Odoo's: return at once what it would not change."""
        if (
            self.env.context.get(PLAIN)
            and tag_name not in FILES
            and "style" not in atts
            and "__is_static_node" not in atts
        ):
            links = [atts[name] for name in ("href", "action") if atts.get(name)]
            if not links or all(
                self.env["ir.http"]._wezer_stays(str(link)) for link in links
            ):
                return atts
        return super()._post_processing_att(tag_name, atts)

    def _compile(self, template):
        """Extend Odoo's: look for a part once in a rendering, not for each card."""
        compiled = self.env.context.get(COMPILED)
        if compiled is None or not isinstance(template, int | str):
            return super()._compile(template)
        context = self.env.context
        key = (template, *map(context.get, self._get_template_cache_keys()))
        found = compiled.get(key)
        if found is None:
            found = compiled[key] = super()._compile(template)
        return found

    def _wezer_skip_seo(self, values):
        """Leave out, for members, what search engines read of a page of the suite.

        Search engines see no page of a member. Where a page has no record of its own,
        Odoo reads the titles of the view instead. Editors of the website keep both, and
        so do all other pages.
        """
        record, user = values.get("main_object"), self.env.user
        model = getattr(record, "_name", None) or ""
        if (
            self.env.context.get("wezer_page")
            and (model == "ir.ui.view" or model.startswith("wezer."))
            and not user._is_public()
            and not user.has_group("website.group_website_restricted_editor")
        ):
            values["main_object"] = record.browse()
        elif model == "ir.ui.view":
            record._wezer_take_kept()

    def _prepare_environment(self, values):
        """Give all templates the functions that the suite's are compiled with."""
        values["wezer_isolated"] = functools.partial(
            isolated, here=short_code(self.env.lang)
        )
        values["wezer_apart"] = apart
        values["wezer_language"] = language_of
        values["wezer_language_tag"] = py_to_js_locale
        values["wezer_number"] = number_text
        values["wezer_filled"] = filled
        values["wezer_filled_plain"] = filled_plain
        # Days and moments inside of sentences; elsewhere their widgets show them.
        values["wezer_day"] = functools.partial(days.format_day, self.env)
        values["wezer_month"] = functools.partial(days.format_month, self.env)
        values["wezer_moment"] = functools.partial(days.format_moment, self.env)
        # Between a name and what follows it; French sets it apart. No term: what has
        # no letter is not exported for translation.
        french = (self.env.lang or "").startswith("fr")
        values["wezer_colon"] = "\u00a0:" if french else ":"
        values["wezer_decimal"] = functools.partial(format_decimal, self.env)
        result = super()._prepare_environment(values)
        return result.with_context(**{COMPILED: {}})

    def _get_template(self, template):
        """Prepare the templates of the suite, and no others, for what people write.

        Texts have the direction of their own letters: a name in Arabic on an English
        page, or the other way round, does not turn the words around it. Fields show
        the number 0.
        """
        element, document, ref = super()._get_template(template)
        view = self._preload_trees([ref]).get(ref, {}) if isinstance(ref, int) else {}
        if str(view.get("xmlid") or "").startswith("wezer_"):
            isolate_written(element)
            keep_zeros(element)
        # The suite's parts of Odoo's own pages hold sentences, too.
        compile_sentences(element)
        pass_values(element)
        return element, document, ref


class IrQwebFieldWezerDay(models.AbstractModel):
    """A day, or the community's day that a moment lies in."""

    _name = "ir.qweb.field.wezer_day"
    _description = "Day on a page"
    _inherit = ["ir.qweb.field"]

    @api.model
    def value_to_html(self, value, options):
        return days.format_day(self.env, value, bool(options.get("weekday")))


class IrQwebFieldWezerMoment(models.AbstractModel):
    """A moment in the reader's time zone, which is named; ``until``: its end."""

    _name = "ir.qweb.field.wezer_moment"
    _description = "Moment on a page"
    _inherit = ["ir.qweb.field"]

    @api.model
    def value_to_html(self, value, options):
        weekday = bool(options.get("weekday"))
        return days.format_moment(self.env, value, weekday, options.get("until"))
