/**
 * Return the words inside `root` that are broken at the end of a line, though they are
 * no longer than a line may be. A hyphen that the browser adds breaks no word.
 *
 * @param {Element} root
 * @returns {String[]}
 */
function brokenWords(root) {
    const WORD = /[\p{Script=Latin}\p{M}]{2,14}/gu;
    const SILENT = "script, style, noscript, svg, textarea, select, .visually-hidden";
    const found = [];
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode;
        const el = text.parentElement;
        if (
            !text.data.trim() ||
            el.closest(SILENT) ||
            getComputedStyle(el).hyphens === "auto" ||
            !el.checkVisibility({visibilityProperty: true, opacityProperty: true})
        ) {
            continue;
        }
        for (const word of text.data.matchAll(WORD)) {
            // An address or a code breaks where it must.
            const before = text.data.slice(0, word.index).match(/\S*$/)[0];
            const after = text.data.slice(word.index).match(/^\S*/)[0];
            if (/[/@\d]/.test(before + after)) {
                continue;
            }
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            const rows = new Set([...range.getClientRects()].map(({top}) => top | 0));
            if (rows.size > 1) {
                found.push(
                    `broken word: ${word[0]} in ${text.data.trim().slice(0, 60)}`
                );
            }
        }
    }
    return found;
}

/**
 * Return whether dots stand for the end of the text of an element: a part of a pixel
 * too little is enough.
 *
 * @param {Element} el
 * @returns {Boolean}
 */
function shortened(el) {
    const style = getComputedStyle(el);
    const cuts = style.textOverflow === "ellipsis" && style.overflowX !== "visible";
    if (!cuts || style.display === "inline") {
        return false;
    }
    if (!["nowrap", "pre"].includes(style.whiteSpace)) {
        // A blank at the end of a line takes no place.
        return el.scrollWidth > el.clientWidth;
    }
    const text = document.createRange();
    text.selectNodeContents(el);
    const beside = [
        "paddingLeft",
        "paddingRight",
        "borderLeftWidth",
        "borderRightWidth",
    ]
        .map((name) => parseFloat(style[name]))
        .reduce((sum, width) => sum + width, 0);
    const room = el.getBoundingClientRect().width - beside;
    return text.getBoundingClientRect().width > room + 0.05;
}
