"""Who may do what in ``wezer_decision``: a row for each model, method and route.

Letters are people: V visitor, N a member of the community who is not in the circle, M
the member who proposed, O another member of the circle whose ballot, objection and
nomination these are, F who facilitates, G who manages the circle, R a moderator of the
community, A an administrator. The circle is seen by all members of the community.
"""

ALL = "VNMOFGRA"
MEMBERS = "NMOFGRA"
CIRCLE = "MOFG"

# model: (who may read the model, who sees the row of an open decision). Nobody changes
# rows by ORM.
MODELS = {
    "wezer.decision": (ALL, MEMBERS),
    "wezer.decision.version": (ALL, CIRCLE),
    "wezer.decision.option": (ALL, CIRCLE),
    "wezer.decision.college": (MEMBERS, CIRCLE),
    "wezer.decision.voter": (MEMBERS, CIRCLE),
    "wezer.ballot": (MEMBERS, "O"),
    "wezer.ballot.past": (MEMBERS, "O"),
    "wezer.urn": ("", ""),
    "wezer.urn.receipt": ("", ""),
    "wezer.objection": (MEMBERS, CIRCLE),
    "wezer.nomination": (MEMBERS, "O"),
    "wezer.vote.delegation": (MEMBERS, "MO"),
    "wezer.outcome": (ALL, CIRCLE),
    "wezer.governance.event": (ALL, MEMBERS),
    "wezer.governance.seal": (MEMBERS, MEMBERS),
    "wezer.discussion": (MEMBERS, CIRCLE),
    "wezer.discussion.word": (MEMBERS, CIRCLE),
    "wezer.discussion.summary": (MEMBERS, CIRCLE),
    "wezer.discussion.reader": (MEMBERS, "M"),
}

# model.method: (who passes who and rights, the row, further arguments). The row is a
# name of MatrixCommon.rows, or empty for a method of the model.
METHODS = {
    "wezer.decision.propose": (CIRCLE, "", "garden, {'title': 'X', 'text': 'Y'}"),
    "wezer.decision.action_edit": ("M", "draft", "{'title': 'X'}"),
    "wezer.decision.action_announce": ("M", "draft", ""),
    "wezer.decision.action_vote": (CIRCLE, "vote", "'no'"),
    "wezer.decision.action_take_back": (CIRCLE, "vote", ""),
    "wezer.decision.action_object": (CIRCLE, "consent", "'It harms us because of it'"),
    "wezer.decision.action_new_version": ("M", "consent", "'Text', 'Changed'"),
    "wezer.decision.action_decide": ("F", "advice", "True, 'We do it'"),
    "wezer.decision.action_extend": ("MF", "vote", ""),
    "wezer.decision.action_ask_up": (CIRCLE, "vote", ""),
    "wezer.decision.action_pass_up": ("F", "vote", ""),
    "wezer.decision.action_withdraw": ("M", "vote", ""),
    "wezer.decision.action_void": ("RA", "vote", "'A reason'"),
    "wezer.decision.action_challenge": (CIRCLE, "adopted", "'A reason'"),
    "wezer.decision.action_judge": ("RA", "challenged", "True, 'A reason'"),
    "wezer.decision.action_retry": ("FG", "stuck", ""),
    "wezer.decision.action_give_up": ("FG", "stuck", ""),
    "wezer.decision.action_appeal": ("", "vote", "'A reason'"),
    "wezer.decision.action_reopen": (CIRCLE, "adopted", ""),
    "wezer.decision.action_nominate": (CIRCLE, "vote", "person_F, 'A reason for it'"),
    "wezer.decision.action_propose_person": ("F", "vote", "person_F, 'A reason'"),
    "wezer.decision.action_accept": ("", "vote", ""),
    "wezer.decision.action_decline": ("", "vote", ""),
    "wezer.decision.action_drop": ("F", "vote", "'A reason for all of us'"),
    "wezer.decision.action_stand": (CIRCLE, "vote", ""),
    "wezer.decision.action_stand_down": ("", "vote", ""),
    "wezer.decision.propose_recall": (CIRCLE, "", "garden, person_F, 'A reason'"),
    "wezer.decision.action_sign": (CIRCLE, "vote", ""),
    "wezer.objection.action_test": (CIRCLE, "objection", ""),
    "wezer.objection.action_reply": ("O", "objection", "['a', 'b', 'c', 'd']"),
    "wezer.objection.action_uphold": ("F", "objection", ""),
    # Where nobody facilitates, voters say together what is set aside.
    "wezer.objection.action_set_aside": ("F", "objection", "'A reason'"),
    "wezer.objection.action_withdraw": ("O", "objection", ""),
    "wezer.objection.action_confirm": ("O", "objection", ""),
    "wezer.vote.delegation.action_give": (
        CIRCLE,
        "",
        "person_F, {'scope': 'circle', 'group_id': garden}",
    ),
    "wezer.vote.delegation.action_take_back": ("M", "delegation", ""),
    "wezer.vote.delegation.action_resign": ("O", "delegation", ""),
    "wezer.discussion.begin": (CIRCLE, "", "garden, 'Shade'"),
    "wezer.discussion.say": (CIRCLE, "discussion", "'Hello'"),
    "wezer.discussion.action_summarise": ("MG", "discussion", "'In short'"),
    "wezer.discussion.action_close": ("MG", "discussion", ""),
    "wezer.discussion.action_reopen": ("MG", "discussion", ""),
    "wezer.discussion.word.action_react": (CIRCLE, "word", "'agree'"),
    "wezer.discussion.word.action_remove": ("MG", "word", ""),
    "wezer.governance.event.file_rows": (MEMBERS, "", "garden"),
    "wezer.group.action_set_colleges": ("G", "group", "[]"),
    "wezer.group.action_end_reserve": ("RA", "group", "'member', 'A reason'"),
}

