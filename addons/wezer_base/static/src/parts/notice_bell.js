import {addPart} from "@wezer_base/parts/parts";
import {listenToCounts} from "@wezer_base/parts/notice_counts";

/**
 * Shows the number beside the bell or the envelope.
 * @returns {boolean} whether there are more than before
 */
function showCount(el, count) {
    const badge = el.querySelector(".o_wezer_bell_count");
    const more = count > (parseInt(badge.textContent, 10) || 0);
    badge.textContent = count;
    badge.classList.toggle("d-none", !count);
    return more;
}

/** Keeps the number beside the bell true while a page is open. */
function showNotices(el, count) {
    if (showCount(el, count)) {
        // A person who reads the list is asked, not moved.
        const hint = document.querySelector(".o_wezer_notices_new");
        hint?.classList.remove("d-none");
    }
}

addPart(".o_wezer_bell", (el) =>
    listenToCounts(({notices}) => showNotices(el, notices))
);

addPart(".o_wezer_envelope", (el) =>
    listenToCounts(({messages}) => showCount(el, messages))
);
