def post_init_hook(env):
    """Close gamification's open door: any portal user could award himself a badge."""
    portal = env.ref("base.group_portal")
    env["ir.model.access"].search(
        [
            ("group_id", "=", portal.id),
            ("model_id.model", "in", ("gamification.badge", "gamification.badge.user")),
        ]
    ).write({"perm_write": False, "perm_create": False, "perm_unlink": False})
    env["gamification.badge"].search([]).write({"rule_auth": "nobody"})
