// @odoo-module ignore
/**
 * Odoo loads the program of its website, half a megabyte, after every page. People who
 * only read do not need it: it waits until they move, touch, scroll or type. What they
 * press meanwhile waits for the program, as it does in Odoo, and is then done.
 *
 * Pages with what the website builder animates load it at once, and so do the pages of
 * internal users. What our own pages show or change by themselves, live deals, maps,
 * charts, the sums and steps of forms, works without it (parts/parts.js): nothing appears
 * under a finger.
 *
 * This file is a plain script in front of Odoo's loader, which listens for the same event:
 * the first line keeps Odoo from making a module of it, for there are no modules yet.
 */
(function () {
    "use strict";

    const AT_ONCE = [
        "[data-wezer-at-once], owl-component",
        ".o_animate, .s_dynamic, .s_chart, .s_map, .s_countdown, .media_iframe_video",
        ".carousel[data-bs-ride], #website_cookies_bar, .s_popup",
    ].join(",");
    const SIGNS = [
        "pointermove",
        "pointerdown",
        "touchstart",
        "keydown",
        "wheel",
        "scroll",
        // By whatever helps a person to use a page, and by the browser that fills in.
        "click",
        "input",
        "change",
    ];

    let wanted = false;
    let held = false;

    /**
     * Show the form to log in, which Odoo shows by program: in case this browser
     * remembers several people, who are then to choose from. Where it remembers nobody
     * there is nothing else to do.
     */
    function showLogin() {
        const choice = document.querySelector("owl-component[name='web.user_switch']");
        if (!choice || remembersSomebody()) {
            return;
        }
        choice.remove();
        const form = document.querySelector("form.oe_login_form");
        form?.classList.remove("d-none");
        form?.querySelector(":placeholder-shown")?.focus();
    }

    function remembersSomebody() {
        try {
            return Boolean(localStorage.getItem("web.lastConnectedUser"));
        } catch {
            // A browser that keeps nothing refuses to be asked.
            return false;
        }
    }

    showLogin();

    /**
     * Let what unfolds by itself not wait for the program, though it looks like a button:
     * a person who presses again meanwhile would fold it again.
     */
    function keepFoldsFree() {
        for (const fold of document.querySelectorAll("summary.btn")) {
            fold.classList.add("o_no_wait_lazy_js");
        }
    }

    if (document.readyState === "loading") {
        // Before Odoo's loader, which asks for the same event after this file.
        document.addEventListener("DOMContentLoaded", keepFoldsFree);
    } else {
        keepFoldsFree();
    }

    function onSign() {
        wanted = true;
        for (const sign of SIGNS) {
            window.removeEventListener(sign, onSign, true);
        }
        if (held) {
            held = false;
            window.dispatchEvent(new Event("load"));
        }
    }

    for (const sign of SIGNS) {
        window.addEventListener(sign, onSign, {capture: true, passive: true});
    }
    // Read now: Odoo's module of the session removes it before the page has loaded. The
    // website builder waits for the program of the page that it shows in a frame.
    const internal =
        window.odoo?.__session_info__?.is_internal_user || window.self !== window.top;
    window.addEventListener("load", (event) => {
        if (wanted || internal || document.querySelector(AT_ONCE)) {
            wanted = true;
            return;
        }
        held = true;
        event.stopImmediatePropagation();
    });
})();
