import werkzeug.exceptions

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.wezer_base.controllers.website import flash, looked_at
from odoo.addons.wezer_base.tools.form_post import form_post
from odoo.addons.wezer_base.tools.numbers import record_id, record_ids, whole
from odoo.addons.wezer_fractal_groups.controllers.groups import WezerGroups

from ..tools import agreement_page

WRITTEN = ("title", "body", "how_known", "change", "must_assent")
SETTINGS = ("why", "category", "responsible_id", "review_months")


class WezerAgreements(WezerGroups):
    """The register of agreements: lists, pages, the book, and the forms."""

    # === THE REGISTER === #

    @http.route(
        "/groups/<string:slug>/agreements",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def agreements(self, slug, **_kwargs):
        """List the agreements that hold in a circle."""
        group = self._circle_at(slug)
        if group.slug != slug:
            return request.redirect(f"/groups/{group.slug}/agreements", code=302)
        return request.render(
            "wezer_agreement.register_page",
            {
                **agreement_page.register_values(group),
                "has_pdf": self._has_pdf(),
            },
        )

    def _circle_at(self, slug):
        group = self._group(slug)
        if group.kind != "circle":
            raise werkzeug.exceptions.NotFound()
        return group

    @http.route(
        "/groups/<string:slug>/agreements/book",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def agreements_book(self, slug, **_kwargs):
        """Show the register as a book, to be printed."""
        values = agreement_page.book_values(self._circle_at(slug))
        return request.render("wezer_agreement.book_page", values)

    @http.route(
        "/groups/<string:slug>/agreements/book.pdf",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=True,
    )
    def agreements_pdf(self, slug, **_kwargs):
        """Return the register as a PDF, where the server can make one."""
        group = self._circle_at(slug)
        if not self._has_pdf():
            raise werkzeug.exceptions.NotFound()
        html = request.env["ir.qweb"]._render(
            "wezer_agreement.book_document", agreement_page.book_values(group)
        )
        # The file is made of what the reader sees; making it needs no more rights.
        reports = request.env["ir.actions.report"].sudo()
        data = reports._run_wkhtmltopdf([html])
        name = f"{group.slug}-agreements.pdf"
        return request.make_response(
            data,
            [
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
            ],
        )

    def _has_pdf(self):
        """Return whether the server can make PDF files."""
        reports = request.env["ir.actions.report"].sudo()
        return reports.get_wkhtmltopdf_state() in ("ok", "workers", "upgrade")

    # === DRAFTING === #

    @http.route(
        "/groups/<string:slug>/agreements/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def agreement_new(self, slug, **_kwargs):
        """Show the form of a new agreement."""
        group = self._circle_at(slug)
        if request.env["wezer.agreement"]._why_not_draft(group):
            raise werkzeug.exceptions.NotFound()
        return request.render(
            "wezer_agreement.form_page", agreement_page.form_values(group)
        )

    @http.route(
        "/groups/<string:slug>/agreements/new",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/agreements/new", once=True)
    def agreement_draft(self, slug, **form):
        """Keep a draft."""
        group = self._circle_at(slug)
        vals = self._vals(form, (*WRITTEN, *SETTINGS), settings=True)
        vals["replaces"] = record_id(form.get("replaces")) or None
        agreements = request.env["wezer.agreement"]
        found = agreements.browse(agreements.action_draft(group.id, vals))
        flash(request.env._("The draft was saved."))
        return request.redirect(found._url())

    def _vals(self, form, names, settings=False):
        """Return what a form says of an agreement, by the names of its fields."""
        vals = {name: form[name] for name in names if name in form}
        if "responsible_id" in vals:
            vals["responsible_id"] = record_id(vals["responsible_id"]) or None
        if settings:
            vals["members_only"] = bool(form.get("members_only"))
        return vals

    # === ONE AGREEMENT === #

    @http.route(
        "/agreements/<string:slug>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
        readonly=False,
    )
    def agreement(self, slug, version="", **_kwargs):
        """Show an agreement, or an earlier version of it, and what changed."""
        agreement = self._agreement(slug)
        if agreement.slug != slug:
            return request.redirect(agreement._url(), code=302)
        if looked_at() and not request.env.user._is_public():
            request.env["wezer.notice"]._read_matter(agreement)
        number = whole(version, 0) or None
        return request.render(
            "wezer_agreement.agreement_page",
            agreement_page.page_values(agreement, number),
        )

    def _agreement(self, slug):
        """Return the agreement at this address that the caller may read, else 404."""
        agreement = request.env["wezer.agreement"]._at_slug(slug)
        if not agreement:
            raise werkzeug.exceptions.NotFound()
        return agreement

    @http.route(
        ["/agreements/<string:slug>/edit", "/agreements/<string:slug>/version"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def agreement_form(self, slug, **_kwargs):
        """Show the form of the draft, or of the next version."""
        agreement = self._agreement(slug)
        is_new = request.httprequest.path.endswith("/version")
        if agreement._why_not("new_version" if is_new else "edit"):
            return request.redirect(agreement._url(), code=302)
        return request.render(
            "wezer_agreement.form_page",
            agreement_page.form_values(agreement.group_id, agreement, is_new),
        )

    @http.route(
        "/agreements/<string:slug>/<string:act>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/agreements/{slug}", once=True)
    def agreement_act(self, slug, act, **form):
        """Call the method of the form."""
        agreement = self._agreement(slug)
        call = getattr(self, f"_agree_{act}", None)
        if call is None:
            raise werkzeug.exceptions.NotFound()
        back = f"/groups/{agreement.sudo().group_id.slug}/agreements"
        flash(call(agreement, form))
        seen = agreement.search_count([("id", "=", agreement.id)])
        return request.redirect(agreement._url() if seen else back)

    def _agree_edit(self, agreement, form):
        first = agreement.state == "draft"
        names = (*WRITTEN, *SETTINGS) if first else WRITTEN
        vals = self._vals(form, names, settings=first)
        agreement.action_edit(vals, form.get("version"))
        return request.env._("Saved.")

    def _agree_version(self, agreement, form):
        agreement.action_new_version(self._vals(form, WRITTEN))
        return request.env._("The new version is a draft. It is not in force yet.")

    def _agree_discard(self, agreement, _form):
        agreement.action_discard()
        return request.env._("The draft was discarded.")

    def _agree_note(self, agreement, _form):
        agreement.action_note()
        return request.env._("The agreement is in force.")

    def _agree_end(self, agreement, _form):
        agreement.action_end()
        return request.env._("The agreement has ended. Its text stays readable.")

    def _agree_assent(self, agreement, form):
        agreement.action_assent(whole(form.get("number"), 0) or None)
        return request.env._("Thank you. It is noted that you agree.")

    def _agree_begin(self, agreement, _form):
        agreement.action_begin_review()
        return request.env._("The members are asked. Answers are taken for five days.")

    def _agree_review(self, agreement, form):
        agreement.action_review(form.get("answer", ""), form.get("reason", ""))
        return request.env._("Your answer was saved. You can change it until the end.")

    def _agree_breach(self, agreement, form):
        agreement.action_report_breach(form.get("text", ""))
        return request.env._("It stands in the discussion of the agreement.")

    def _agree_responsible(self, agreement, form):
        agreement.action_name_responsible(record_id(form.get("responsible_id")) or None)
        return request.env._("Saved.")

    # === BEFORE JOINING === #

    @http.route(
        "/groups/<string:slug>/assent",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        readonly=True,
    )
    def assent_form(self, slug, **_kwargs):
        """Show what people agree to before they join."""
        group = self._circle_at(slug)
        wanted = self._wanted(group)
        if not wanted:
            return request.redirect(f"/groups/{group.slug}", code=302)
        return request.render(
            "wezer_agreement.assent_page", {"group": group, "agreements": wanted}
        )

    def _wanted(self, group):
        person = request.env.user.partner_id
        return request.env["wezer.agreement"]._to_assent_before(group, person)

    @http.route(
        "/groups/<string:slug>/assent",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    @form_post("/groups/{slug}/assent", once=True)
    def assent_given(self, slug, **_form):
        """Agree to what was shown, and take the place that this was asked for."""
        group = self._circle_at(slug)
        shown = record_ids(request.httprequest.form.getlist("version"))
        for agreement in self._wanted(group):
            # Another version came into force meanwhile: it is shown first.
            if agreement.sudo().version_id.id in shown:
                agreement.action_assent()
        if self._wanted(group):
            return request.redirect(f"/groups/{group.slug}/assent")
        flash(self._take_place(group))
        return request.redirect(f"/groups/{group.slug}")

    def _take_place(self, group):
        """Join, ask, or accept the invitation; return what was done."""
        if group._may("accept_invitation"):
            group.action_accept_invitation()
            return request.env._("Welcome!")
        if group._may("join"):
            is_open = group.join_policy == "open"
            group.action_join()
            if is_open:
                return request.env._("You have joined.")
            return request.env._(
                "Your request was sent. You will get a notice when it is answered."
            )
        return request.env._("Thank you. It is noted that you agree.")
