// The Odoo Community Association's settings, with lines of 120 characters in XML: a
// template is read by its elements, which breaking every attribute would hide.
module.exports = {
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "preserve",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    plugins: [require.resolve("@prettier/plugin-xml")],
    overrides: [
        {
            files: "*.xml",
            // No whitespace is added or removed: it shows between inline elements.
            options: {printWidth: 120, xmlWhitespaceSensitivity: "strict"},
        },
        {files: ["*.yml", "*.yaml", "*.json"], options: {tabWidth: 2}},
    ],
};
