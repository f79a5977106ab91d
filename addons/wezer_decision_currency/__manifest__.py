{
    "name": "Wezer Decision: Currency",
    "summary": "Spending decided together",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_decision", "wezer_currency"],
    "auto_install": True,
    "data": ["views/transfer_templates.xml"],
}
