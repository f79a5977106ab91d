def post_init_hook(env) -> None:
    """Let nobody award the existing badges; new ones start like that.

    The access rights of portal users are taken away in
    ``security/ir.model.access.csv``.
    """
    env["gamification.badge"].with_context(active_test=False).search(
        [("rule_auth", "=", "everyone")]
    ).write({"rule_auth": "nobody"})
