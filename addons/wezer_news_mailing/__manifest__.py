{
    "name": "Wezer News Mailing",
    "summary": "E-mails with news of circles as mailings, with counts of sending",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_fractal_groups", "mass_mailing"],
    "data": [
        "security/wezer_news_mailing_rules.xml",
        "views/mailing_mailing_views.xml",
        "views/news_templates.xml",
    ],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
