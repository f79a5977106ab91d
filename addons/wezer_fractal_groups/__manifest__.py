{
    "name": "Wezer Fractal Groups",
    "summary": "Circles and roles: members flow up, rights flow down",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_base", "project", "web_hierarchy"],
    "data": [
        "security/ir.model.access.csv",
        "security/wezer_fractal_groups_rules.xml",
        "data/ir_cron_data.xml",
        "views/wezer_fractal_groups_menus.xml",
        "views/wezer_group_views.xml",
        "views/wezer_group_membership_views.xml",
        "views/wezer_profile_views.xml",
        "views/wezer_group_event_views.xml",
        "views/project_views.xml",
        "views/groups_templates.xml",
        "views/home_templates.xml",
        "views/history_templates.xml",
        "views/manage_templates.xml",
        "views/news_templates.xml",
        "views/wezer_news_views.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "wezer_fractal_groups/static/src/scss/groups.scss",
        ],
        # Loaded by the page of the map (wezer_base/static/src/parts/parts.js).
        "wezer_fractal_groups.assets_group_map": [
            "wezer_base/static/src/parts/suggestion_list.js",
            "wezer_fractal_groups/static/src/map/*.js",
        ],
    },
}
