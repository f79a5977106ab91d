{
    "name": "Wezer Move in",
    "summary": "A community of another system moves in with its history and a proof",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_marketplace"],
    "data": [
        "security/ir.model.access.csv",
        "security/wezer_movein_rules.xml",
        "data/ir_cron_data.xml",
        "wizards/wezer_movein_wizard_views.xml",
        "views/wezer_movein_views.xml",
        "views/moved_in_templates.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "wezer_movein/static/src/choice/*",
            "wezer_movein/static/src/progress/*",
        ],
    },
}
