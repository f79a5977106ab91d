"""Who may do what in ``wezer_agreement``: a row for each model, method and route.

Letters are people: V visitor, S a member of the community who is not in the circle, A
who drafted, M a member of the circle, R who is responsible, G who manages the circle,
J a moderator of the community, D an administrator.
"""

ALL = "VSAMRGJD"
MEMBERS = "SAMRGJD"
CIRCLE = "AMRG"

# model: (who may read the model, who sees the row of the agreement in force, and that
# of the draft)
MODELS = {
    "wezer.agreement": (ALL, MEMBERS, CIRCLE),
    "wezer.agreement.version": (ALL, MEMBERS, CIRCLE),
    "wezer.agreement.concern": (MEMBERS, CIRCLE, ""),
    # M's own.
    "wezer.agreement.assent": (MEMBERS, "MR", ""),
    # M's own, while the round is under way.
    "wezer.agreement.answer": (MEMBERS, "M", ""),
}

# method of wezer.agreement: (who may, the record, the arguments)
METHODS = {
    "action_draft": (CIRCLE, "", ("garden", {"title": "New", "body": "Text"})),
    "edit_version": ("AG", "draft", ()),
    "action_edit": ("AG", "draft", ({"body": "Other"},)),
    "action_discard": ("AG", "draft", ()),
    "action_note": ("G", "draft", ()),
    "action_new_version": (CIRCLE, "in_force", ()),
    "action_name_responsible": ("G", "in_force", (None,)),
    "action_begin_review": ("RG", "quiet", ()),
    "action_review": (CIRCLE, "in_force", ("keep",)),
    "action_report_breach": (CIRCLE, "in_force", ("In the rain",)),
    "action_assent": (MEMBERS, "in_force", ()),
    "action_end": ("G", "in_force", ()),
}

# route: (who is shown the page, its address); posts call the methods above
ROUTES = {
    "GET /groups/<string:slug>/agreements": (MEMBERS, "/groups/{slug}/agreements"),
    "GET /groups/<string:slug>/agreements/book": (
        MEMBERS,
        "/groups/{slug}/agreements/book",
    ),
    # The server of the tests makes no PDF.
    "GET /groups/<string:slug>/agreements/book.pdf": ("", ""),
    "GET /groups/<string:slug>/agreements/new": (
        CIRCLE,
        "/groups/{slug}/agreements/new",
    ),
    "POST /groups/<string:slug>/agreements/new": ("", ""),
    "GET /agreements/<string:slug>": (MEMBERS, "/agreements/{in_force}"),
    "GET /agreements/<string:slug>/edit": ("AG", "/agreements/{draft}/edit"),
    "GET /agreements/<string:slug>/version": (CIRCLE, "/agreements/{quiet}/version"),
    "POST /agreements/<string:slug>/<string:act>": ("", ""),
    # M has agreed.
    "GET /groups/<string:slug>/assent": ("SG", "/groups/{slug}/assent"),
    "POST /groups/<string:slug>/assent": ("", ""),
}
