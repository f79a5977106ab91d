// The Odoo Community Association's rules for JavaScript, as far as they concern
// public interactions.
const js = require("@eslint/js");
const globals = require("globals");
const jsdoc = require("eslint-plugin-jsdoc");

module.exports = [
    js.configs.recommended,
    {
        files: ["addons/*/static/src/**/*.js"],
        plugins: {jsdoc},
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...globals.browser, odoo: "readonly"},
        },
        rules: {
            "array-callback-return": "error",
            "callback-return": "error",
            "capitalized-comments": [
                "error",
                "always",
                {ignoreConsecutiveComments: true, ignoreInlineComments: true},
            ],
            complexity: ["error", 15],
            "consistent-return": "error",
            curly: ["error", "multi-line"],
            "default-case": "error",
            "dot-notation": "error",
            eqeqeq: "error",
            "max-depth": ["error", 4],
            "new-cap": "error",
            "no-alert": "error",
            "no-caller": "error",
            "no-console": "error",
            "no-eval": "error",
            "no-extend-native": "error",
            "no-implied-eval": "error",
            "no-loop-func": "error",
            "no-multi-str": "error",
            "no-new-func": "error",
            "no-param-reassign": "error",
            "no-self-compare": "error",
            "no-sequences": "error",
            "no-shadow": "error",
            "no-throw-literal": "error",
            "no-unneeded-ternary": "error",
            "no-unused-expressions": "error",
            "no-use-before-define": ["error", {functions: false}],
            "no-useless-call": "error",
            "no-useless-concat": "error",
            "no-useless-return": "error",
            "no-var": "error",
            "object-shorthand": "error",
            "prefer-const": "error",
            "prefer-template": "error",
            radix: "error",
            yoda: "error",
            "jsdoc/check-param-names": "error",
            "jsdoc/check-tag-names": "error",
            "jsdoc/check-types": "error",
        },
    },
];
