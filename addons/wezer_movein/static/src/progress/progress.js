import {Component, onWillUnmount, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const EVERY_MS = 2000;
const FIELDS = ["state", "backup_waits", "progress", "progress_share"];

/** Shows how far an import or a backup is, and the whole form anew at its end. */
export class MoveProgress extends Component {
    static template = "wezer_movein.MoveProgress";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.shown = useState({
            text: this.props.record.data.progress,
            share: this.props.record.data.progress_share,
        });
        this.timer = setInterval(() => this.refresh(), EVERY_MS);
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        const {record} = this.props;
        if (document.hidden || this.isAsking) {
            return;
        }
        this.isAsking = true;
        try {
            const [now] = await this.orm.silent.read(
                record.resModel,
                [record.resId],
                FIELDS
            );
            if (
                now.state !== record.data.state ||
                now.backup_waits !== record.data.backup_waits
            ) {
                await record.load();
                return;
            }
            Object.assign(this.shown, {text: now.progress, share: now.progress_share});
        } catch {
            // Away from the network, or a server that starts anew: asked again.
        } finally {
            this.isAsking = false;
        }
    }
}

registry.category("view_widgets").add("wezer_movein_progress", {
    component: MoveProgress,
    fieldDependencies: [
        {name: "state", type: "selection"},
        {name: "backup_waits", type: "boolean"},
        {name: "progress", type: "char"},
        {name: "progress_share", type: "integer"},
    ],
});
