"""Who may do what in ``wezer_base``: a row for each model, method and route.

Letters are people: V visitor, M the member whose rows they are, O another
member, H who holds a mandate of M, G who acts for a group (here the community's
own partner), C coordinator, R moderator, A administrator.
"""

ALL = "VMOHGCRA"
MEMBERS = "MOHGCRA"

# model: (who may read the model, who sees M's row, who changes rows by ORM)
MODELS = {
    "wezer.acting.log": (MEMBERS, "MH", ""),
    "wezer.address.change": (MEMBERS, "MA", ""),
    "wezer.terms.of.use": (ALL, ALL, ""),
    "wezer.category": (ALL, ALL, "A"),
    "wezer.terms.acceptance": (MEMBERS, "MA", ""),
    # Of M and X: neither helpers nor roles in the back office read it.
    "wezer.conversation": (MEMBERS, "M", ""),
    "wezer.conversation.message": (MEMBERS, "M", ""),
    "wezer.conversation.party": (MEMBERS, "M", ""),
    # Without the texts: those are read by action_open.
    "wezer.conversation.report": ("RA", "RA", ""),
    "wezer.digest": (MEMBERS, "M", ""),
    "wezer.invitation": (MEMBERS, "MA", ""),
    # Fingerprints of addresses: for nobody's eyes.
    "wezer.invitation.block": ("", "", ""),
    # Moderators write their reasons, and decide by the button.
    "wezer.departure": (MEMBERS, "MRA", "RA"),
    "wezer.mandate": (MEMBERS, "MHA", ""),
    "wezer.file.import": ("A", "A", "A"),
    "wezer.file.import.column": ("A", "A", "A"),
    "wezer.file.import.field": ("A", "A", "A"),
    "wezer.file.import.line": ("A", "A", "A"),
    "wezer.language.add": ("A", "A", "A"),
    "wezer.look": ("A", "A", "A"),
    "wezer.member.decline": ("A", "A", "A"),
    "wezer.member.invite": ("A", "A", "A"),
    "wezer.member.merge": ("A", "A", "A"),
    "wezer.outgoing.mail": ("A", "A", "A"),
    # Logins that visitors typed: for nobody's eyes.
    "wezer.password.request": ("", "", ""),
    "wezer.notice": (MEMBERS, "M", ""),
    "wezer.notice.choice": (MEMBERS, "M", ""),
    # What goes to whose telephone: for nobody's eyes.
    "wezer.notice.push": ("", "", ""),
    "wezer.profile": (ALL, MEMBERS, "A"),
    # Rows of views; they are changed as views are.
    "wezer.replaced.page": ("A", "A", ""),
    # From which slips are forgiven; shown to nobody.
    "wezer.profile.word": ("", "", ""),
    # What was sent, by a token: for nobody's eyes.
    "wezer.idempotency.key": ("", "", ""),
    # Who signed which version: shown by the record that was signed.
    "wezer.signature": ("", "", ""),
    "wezer.slug": ("", "", ""),
    "wezer.skill": (ALL, ALL, "A"),
    "wezer.onboarding": ("A", "A", "A"),
    "wezer.onboarding.step": ("A", "A", "A"),
    "wezer.word.merge": ("A", "A", "A"),
}
# No table, nothing to read; their public methods are rows below.
ABSTRACT = {
    "ir.qweb.field.wezer_day",
    "ir.qweb.field.wezer_moment",
    "wezer.answer",
    "wezer.kept.mixin",
    "wezer.search.word.mixin",
    "wezer.searchable.mixin",
    "wezer.signing.mixin",
    "wezer.slug.mixin",
    "wezer.state.mixin",
    "wezer.export",
    "wezer.invariant",
    "wezer.lock",
    "wezer.notice.letter",
    "wezer.member.import",
    "wezer.personal.data",
    "wezer.record.mixin",
    "wezer.sentence",
    "wezer.activity.mixin",
    "wezer.word.mixin",
    "wezer.written.mixin",
}

