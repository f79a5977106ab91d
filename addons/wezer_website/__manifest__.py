{
    "name": "Wezer Website",
    "summary": "Blocks, home pages, palettes and the phone's bar of a community",
    "version": "19.0.2.7.0",
    "development_status": "Alpha",
    "category": "Wezer",
    "license": "AGPL-3",
    "author": "Wezer founders",
    "website": "https://wezer.org",
    "depends": ["wezer_marketplace", "wezer_decision"],
    "data": [
        "data/snippet_filters.xml",
        "views/row_templates.xml",
        "views/drawing_templates.xml",
        "views/snippets.xml",
        "views/pages.xml",
        "data/example_text.xml",
        "views/bar_templates.xml",
        "views/app_templates.xml",
        "views/device_templates.xml",
    ],
    "post_init_hook": "post_init_hook",
    "assets": {
        "wezer_base.assets_parts": [
            "wezer_website/static/src/bar/bar.js",
        ],
        "wezer_marketplace.assets_post": [
            "wezer_website/static/src/app/shared_picture.js",
        ],
        # Loaded where a code can be scanned.
        "wezer_website.assets_scan": [
            "wezer_website/static/src/app/scan.js",
        ],
        # Loaded where a device can be registered.
        "wezer_website.assets_devices": [
            "wezer_website/static/src/app/devices.js",
        ],
        "web.assets_frontend_lazy": [
            ("remove", "wezer_website/static/src/bar/bar.js"),
        ],
        "web.assets_frontend": [
            "wezer_website/static/src/scss/wezer_blocks.scss",
            "wezer_website/static/src/app/web_app.js",
            "wezer_website/static/src/bar/bar.scss",
        ],
        "website.assets_inside_builder_iframe": [
            "wezer_website/static/src/interactions/community_block.edit.js",
        ],
        "website.website_builder_assets": [
            "wezer_website/static/src/builder/community_block_options.xml",
            "wezer_website/static/src/builder/community_block_plugin.js",
        ],
    },
}
