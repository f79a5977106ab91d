def post_init_hook(env):
    """Open the door for members, and give everybody here a profile.

    Who signs up becomes a portal user, never an internal one.
    """
    env["ir.config_parameter"].set_param("auth_signup.invitation_scope", "b2c")
    env["website"].search([]).auth_signup_uninvited = "b2c"
    env["res.users"].with_context(active_test=False).search([])._wezer_make_profiles()
