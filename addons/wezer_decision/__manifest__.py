{
    "name": "Wezer Decision",
    "summary": "Discussions, decisions that bind, elections and delegation",
    "version": "19.0.2.5.0",
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
    ],
}
