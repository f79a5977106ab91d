/* global L */

import {addPart} from "@wezer_base/parts/parts";

// What is clustered lies closer than this, in pixels.
const NEAR_PX = 44;
const ZOOM = {least: 3, most: 16, alone: 14};

/**
 * A map of places. It is loaded, with Leaflet, where a page has one. Nothing is asked of
 * another site unless the community chose a server of tiles; without one the ground is
 * plain. Markers near each other are one, with their number, until one zooms in.
 */
export class PlaceMap {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        const {markers, centre, tiles, attribution, nearer, farther} = el.dataset;
        this.markers = JSON.parse(markers);
        const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
        this.map = L.map(this.el, {
            minZoom: ZOOM.least,
            maxZoom: ZOOM.most,
            zoomAnimation: !still,
            fadeAnimation: !still,
            markerZoomAnimation: !still,
            // The page scrolls on; whoever wants to zoom has buttons, keys and pinch.
            scrollWheelZoom: false,
            zoomControl: false,
        });
        this.map.attributionControl.setPrefix(false);
        L.control.zoom({zoomInTitle: nearer, zoomOutTitle: farther}).addTo(this.map);
        L.control.scale({imperial: false}).addTo(this.map);
        if (tiles) {
            const text = document.createElement("span");
            text.textContent = attribution || "";
            L.tileLayer(tiles, {
                maxZoom: ZOOM.most,
                attribution: text.innerHTML,
            }).addTo(this.map);
        } else {
            this.el.classList.add("o_wezer_place_map_plain");
        }
        this.layer = L.layerGroup().addTo(this.map);
        this.show(JSON.parse(centre || "null"));
        this.map.on("zoomend", () => this.draw());
        this.draw();
    }

    /** Called when the element has left the page. */
    end() {
        this.map.remove();
    }

    show(centre) {
        const places = this.markers.map(({lat, lon}) => [lat, lon]);
        if (places.length) {
            this.map.fitBounds(places, {padding: [36, 36], maxZoom: ZOOM.alone});
        } else {
            this.map.setView(centre || [46.5, 6.6], centre ? ZOOM.alone : 6);
        }
    }

    /** Put markers near each other into one. */
    clusters() {
        const clusters = [];
        for (const marker of this.markers) {
            const point = this.map.project([marker.lat, marker.lon]);
            const near = clusters.find(
                (cluster) => cluster.point.distanceTo(point) < NEAR_PX
            );
            if (near) {
                near.items.push(...marker.items);
                near.places.push([marker.lat, marker.lon]);
            } else {
                clusters.push({
                    ...marker,
                    point,
                    items: [...marker.items],
                    places: [[marker.lat, marker.lon]],
                });
            }
        }
        return clusters;
    }

    draw() {
        this.layer.clearLayers();
        for (const cluster of this.clusters()) {
            const marker = L.marker([cluster.lat, cluster.lon], {
                icon: L.divIcon({
                    className: `o_wezer_marker o_wezer_tint_${cluster.tint}`,
                    html: this.face(cluster),
                    iconSize: [40, 40],
                }),
                title: this.name(cluster),
                alt: this.name(cluster),
            });
            if (cluster.places.length > 1) {
                marker.on("click", () =>
                    this.map.fitBounds(cluster.places, {
                        padding: [60, 60],
                        maxZoom: ZOOM.most,
                    })
                );
            } else {
                marker.bindPopup(() => this.popup(cluster));
            }
            marker.addTo(this.layer);
        }
    }

    name({items}) {
        return items.length === 1
            ? items[0].title
            : this.el.dataset.several.replace("{count}", items.length);
    }

    face({items, icon}) {
        const face = document.createElement("span");
        if (items.length > 1) {
            face.textContent = items.length;
        } else {
            const picture = document.createElement("i");
            picture.className = `fa ${icon}`;
            picture.setAttribute("aria-hidden", "true");
            face.append(picture);
        }
        return face;
    }

    /** What people wrote is text, never markup. */
    popup({items}) {
        const list = document.createElement("ul");
        list.className = "o_wezer_map_popup";
        for (const {title, url, text, lang} of items) {
            const line = document.createElement("li");
            const link = document.createElement("a");
            link.href = url;
            link.dir = "auto";
            if (lang) {
                link.lang = lang;
            }
            link.textContent = title;
            line.append(link);
            if (text) {
                line.append(` · ${text}`);
            }
            list.append(line);
        }
        return list;
    }
}

addPart(".o_wezer_place_map", (el) => {
    const map = new PlaceMap(el);
    return () => map.end();
});
