// SPDX-License-Identifier: Apache-2.0
// gaps: what was missing on the bus, how it came back, and how to ask again.
import {get, post} from "./api.js";
import {copy, tell} from "./dialogs.js";
import {button, el, head, keyed, mark, put} from "./dom.js";
import {moment, number, shortMoment, span} from "./format.js";
import {departmentTitle} from "./names.js";
import {Panel} from "./panel.js";
import {shape} from "./shapes.js";
import {language, word} from "./words.js";

const shapes = {
	open: "gap",
	filled: "ok",
	skipped: "skipped",
	fork: "fork"
};

async function repair(department) {
	try {
		const {from} = await post("/v1/gaps/repair", {department});
		tell(word("repair_asked", departmentTitle(department), number(from)));
	} catch (problem) {
		tell(word("refused", problem.words ?? problem.message));
	}
}

function makeGap(gap) {
	const state = el("span", {class: "state"});
	const cells = Array.from({length: 5}, (_, place) => el("td", {class: place === 0 ? "" : "number"}));
	const act = el("td");
	const node = el("tr", {tabindex: -1, "data-gap": gap.id}, el("td", {}, state), cells, act);
	return {node, update: (now) => showGap(now, {node, state, cells, act})};
}

function showGap(gap, {node, state, cells, act}) {
	const shown = gap.state + language();
	[departmentTitle(gap.department), `${gap.from} – ${gap.to}`, number(gap.count), shortMoment(gap.noticed),
		gap.ended ? span(Date.parse(gap.ended) - Date.parse(gap.noticed)) : word("still_open")]
		.forEach((text, place) => put(cells[place], text));
	cells[3].title = moment(gap.noticed);
	mark(node, "data-state", gap.state);
	if (node.dataset.shown === shown)
		return;
	node.dataset.shown = shown;
	mark(state, "data-state", shapes[gap.state]);
	mark(state, "title", word("gap_why_" + gap.state));
	state.replaceChildren(shape(shapes[gap.state]), word("gap_" + gap.state));
	act.replaceChildren(...(gap.state === "open"
			? [button(word("repair"), () => repair(gap.department), {title: word("repair_why")})]
			: []));
}

export class Gaps extends Panel {
	constructor(section) {
		super(section, "gaps", () => this.drawAll());
		this.rows = el("tbody");
		this.table = el("table", {class: "data"}, this.rows);
		this.empty = el("p", {class: "empty"});
		this.lead = el("p", {class: "lead"});
		this.feeds = el("ul", {class: "feeds"});
		this.cli = button("", () => copy("onecity gaps", word("command_copied")), {class: "quiet"});
		this.tools.append(this.cli);
		this.body.append(this.lead, el("div", {class: "scroll"}, this.table), this.empty, this.feeds);
	}

	refresh() {
		return this.load(get("/v1/gaps"));
	}

	drawAll() {
		const gaps = this.data?.gaps ?? [];
		put(this.cli, word("copy_command"));
		put(this.lead, word("gaps_lead"));
		put(this.empty, this.data === null ? word("loading") : word("no_gaps"));
		this.empty.hidden = gaps.length > 0;
		this.table.hidden = gaps.length === 0;
		if (this.language !== language()) {
			this.table.tHead?.remove();
			this.table.prepend(head(["", word("state")], ["", word("source")], ["number", word("missing")],
				["number", word("how_many")], ["number", word("noticed")], ["number", word("lasted")],
				["", ""]));
		}
		this.language = language();
		keyed(this.rows, gaps, (gap) => gap.id, makeGap);
		keyed(this.feeds, this.data?.aggregator ?? [], (feed) => feed.department, () => {
			const node = el("li");
			return {
				node,
				update: (feed) => put(node,
					word("feed", departmentTitle(feed.department), word("feed_" + feed.state),
						feed.gaps, feed.gaps_filled) +
						(feed.reason ? ` – ${feed.reason}` : ""))
			};
		});
	}
}