# model.method: (who passes, how it is called: see TestMatrix._arguments)
METHODS = {
    # Of an e-mail that failed, which there is not here: tests/test_outgoing_mail.py.
    "mail.mail.action_wezer_send_again": ("", "row"),
    "mail.mail.action_wezer_set_aside": ("", "row"),
    "res.users.action_finish_welcome": (MEMBERS, "{}"),
    "wezer.address.change.action_ask": (MEMBERS, "'zz@example.org'"),
    # With the token of a letter only, which this is not.
    "wezer.address.change.action_confirm": (MEMBERS, "'a guess'"),
    "wezer.address.change.action_withdraw": ("MA", "row"),
    "wezer.terms.of.use.action_accept": (MEMBERS, "row"),
    "wezer.category.action_merge_into": ("A", "row, 0"),
    "wezer.category.import_vocabulary": ("A", "[]"),
    "wezer.invariant.run": ("A", ""),
    "wezer.conversation.action_block": ("M", "row"),
    "wezer.conversation.action_leave": ("M", "row"),
    "wezer.conversation.action_start": (MEMBERS, "profile_X, 'Hello'"),
    "wezer.conversation.action_write": ("M", "row, 'Hello'"),
    "wezer.conversation.message.action_report": ("M", "row"),
    "wezer.conversation.report.action_dismiss": ("RA", "row"),
    "wezer.conversation.report.action_open": ("RA", "row"),
    "wezer.conversation.report.action_remove": ("RA", "row"),
    "wezer.digest.action_write_again": (MEMBERS, ""),
    "wezer.digest.choose": (MEMBERS, "{'deals': 'never'}"),
    "wezer.invitation.action_invite": (MEMBERS, "['zz@example.org']"),
    "wezer.invitation.action_link": (MEMBERS, ""),
    # Of letters that an administrator wrote; this is a member's.
    "wezer.invitation.action_show_link": ("", "row"),
    "wezer.invitation.action_withdraw": ("MA", "row"),
    "wezer.departure.action_let_go": ("RA", "row, 'because'"),
    "wezer.departure.action_withdraw": ("M", "row"),
    "wezer.departure.ask": (MEMBERS, ""),
    # Everybody names for himself who acts; nobody for another who can log in.
    "wezer.mandate.action_give": (MEMBERS, "profile_X, ['market']"),
    "wezer.mandate.action_resign": ("H", "row"),
    "wezer.mandate.action_revoke": ("MA", "row"),
    "wezer.file.import.action_back": ("A", "row"),
    "wezer.file.import.action_check": ("A", "row"),
    "wezer.file.import.action_import": ("A", "row"),
    "wezer.file.import.action_preview": ("A", "row"),
    "wezer.file.import.action_read": ("A", "row"),
    "wezer.language.add.action_add": ("A", "row"),
    "wezer.look.action_apply": ("A", "row"),
    "wezer.member.decline.action_decline": ("A", "row"),
    "wezer.member.invite.action_invite": ("A", "row"),
    "wezer.member.merge.action_merge": ("A", "row"),
    "wezer.outgoing.mail.action_apply": ("A", "row"),
    "wezer.outgoing.mail.action_test": ("A", "row"),
    "wezer.notice.mark_read": (MEMBERS, ""),
    "wezer.personal.data.own": (MEMBERS, ""),
    "wezer.profile.action_approve": ("A", "row"),
    "wezer.profile.action_decline": ("A", "row, 'No room'"),
    "wezer.profile.action_forget": ("A", "row"),
    "wezer.profile.action_make_coordinator": ("A", "row"),
    "wezer.profile.action_make_moderator": ("A", "row"),
    "wezer.profile.action_merge_into": ("A", "row, profile_X"),
    "wezer.profile.action_resume": ("A", "row"),
    "wezer.profile.action_suspend": ("A", "row"),
    "wezer.profile.action_take_role": ("A", "row"),
    # With one's own password only, which this is not.
    "wezer.profile.leave": ("", "'a guess'"),
    "wezer.profile.own_version": (MEMBERS, ""),
    "wezer.profile.shared": (MEMBERS, "row"),
    "wezer.profile.shared_contact": (MEMBERS, "row"),
    "wezer.profile.update_own": (MEMBERS, "{}"),
    "wezer.skill.action_merge_into": ("A", "row, 0"),
    "wezer.onboarding.action_open": ("A", ""),
    "wezer.onboarding.step.action_skip": ("A", "row"),
    "wezer.onboarding.step.action_open_step": ("A", "row"),
    "wezer.word.merge.action_merge": ("A", "row"),
}

