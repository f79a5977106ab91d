// The body of an asynchronous function: what axe-core finds, a line each.
const done = arguments[arguments.length - 1];
const [tags, rules] = arguments;
const options = {
    resultTypes: ["violations"],
    runOnly: {type: "tag", values: tags},
    rules: Object.fromEntries(rules.map((rule) => [rule, {enabled: true}])),
};
axe.run(document, options).then(
    (results) =>
        done(
            results.violations.flatMap((violation) =>
                violation.nodes.map(
                    (node) =>
                        `${violation.id}: ${node.target.join(" ")} ${node.html.slice(0, 140)} ` +
                        (violation.id === "color-contrast"
                            ? node.failureSummary.slice(0, 160)
                            : "")
                )
            )
        ),
    (error) => done([`axe failed: ${error}`])
);
