/* global Chart */
import {Component, onMounted, onWillStart, onWillUnmount, useRef} from "@odoo/owl";
import {deserializeDate} from "@web/core/l10n/dates";
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";

/** The administrators' dashboard: curves and bars, each with its table. */
export class WezerDashboard extends Component {
    static template = "wezer_marketplace.Dashboard";
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.root = useRef("root");
        this.drawn = [];
        onWillStart(async () => {
            const [figures] = await Promise.all([
                this.orm.call("wezer.dashboard", "figures", []),
                loadBundle("web.chartjs_lib"),
            ]);
            this.charts = figures.charts.map((chart) => ({
                ...chart,
                labels:
                    chart.kind === "line"
                        ? chart.labels.map((day) =>
                              deserializeDate(day).toFormat("LLL yyyy")
                          )
                        : chart.labels,
            }));
            this.credit = figures.credit;
            this.empty = !figures.charts.some((chart) => chart.values.some(Boolean));
        });
        onMounted(() => this.draw());
        onWillUnmount(() => this.drawn.forEach((chart) => chart.destroy()));
    }

    draw() {
        const style = getComputedStyle(this.root.el);
        const ink = style.getPropertyValue("--o-wezer-dashboard-ink").trim();
        for (const chart of this.charts) {
            const canvas = this.root.el.querySelector(`canvas[data-key=${chart.key}]`);
            this.drawn.push(
                new Chart(canvas, {
                    type: chart.kind,
                    data: {
                        labels: chart.labels,
                        datasets: [
                            {
                                label: chart.title,
                                data: chart.values,
                                borderColor: ink,
                                backgroundColor: ink,
                                tension: 0.25,
                            },
                        ],
                    },
                    options: {
                        animation: false,
                        maintainAspectRatio: false,
                        indexAxis: chart.kind === "bar" ? "y" : "x",
                        plugins: {legend: {display: false}},
                        // Of what is counted, from nothing on.
                        scales: {
                            [chart.kind === "bar" ? "x" : "y"]: {
                                beginAtZero: true,
                                suggestedMax: 1,
                                ticks: {precision: 0},
                            },
                        },
                    },
                })
            );
        }
    }
}

registry.category("actions").add("wezer_dashboard", WezerDashboard);