# "METHOD route": {letters: what they get}. A number is a status; "login" is the
# way to the login page; "back" leads to another page of ours.
ROUTES = {
    "GET /community/terms": {ALL: 200},
    "GET /digest/stop/<int:partner_id>/<string:token>": {ALL: 200},
    "GET /join/<string:token>": {ALL: 200},
    "GET /join/<string:token>/block": {ALL: 200},
    "GET /members": {ALL: 200},
    "GET /members/<string:slug>": {"V": "login", MEMBERS: 200},
    "GET /members/page/<int:page>": {ALL: 200},
    "GET /my/acting": {"V": "login", MEMBERS: 200},
    "GET /my/download": {"V": "login", MEMBERS: 200},
    "GET /my/download/data.zip": {"V": "login", MEMBERS: 200},
    "GET /my/emails": {"V": "login", "A": 200, MEMBERS: 404},
    "GET /my/email/confirm/<string:token>": {"V": "login", MEMBERS: 200},
    "GET /my/invite": {"V": "login", MEMBERS: 200},
    "GET /my/leave": {"V": "login", MEMBERS: 200},
    "GET /my/messages": {"V": "login", MEMBERS: 200},
    "GET /my/messages/<int:conversation_id>": {"V": "login", "M": 200, MEMBERS: 404},
    "GET /my/messages/<int:conversation_id>/live": {
        "V": "login",
        "M": 200,
        MEMBERS: 404,
    },
    "GET /my/messages/live": {"V": "login", MEMBERS: 200},
    "GET /my/messages/new/<string:slug>": {"V": "login", "M": "back", MEMBERS: 200},
    "GET /my/messages/reports/<int:report_id>": {"V": "login", "RA": 200, MEMBERS: 404},
    "GET /my/notices/choices": {"V": "login", MEMBERS: 200},
    "GET /my/notices": {"V": "login", MEMBERS: 200},
    "GET /my/profile": {"V": "login", MEMBERS: 200},
    "GET /my/todo": {"V": "login", MEMBERS: 200},
    "GET /welcome": {"V": "login", MEMBERS: "back"},
    "GET /wezer/face/<int:profile_id>": {ALL: 200},
    "GET /wezer/face/of/<int:partner_id>": {"V": "login", MEMBERS: 200},
    "GET /wezer/picture/<int:attachment_id>": {ALL: 404},
    "JSON /my/notices/count": {"V": "error", MEMBERS: "answer"},
    "JSON /my/notices/counts": {"V": "error", MEMBERS: "answer"},
    "JSON /wezer/words/<string:kind>": {ALL: "answer"},
    "POST /community/terms/agree": {"V": "login", MEMBERS: 404},
    "POST /digest/stop/<int:partner_id>/<string:token>": {ALL: 200},
    "POST /join/<string:token>": {ALL: 200},
    "POST /join/<string:token>/block": {ALL: 200},
    "POST /my/act-as": {"V": "login", MEMBERS: "back"},
    "POST /my/acting/<int:mandate_id>/<any(revoke,resign):act>": {
        "V": "login",
        "MHA": "back",
        MEMBERS: 404,
    },
    # Nothing is written: the page says so.
    "POST /contact": {"V": "back", MEMBERS: "back"},
    "POST /my/acting/give": {"V": "login", MEMBERS: "back"},
    "POST /my/email": {"V": "login", MEMBERS: "back"},
    "POST /my/email/confirm/<string:token>": {"V": "login", MEMBERS: "back"},
    "POST /my/emails": {"V": "login", "A": "back", MEMBERS: 404},
    "POST /my/email/again": {"V": "login", MEMBERS: "back"},
    "POST /my/email/withdraw": {"V": "login", MEMBERS: "back"},
    "POST /my/invite": {"V": "login", MEMBERS: "back"},
    "POST /my/invite/<int:invitation_id>/withdraw": {
        "V": "login",
        "MA": "back",
        MEMBERS: 404,
    },
    "POST /my/invite/<int:invitation_id>/link": {
        "V": "login",
        "MA": "back",
        MEMBERS: 404,
    },
    "POST /my/invite/link": {"V": "login", MEMBERS: "back"},
    # The password is missing: the page says so.
    "POST /my/leave": {"V": "login", MEMBERS: "back"},
    "POST /my/leave/ask": {"V": "login", MEMBERS: "back"},
    "POST /my/leave/stay": {"V": "login", MEMBERS: "back"},
    "POST /my/messages/<int:conversation_id>/<any(block,unblock,leave):act>": {
        "V": "login",
        "M": "back",
        MEMBERS: 404,
    },
    # Without a message to report.
    "POST /my/messages/<int:conversation_id>/report": {"V": "login", MEMBERS: 404},
    "POST /my/messages/<int:conversation_id>/write": {
        "V": "login",
        "M": "back",
        MEMBERS: 404,
    },
    "POST /my/messages/new/<string:slug>": {"V": "login", MEMBERS: "back"},
    "POST /my/messages/reports/<int:report_id>/<any(dismiss,remove):act>": {
        "V": "login",
        "RA": "back",
        MEMBERS: 404,
    },
    "POST /my/notices/<int:notice_id>/open": {"V": "login", "M": "back", MEMBERS: 404},
    "POST /my/notices/choices": {"V": "login", MEMBERS: "back"},
    "POST /my/notices/read": {"V": "login", MEMBERS: "back"},
    "POST /my/profile": {"V": "login", MEMBERS: "back"},
    "POST /welcome": {"V": "login", MEMBERS: "back"},
}
# Odoo's own routes that we only extend: tried in test_error_bodies, test_joining,
# test_languages, and (those that call methods) in tests/test_lock_waits.py.
CLOTHED = {
    "/json/2/<__model__>/<__method__>",
    "/web/dataset/call_button",
    "/web/dataset/call_button/<path:path>",
    "/web/dataset/call_kw",
    "/web/dataset/call_kw/<path:path>",
    "/my/address/submit",
    "/web/reset_password",
    "/web/signup",
    "/website/lang/<lang>",
    "/jsonrpc",
    "/xmlrpc/2/<service>",
    "/xmlrpc/<service>",
}
# Signed by the link itself: a mail program presses it without the page's token.
SIGNED = {"POST /digest/stop/<int:partner_id>/<string:token>"}
