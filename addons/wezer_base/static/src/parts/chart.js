/* global Chart */

import {addPart, whenSeen} from "@wezer_base/parts/parts";

const LINE_WIDTH = 2.5;
// Beside a bar, a label has up to two lines.
const BAR_HEIGHT = 36;
const LINE_LENGTH = 15;
const LINES_MAX = 2;

/**
 * Draws a chart with Chart.js from the JSON in `data-chart`, which
 * `wezer_base/tools/charts.py` makes.
 *
 * The page shows the same numbers in a table, so the chart is hidden from screen
 * readers; without a script there is the table only. It is drawn when it comes into view.
 */
export class WezerChart {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.el = el;
        this.data = JSON.parse(el.dataset.chart);
        this.paint = () => this.drawAgain();
        this.unwatch = whenSeen(el, () => this.draw());
    }

    async draw() {
        // A canvas does not wait for the font of the page.
        await document.fonts.ready;
        if (!this.el.isConnected) {
            return;
        }
        this.canvas = document.createElement("canvas");
        if (this.data.kind === "bars") {
            this.el.style.height = `${BAR_HEIGHT * (this.data.labels.length + 2)}px`;
        }
        this.el.replaceChildren(this.canvas);
        this.drawAgain();
        // Light or dark was chosen meanwhile: a canvas does not follow by itself.
        document.addEventListener("wezer_scheme", this.paint);
    }

    drawAgain() {
        const content = this.data.kind === "bars" ? this.bars() : this.steps();
        this.chart?.destroy();
        this.chart = new Chart(this.canvas, content);
    }

    /** Called when the element has left the page. */
    end() {
        this.unwatch();
        document.removeEventListener("wezer_scheme", this.paint);
        this.chart?.destroy();
    }

    /**
     * @param {string} name a colour as `#rrggbb`, or a CSS variable of the theme
     * @returns {string} the colour
     */
    colour(name) {
        return name.startsWith("--")
            ? getComputedStyle(this.el).getPropertyValue(name).trim()
            : name;
    }

    bars() {
        const {labels, values, colours, ticks} = this.data;
        const options = this.options();
        options.indexAxis = "y";
        options.scales = {
            x: this.axis(ticks, options),
            y: {
                grid: {color: options.borderColor},
                ticks: {
                    color: options.color,
                    font: options.font,
                    autoSkip: false,
                    callback: (index) => this.lines(labels[index]),
                },
            },
        };
        const backgroundColor = colours.map((name) => this.colour(name));
        return {
            type: "bar",
            data: {labels, datasets: [{data: values, backgroundColor}]},
            options,
        };
    }

    /**
     * @param {string} label
     * @returns {Array} the label in short lines; what is longer ends with dots
     */
    lines(label) {
        const lines = [];
        for (const word of label.split(/\s+/)) {
            const joined = [lines.at(-1), word].filter(Boolean).join(" ");
            if (lines.length && joined.length <= LINE_LENGTH) {
                lines[lines.length - 1] = joined;
            } else {
                lines.push(word);
            }
        }
        const shown = lines.slice(0, LINES_MAX);
        return shown.map((line, index) =>
            line.length > LINE_LENGTH ||
            (index === LINES_MAX - 1 && lines.length > LINES_MAX)
                ? `${line.slice(0, LINE_LENGTH - 1)}…`
                : line
        );
    }

    /**
     * The server formats numbers: only those that it sent have a label.
     *
     * @param {Array} ticks pairs of a number and its text
     * @param {object} options of the chart, with its colours
     * @returns {object} the options of an axis of numbers
     */
    axis(ticks, options) {
        const marks = ticks.map(([value]) => value);
        return {
            min: Math.min(...marks),
            max: Math.max(...marks),
            grid: {color: options.borderColor},
            ticks: {
                color: options.color,
                font: options.font,
                callback: (_value, index) => ticks[index][1],
            },
            afterBuildTicks: (axis) => {
                axis.ticks = marks.map((value) => ({value}));
            },
        };
    }

    steps() {
        const {labels, titles, values, colours, ticks} = this.data;
        const options = this.options();
        options.aspectRatio = 8 / 3;
        options.maintainAspectRatio = true;
        options.interaction = {mode: "index", intersect: false};
        options.scales = {
            x: {
                grid: {color: options.borderColor},
                ticks: {
                    color: options.color,
                    font: options.font,
                    maxTicksLimit: 6,
                    maxRotation: 0,
                    autoSkipPadding: 20,
                },
            },
            y: this.axis(ticks, options),
        };
        options.plugins.tooltip.callbacks.title = ([point]) =>
            (titles || labels)[point.dataIndex];
        const borderColor = this.colour(colours[0]);
        return {
            type: "line",
            data: {
                labels,
                datasets: [
                    {
                        data: values,
                        borderColor,
                        borderWidth: LINE_WIDTH,
                        clip: LINE_WIDTH,
                        pointRadius: 0,
                        // A number stays what it is until the next change.
                        stepped: true,
                    },
                ],
            },
            options,
        };
    }

    options() {
        const {texts} = this.data;
        const family = getComputedStyle(this.el).fontFamily;
        return {
            animation: false,
            color: this.colour("--o-wezer-muted"),
            borderColor: this.colour("--o-wezer-line"),
            font: {family, size: 14},
            locale: document.documentElement.lang || undefined,
            maintainAspectRatio: false,
            plugins: {
                legend: {display: false},
                tooltip: {
                    displayColors: false,
                    callbacks: {label: (point) => texts[point.dataIndex]},
                },
            },
        };
    }
}

addPart(".o_wezer_chart", (el) => {
    const chart = new WezerChart(el);
    return () => chart.end();
});
