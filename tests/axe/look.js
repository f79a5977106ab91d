// The body of a function: what is wider than the screen, and what text is cut off.
const found = [];
const wide =
    Math.max(
        document.documentElement.scrollWidth,
        (document.querySelector("#wrapwrap") || document.body).scrollWidth
    ) - window.innerWidth;
if (wide > 0) {
    const seen = [...document.querySelectorAll("#wrapwrap *")].filter((el) => {
        const box = el.getBoundingClientRect();
        return box.width && box.right > window.innerWidth + 1;
    });
    const last = seen[seen.length - 1];
    found.push(
        `wider than the screen by ${wide}: ${last ? last.outerHTML.slice(0, 120) : ""}`
    );
}
for (const el of document.querySelectorAll(
    "main *, header *, footer *, .o_wezer_bar *, .o_wezer_act_bar *"
)) {
    if (
        !el.childNodes.length ||
        el.closest("svg, canvas, .visually-hidden, textarea, input, select")
    ) {
        continue;
    }
    const own = [...el.childNodes].some(
        (node) => node.nodeType === 3 && node.data.trim()
    );
    if (
        !own ||
        !el.checkVisibility({visibilityProperty: true, opacityProperty: true})
    ) {
        continue;
    }
    const style = getComputedStyle(el);
    if (
        ["hidden", "clip"].includes(style.overflowX) &&
        el.scrollWidth > el.clientWidth + 1 &&
        el.clientWidth > 2
    ) {
        found.push(`cut off: ${el.textContent.trim().slice(0, 60)}`);
    }
    if (
        ["hidden", "clip"].includes(style.overflowY) &&
        el.scrollHeight > el.clientHeight + 4 &&
        el.clientHeight > 2
    ) {
        found.push(`cut off below: ${el.textContent.trim().slice(0, 60)}`);
    }
}
return found;
