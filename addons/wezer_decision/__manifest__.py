{
    "name": "Wezer Decision",
    "summary": "Discussions, decisions that bind, elections and delegation",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_fractal_groups"],
    "data": [
        "security/ir.model.access.csv",
        "security/wezer_decision_rules.xml",
        "data/ir_cron_discussions.xml",
        "views/discussion_templates.xml",
        "data/ir_cron_data.xml",
        "data/ir_cron_governance.xml",
        "views/wezer_decision_views.xml",
        "views/decision_templates.xml",
        "views/result_templates.xml",
        "views/college_templates.xml",
        "views/propose_templates.xml",
        "views/governance_templates.xml",
        "views/circle_templates.xml",
        "views/group_manage_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "wezer_decision/static/src/scss/decisions.scss",
        ],
        # Loaded by a list of options that is ranked (wezer_base/static/src/parts).
        "wezer_decision.assets_ranking": [
            "wezer_decision/static/src/parts/ranking.js",
        ],
    },
}
