from base64 import b64encode

from odoo.tools import file_open

from .tools.locks import drop_tables

# Odoo's own example texts, off until somebody wants them.
EXAMPLES = ("website.header_call_to_action", "website.header_text_element")


def post_init_hook(env):
    """Open the door for members, and give everybody here a profile.

    Who signs up becomes a portal user, never an internal one.
    """
    env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
    env["website"].search([]).auth_signup_uninvited = "b2c"
    env["res.users"].with_context(active_test=False).search([])._wezer_make_profiles()
    env["wezer.terms.of.use"]._keep(env.company)
    _dress_website(env)


def uninstall_hook(env):
    """Take away the tables that transactions wait on."""
    drop_tables(env.cr)


def _dress_website(env):
    """Take Odoo's example texts off the website; what somebody chose stays."""
    for name in EXAMPLES:
        view = env.ref(name, raise_if_not_found=False)
        if view:
            view.active = False
    env["website.menu"].search([("url", "=", "/contactus")]).unlink()
    with file_open("website/static/src/img/website_logo.svg", "rb") as example:
        example_logo = b64encode(example.read())
    with file_open("wezer_base/static/src/img/logo.svg", "rb") as ours:
        logo = b64encode(ours.read())
    for website in env["website"].search([]):
        if not website.logo or website.logo == example_logo:
            website.logo = logo
