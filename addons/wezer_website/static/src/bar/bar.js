import {addPart} from "@wezer_base/parts/parts";
import {listenToCounts} from "@wezer_base/parts/notice_counts";

/** Keeps the numbers of the phone's bar true while a page is open, as the bell does. */
function showCounts(bar, counts) {
    for (const badge of bar.querySelectorAll("[data-wezer-count]")) {
        const count = counts[badge.dataset.wezerCount] || 0;
        badge.textContent = count;
        badge.classList.toggle("d-none", !count);
    }
}

addPart(".o_wezer_bar_live", (bar) =>
    listenToCounts((counts) => showCounts(bar, counts))
);
