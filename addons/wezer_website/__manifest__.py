{
    "name": "Wezer Website",
    "summary": "Blocks, home pages, palettes and the phone's bar of a community",
    "version": "19.0.2.2.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_marketplace"],
    "data": [],
    "assets": {
        "web.assets_frontend": [],
    },
}
