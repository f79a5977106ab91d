/* eslint-env serviceworker */
// The service worker of the website. It keeps two things on the phone: the page that is
// shown without a network, and a picture on its way from another app to the form. It
// never keeps a page, a balance or anything else that is somebody's own. It shows the
// messages that the site sends to this device.
const VERSION = "WEZER_VERSION";
const PAGES = `wezer-pages-${VERSION}`;
const SHARED = "wezer-shared";
const OFFLINE = "/app/offline";
const SHARE = "/app/share";
const FORM = "/market/new";

self.addEventListener("install", (event) => {
    event.waitUntil(
        caches
            .open(PAGES)
            .then((cache) =>
                cache.add(new Request(OFFLINE, {cache: "reload", credentials: "omit"}))
            )
            .then(() => self.skipWaiting())
    );
});

self.addEventListener("activate", (event) => {
    event.waitUntil(
        caches
            .keys()
            .then((names) =>
                Promise.all(
                    names
                        .filter(
                            (name) => name.startsWith("wezer-pages-") && name !== PAGES
                        )
                        .map((name) => caches.delete(name))
                )
            )
            .then(() => self.clients.claim())
    );
});

/** Keeps the picture on the phone, and opens the form that takes it. */
async function keepShared(request) {
    const form = await request.formData();
    const cache = await caches.open(SHARED);
    const picture = form.get("picture");
    if (picture && picture.size) {
        await cache.put(
            "/app/shared/picture",
            new Response(picture, {
                headers: {
                    "Content-Type": picture.type,
                    "X-Name": encodeURIComponent(picture.name || "picture"),
                },
            })
        );
    }
    const query = new URLSearchParams({shared: "1"});
    const title = String(form.get("title") || form.get("text") || "").slice(0, 120);
    if (title) {
        query.set("title", title);
    }
    return Response.redirect(`${FORM}?${query}`, 303);
}

self.addEventListener("fetch", (event) => {
    const {request} = event;
    const url = new URL(request.url);
    if (url.origin !== self.location.origin) {
        return;
    }
    if (request.method === "POST" && url.pathname === SHARE) {
        event.respondWith(keepShared(request));
        return;
    }
    // Pages only: the browser keeps scripts, styles and pictures by itself.
    if (request.method !== "GET" || request.mode !== "navigate") {
        return;
    }
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

self.addEventListener("push", (event) => {
    let message = null;
    try {
        message = event.data.json();
    } catch {
        // Not of this site.
        return;
    }
    const {title, body, url, tag} = message;
    event.waitUntil(
        self.registration.showNotification(title, {
            body,
            tag,
            data: {url},
            icon: "/app/icon/192/any.png",
        })
    );
});

/** Opens the page that a message leads to, in a window of this site if there is one. */
async function openPage(url) {
    const windows = await self.clients.matchAll({type: "window"});
    for (const client of windows) {
        if (client.url === url) {
            return client.focus();
        }
    }
    return self.clients.openWindow(url);
}

self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const url = new URL(event.notification.data.url, self.location.origin);
    if (url.origin === self.location.origin) {
        event.waitUntil(openPage(url.href));
    }
});