# An appeal to the circle, by P: a person whom a circle inside has put out. P reads its
# discussion, answers there, and may everywhere else what N may.
# model: who sees the row of the appeal.
APPEAL_MODELS = {
    "wezer.decision": "MOFGP",
    "wezer.decision.version": "MOFGP",
    "wezer.outcome": "MOFGP",
    "wezer.decision.voter": CIRCLE,
    "wezer.ballot": "O",
    "wezer.discussion": "MOFGP",
    "wezer.discussion.word": "MOFGP",
    "wezer.discussion.summary": "MOFGP",
}
# model.method: (who passes who and rights, further arguments).
APPEAL_METHODS = {
    "wezer.discussion.say": ("MOFGP", "'Hello'"),
    "wezer.discussion.word.action_react": ("MOFGP", "'thanks'"),
    "wezer.discussion.action_summarise": ("FG", "'In short'"),
    "wezer.discussion.action_close": ("G", ""),
    "wezer.discussion.action_reopen": ("G", ""),
    "wezer.discussion.word.action_remove": ("MG", ""),
    "wezer.decision.action_vote": (CIRCLE, "'no'"),
    "wezer.decision.action_challenge": (CIRCLE, "'A reason for it'"),
    "wezer.decision.action_extend": ("FP", ""),
    "wezer.decision.action_withdraw": ("P", ""),
}

# "METHOD address": (who is answered with a page or a file, the address); forms have no
# address: their methods are rows above.
ROUTES = {
    "GET /decisions": (ALL, "/decisions"),
    "GET /decisions/page/<int:page>": (ALL, "/decisions/page/1"),
    "GET /decisions/<int:decision_id>": (MEMBERS, "/decisions/{vote}"),
    "GET /decisions/<int:decision_id>/voters": (CIRCLE, "/decisions/{vote}/voters"),
    "GET /decisions/<int:decision_id>/voters/page/<int:page>": (
        CIRCLE,
        "/decisions/{vote}/voters/page/1",
    ),
    # Before a decision is closed there is nothing to count.
    "GET /decisions/<int:decision_id>/count.csv": ("", "/decisions/{vote}/count.csv"),
    "GET /decisions/<int:decision_id>/receipts.txt": (
        "",
        "/decisions/{vote}/receipts.txt",
    ),
    "GET /decisions/methods/<string:method>": (ALL, "/decisions/methods/majority"),
    "GET /decisions/<int:decision_id>/edit": ("M", "/decisions/{draft}/edit"),
    "POST /decisions/<int:decision_id>/edit": ("", ""),
    "POST /decisions/<int:decision_id>/receipt": ("", ""),
    "POST /decisions/<int:decision_id>/<string:act>": ("", ""),
    "POST /decisions/<int:decision_id>/objections/<int:objection_id>/<string:act>": (
        "",
        "",
    ),
    "GET /my/delegations": (MEMBERS, "/my/delegations"),
    "POST /my/delegations/give": ("", ""),
    "POST /my/delegations/<int:delegation_id>/<string:act>": ("", ""),
    "GET /groups/<string:slug>/discussions": (CIRCLE, "/groups/{slug}/discussions"),
    "GET /groups/<string:slug>/discussions/page/<int:page>": (
        CIRCLE,
        "/groups/{slug}/discussions/page/1",
    ),
    "GET /groups/<string:slug>/discussions/new": (
        CIRCLE,
        "/groups/{slug}/discussions/new",
    ),
    "POST /groups/<string:slug>/discussions/new": ("", ""),
    "GET /discussions/<int:discussion_id>": (CIRCLE, "/discussions/{discussion}"),
    # The first page is the discussion itself: it leads there.
    "GET /discussions/<int:discussion_id>/page/<int:page>": (
        "",
        "/discussions/{discussion}/page/1",
    ),
    "POST /discussions/<int:discussion_id>/<string:act>": ("", ""),
    "POST /discussions/<int:discussion_id>/words/<int:word_id>/<string:act>": ("", ""),
    "GET /groups/<string:slug>/colleges": (CIRCLE, "/groups/{slug}/colleges"),
    "POST /groups/<string:slug>/colleges": ("", ""),
    "GET /groups/<string:slug>/log": (MEMBERS, "/groups/{slug}/log"),
    "GET /groups/<string:slug>/log/page/<int:page>": (
        MEMBERS,
        "/groups/{slug}/log/page/1",
    ),
    "GET /groups/<string:slug>/log.csv": (MEMBERS, "/groups/{slug}/log.csv"),
    # A feed is for programs that do not log in: of public circles only.
    "GET /groups/<string:slug>/log.atom": ("", "/groups/{slug}/log.atom"),
    # Who is not in the circle reads there who can propose.
    "GET /groups/<string:slug>/propose": (MEMBERS, "/groups/{slug}/propose"),
    "POST /groups/<string:slug>/propose": ("", ""),
    "POST /groups/<string:slug>/recall": ("", ""),
    "POST /groups/<string:slug>/end_reserve": ("", ""),
}
