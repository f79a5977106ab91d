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
        (el.scrollWidth > el.clientWidth + 1 || shortened(el)) &&
        el.clientWidth > 2
    ) {
        found.push(`cut off: ${el.textContent.trim().slice(0, 60)}`);
    }
    if (
        style.overflowX === "visible" &&
        !["inline", "contents"].includes(style.display) &&
        el.clientWidth > 2 &&
        el.scrollWidth > el.clientWidth + 2
    ) {
        found.push(`sticks out: ${el.textContent.trim().slice(0, 60)}`);
    }
    if (
        ["hidden", "clip"].includes(style.overflowY) &&
        el.scrollHeight > el.clientHeight + 4 &&
        el.clientHeight > 2
    ) {
        found.push(`cut off below: ${el.textContent.trim().slice(0, 60)}`);
    }
}
// A choice, a placeholder or a date longer than its field.
const ruler = document.createElement("canvas").getContext("2d");
for (const field of document.querySelectorAll(
    "main select.form-select, main input[placeholder], main input[type='date']"
)) {
    const text =
        field.tagName === "SELECT"
            ? field.multiple
                ? ""
                : field.selectedOptions[0]?.label
            : field.type === "date"
              ? "00/00/0000"
              : !field.value && field.placeholder;
    if (!text || !field.checkVisibility({visibilityProperty: true})) {
        continue;
    }
    const style = getComputedStyle(
        field,
        field.tagName === "SELECT" || field.type === "date" ? null : "::placeholder"
    );
    ruler.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const box = getComputedStyle(field);
    const room =
        field.clientWidth -
        parseFloat(box.paddingLeft) -
        // The arrow of a choice stands in the padding; the browser's own is narrower.
        Math.min(parseFloat(box.paddingRight), 24) -
        // Beside a date stands a calendar, beside a number two arrows.
        ({date: 24, number: 18}[field.type] || 0);
    if (ruler.measureText(text).width > room + 1) {
        found.push(`cut off in its field: ${text}`);
    }
}
return [...found, ...brokenWords(document.body)];
