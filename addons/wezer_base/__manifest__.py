{
    "name": "Wezer Base",
    "summary": "People of a community: profiles, rights, acting for a partner",
    "version": "19.0.1.0.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "application": True,
    "depends": ["mail", "portal", "website", "auth_signup"],
    "data": [
        "security/wezer_base_groups.xml",
        "security/ir.model.access.csv",
        "security/wezer_base_rules.xml",
        "views/wezer_base_menus.xml",
        "views/wezer_profile_views.xml",
        "views/wezer_category_views.xml",
        "views/wezer_skill_views.xml",
        "views/wezer_notice_views.xml",
        "views/res_config_settings_views.xml",
        "views/website_templates.xml",
        "views/portal_templates.xml",
    ],
    "assets": {
        "web._assets_primary_variables": [
            (
                "after",
                "website/static/src/scss/primary_variables.scss",
                "wezer_base/static/src/scss/primary_variables.scss",
            ),
        ],
        "web.assets_frontend": [
            "wezer_base/static/src/scss/wezer.scss",
            "wezer_base/static/src/interactions/notice_bell.js",
        ],
    },
    "post_init_hook": "post_init_hook",
}
