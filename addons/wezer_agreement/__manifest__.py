{
    "name": "Wezer Agreement",
    "summary": "The register of agreements: versions, reviews, assent",
    "version": "19.0.2.5.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_decision"],
    "data": [],
}
