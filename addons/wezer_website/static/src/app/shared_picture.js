import {addPart} from "@wezer_base/parts/parts";

const PLACE = "/app/shared/picture";

/** @returns {Promise<File|null>} the picture that another app shared; it is forgotten */
async function takePicture() {
    const shared = new URLSearchParams(location.search).get("shared") === "1";
    if (!shared || !("caches" in window)) {
        return null;
    }
    const cache = await caches.open("wezer-shared");
    const kept = await cache.match(PLACE);
    if (!kept) {
        return null;
    }
    const picture = await kept.blob();
    const name = decodeURIComponent(kept.headers.get("X-Name") || "picture");
    await cache.delete(PLACE);
    return new File([picture], name, {type: picture.type});
}

/**
 * Puts the picture that another app shared into the form, and forgets it.
 *
 * @param {HTMLElement} el what is said about it
 */
async function fillIn(el) {
    const field = document.querySelector("form input[type=file][name=pictures]");
    const picture = field && (await takePicture());
    if (!picture) {
        return;
    }
    const large = picture.size > Number(el.dataset.mostBytes);
    if (!large) {
        const files = new DataTransfer();
        files.items.add(picture);
        field.files = files.files;
        field.dispatchEvent(new Event("change", {bubbles: true}));
    }
    for (const text of el.querySelectorAll("[data-text]")) {
        text.classList.toggle("d-none", (text.dataset.text === "large") !== large);
    }
    el.classList.remove("d-none");
    // The form folds away what is seldom needed.
    field.closest("details")?.setAttribute("open", "");
}

addPart(".o_wezer_shared_picture", (el) => {
    fillIn(el);
});
