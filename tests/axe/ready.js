// The body of an asynchronous function: waits until a page is complete. Its program is
// loaded once a person moves (load_on_demand.js), and ready when Odoo says so.
const done = arguments[arguments.length - 1];
const [program] = arguments;
const until = (condition) =>
    new Promise((resolve) => {
        const again = () => (condition() ? resolve() : setTimeout(again, 10));
        again();
    });
const lazy = document.querySelector(
    "script[data-src*='frontend_lazy'], script[src*='frontend_lazy']"
);
const shown = async () => {
    if (program && window.odoo && lazy) {
        window.dispatchEvent(new Event("wheel"));
        await until(() => document.body.getAttribute("is-ready") === "true");
    }
    await document.fonts.ready;
    const pictures = [...document.images].filter(
        (image) => !image.complete && image.loading !== "lazy"
    );
    await Promise.allSettled(pictures.map((image) => image.decode()));
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
};
until(() => document.readyState === "complete").then(shown);
