// The body of a function: one step in the web client, by its name and arguments.
const [name, ...given] = arguments;
const done = given.pop();
const root = odoo.__WOWL_DEBUG__.root;
const {action: actions, menu: menus, orm} = root.env.services;
const all = (css, within = document) => [...within.querySelectorAll(css)];
const shown = (el) => el.checkVisibility({visibilityProperty: true});

// Requests under way, counted from the first step on.
if (!window.wezerUnderWay) {
    window.wezerUnderWay = new Set();
    const bus = odoo.loader.modules.get("@web/core/network/rpc").rpcBus;
    bus.addEventListener("RPC:REQUEST", ({detail}) =>
        window.wezerUnderWay.add(detail.data.id)
    );
    bus.addEventListener("RPC:RESPONSE", ({detail}) =>
        window.wezerUnderWay.delete(detail.data.id)
    );
}
const frame = () =>
    new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));

/** Wait until nothing is asked for and nothing moves. */
async function rest() {
    do {
        await frame();
        await new Promise((next) => setTimeout(next));
    } while (window.wezerUnderWay.size);
    const moving = document
        .getAnimations()
        .filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map((one) => one.finished));
    await frame();
}
const dialog = () => all(".modal.d-block, .o_dialog .modal").filter(shown).pop();

function entries(tree, path = []) {
    const here = [...path, tree.name];
    const found = tree.actionID
        ? [{id: tree.id, action: tree.actionID, name: here.slice(1).join(" / ")}]
        : [];
    return [...found, ...tree.childrenTree.flatMap((one) => entries(one, here))];
}

const steps = {
    /** Return the menus below one, as this person has them. */
    menus: (xmlid) => {
        const top = menus.getAll().find((one) => one.xmlid === xmlid);
        return entries(menus.getMenuAsTree(top.id)).filter(
            (one, index, rows) =>
                rows.findIndex((row) => row.action === one.action) === index
        );
    },
    /** Open what a menu leads to; return which views it offers. */
    open: async (id) => {
        await menus.selectMenu(menus.getAll().find((one) => one.id === id));
        await rest();
        const {action} = actions.currentController || {};
        const kinds = ((!dialog() && action?.views) || []).map(([, kind]) => kind);
        return {
            dialog: Boolean(dialog()),
            kinds,
            model: action?.res_model || "",
            view: actions.currentController?.view?.type || "",
        };
    },
    view: async (kind) => {
        await actions.switchView(kind);
        await rest();
    },
    /** Return ids of records to open: one of each state, or the last. */
    records: async (model, limit) => {
        const fields = await orm.call(model, "fields_get", [], {
            attributes: ["type", "searchable"],
        });
        const state = fields.state?.type === "selection" ? ["state"] : [];
        const {Domain} = odoo.loader.modules.get("@web/core/domain");
        const {user} = odoo.loader.modules.get("@web/core/user");
        const {domain} = actions.currentController.action;
        const wanted = new Domain(domain || []).toList(user.context);
        const rows = await orm.searchRead(model, wanted, state, {limit: 400});
        const found = new Map();
        for (const row of rows) {
            found.has(row.state) || found.set(row.state, {...row});
        }
        return [...found.values()]
            .map(({id, state}) => ({id, state: state || ""}))
            .slice(0, limit);
    },
    record: async (action, id) => {
        await actions.doAction(action, {viewType: "form", props: {resId: id}});
        await rest();
        return all(".o_form_view .o_notebook .nav-link").map((el) => el.name);
    },
    tab: async (page) => {
        const link = document.querySelector(`.o_notebook .nav-link[name="${page}"]`);
        if (!link || !shown(link)) {
            return false;
        }
        link.click();
        await rest();
        return true;
    },
    /** Return the names of the buttons above a list or form. */
    buttons: async (select) => {
        if (select) {
            all(".o_data_row .o_list_record_selector input").slice(0, 1)[0]?.click();
            await rest();
        }
        const bar = ".o_control_panel button[name], .o_form_statusbar button[name]";
        return [
            ...new Set(
                all(bar)
                    .filter(shown)
                    .map((el) => el.name)
            ),
        ];
    },
    /** Press one of them; return whether a dialog opened. */
    press: async (button) => {
        const bar = [".o_control_panel", ".o_form_statusbar"];
        all(bar.map((css) => `${css} button[name="${button}"]`).join())
            .find(shown)
            ?.click();
        await rest();
        return Boolean(dialog());
    },
    close: async () => {
        dialog()?.querySelector(".modal-header .btn-close")?.click();
        await rest();
    },
    /** Return what is wrong with what is open: notices of errors, words cut off. */
    wrong: () => {
        const found = all(".o_error_dialog, .o_notification .bg-danger").map(
            (el) => `error: ${el.innerText.slice(0, 200)}`
        );
        for (const el of all(".o_statusbar_buttons button")) {
            if (shown(el) && el.scrollWidth > el.clientWidth + 1) {
                found.push(`cut off: ${el.innerText.trim()}`);
            }
        }
        const cells = "th span.text-truncate, td.o_wezer_cell, td.o_wezer_cell *";
        for (const el of all(cells)) {
            if (shown(el) && shortened(el)) {
                found.push(`cut off: ${el.innerText.trim()}`);
            }
        }
        const {scrollWidth} = document.documentElement;
        if (scrollWidth > window.innerWidth) {
            found.push(`wider than the screen by ${scrollWidth - window.innerWidth}`);
        }
        for (const card of all(".o_wezer_cards .o_kanban_record")) {
            found.push(...brokenWords(card));
        }
        return found;
    },
};
(async () => steps[name](...given))().then(
    (value) => done({value: value ?? null}),
    (error) => done({error: String(error?.data?.message || error?.message || error)})
);
