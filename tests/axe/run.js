// The body of an asynchronous function: what axe-core finds, a line each.
const done = arguments[arguments.length - 1];
const [only, tags, more] = arguments;
const options = {
    resultTypes: ["violations"],
    // The pages hold no frames of ours.
    iframes: false,
    runOnly: only.length ? {type: "rule", values: only} : {type: "tag", values: tags},
};
if (!only.length) {
    options.rules = Object.fromEntries(more.map((rule) => [rule, {enabled: true}]));
}
axe.run(document, options).then(
    (results) =>
        done(
            results.violations.flatMap((violation) =>
                violation.nodes.map(
                    (node) =>
                        `${violation.id}: ${node.target.join(" ")} ` +
                        `${node.html.replace(/\s+/g, " ").slice(0, 140)} ` +
                        (violation.id === "color-contrast"
                            ? node.failureSummary.replace(/\s+/g, " ").slice(0, 220)
                            : "")
                )
            )
        ),
    (error) => done([`axe failed: ${error}`])
);
