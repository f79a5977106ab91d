import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

/**
 * While a page is edited, the rows of a block follow its options.
 *
 * Visitors need none of this: the server has filled the block already.
 */
export class CommunityBlock extends Interaction {
    static selector = "[data-wezer-block][data-filter-id]";

    async willStart() {
        const {filterId, ...dataset} = this.el.dataset;
        const options = {};
        for (const [name, value] of Object.entries(dataset)) {
            if (name.startsWith("wz")) {
                options[name.slice(2).toLowerCase()] = value;
            }
        }
        const {number, ...others} = options;
        const rows = await this.waitFor(
            rpc("/website/snippet/filters", {
                filter_id: parseInt(filterId, 10),
                limit: parseInt(number, 10) || null,
                with_sample: true,
                ...others,
            })
        );
        this.rows = rows.join("");
    }

    start() {
        const holder = this.el.matches(".o_wezer_rows")
            ? this.el
            : this.el.querySelector(".o_wezer_rows");
        if (holder && this.rows !== undefined) {
            const parsed = new DOMParser().parseFromString(this.rows, "text/html");
            holder.replaceChildren(...parsed.body.childNodes);
        }
    }
}

registry.category("public.interactions.edit").add("wezer_website.community_block", {
    Interaction: CommunityBlock,
});
