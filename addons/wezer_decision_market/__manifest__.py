{
    "name": "Wezer Decision: Marketplace",
    "summary": "Announcements, approvals and disputes decided together",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_decision_currency", "wezer_marketplace"],
    "auto_install": True,
}
