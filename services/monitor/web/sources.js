// SPDX-License-Identifier: Apache-2.0
// sources: every department: how it is, how far the profiles are behind it, when it was last heard.
import {button, el, head, keyed, mark, put, svg} from "./dom.js";
import {ago, moment, number, rate, roughly, span} from "./format.js";
import {command} from "./dialogs.js";
import {pushCommand} from "./commands.js";
import {titleText} from "./names.js";
import {Panel} from "./panel.js";
import {shape} from "./shapes.js";
import {href, state} from "./view.js";
import {withOnly} from "./filter.js";
import {language, word} from "./words.js";

const POINTS = 60, WIDTH = 72, HEIGHT = 18;

// --- the trend ---------------------------------------------------------------------------------

function sparkline() {
	const line = svg("polyline", {points: ""});
	const values = [];
	return {
		node: svg("svg", {class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true"}, line),
		add(value) {
			values.push(value);
			if (values.length > POINTS)
				values.shift();
			const most = Math.max(1000, ...values.map((one) => one ?? 0));
			const at = (one, place) =>
				`${(WIDTH - 1 - (values.length - 1 - place) * (WIDTH - 2) / (POINTS - 1)).toFixed(1)},${
					(HEIGHT - 2 - one / most * (HEIGHT - 4)).toFixed(1)}`;
			mark(line, "points",
				values.map((one, place) => (one === null ? null : at(one, place)))
					.filter(Boolean)
					.join(" "));
		},
	};
}

// --- one row -----------------------------------------------------------------------------------

function stateCell() {
	const sign = el("span", {class: "sign"}), text = el("span", {class: "word"});
	const node = el("span", {class: "state"}, sign, text);
	return {
		node,
		show(source) {
			if (node.getAttribute("data-state") !== source.state)
				sign.replaceChildren(shape(source.state));
			mark(node, "data-state", source.state);
			put(text, word("state_" + source.state));
			mark(node, "title", word("state_why_" + source.state) + (source.reason ? ` ${source.reason}` : ""));
		},
	};
}

const arrows = {
	rising: "↗",
	steady: "→",
	falling: "↘"
};

function lagCell() {
	const time = el("b"), count = el("span", {class: "faint"}), trend = el("span", {class: "trend"});
	const line = sparkline();
	return {
		node: el("div", {class: "lag"}, time, count, line.node, trend),
		show({lag}) {
			put(time, lag ? span(lag.ms) : word("unknown"));
			put(count, lag ? word("entries", number(lag.count)) : "");
			put(trend, lag ? `${arrows[lag.trend] ?? ""} ${word("trend_" + lag.trend)}` : "");
			mark(trend, "data-trend", lag?.trend);
			line.add(lag ? lag.ms : null);
		},
	};
}

function cadence(days) {
	return days === 1 ? word("every_day") : days ? word("every_days", days) : "–";
}

function kindRow(department) {
	const cells = Array.from({length: 5}, () => el("td"));
	const node = el("tr", {}, cells);
	return {
		node,
		update(kind) {
			const never = kind.lateness === "nothing_yet";
			put(cells[0], `${titleText(kind.title, kind.kind)}`);
			cells[0].title = kind.kind;
			put(cells[1], kind.lateness ? word("lateness_" + kind.lateness) : word("unknown"));
			mark(cells[1], "class", "late-" + kind.lateness);
			put(cells[2], kind.last_input ? ago(kind.last_input) : "–");
			cells[2].title = moment(kind.last_input);
			put(cells[3], cadence(kind.cadence_days));
			const shown = cells[4].dataset.shown;
			const wanted = never ? "push" + language() : "count" + kind.quarantined;
			if (shown !== wanted)
				cells[4].replaceChildren(never
						? command(pushCommand(department, kind.kind))
						: quarantineLink(department, kind.quarantined, kind.kind));
			cells[4].dataset.shown = wanted;
		},
	};
}

function quarantineLink(department, count, kind = "") {
	return count > 0 ? el("a", {href: href({view: "rejects", department, kind, reason: "", event: "", row: ""})},
				   number(count))
			 : "0";
}

function kindsTable() {
	const body = el("tbody"), top = el("table", {class: "kinds"}), empty = el("div", {class: "none"});
	return {
		node: el("div", {}, top, empty),
		show({department, kinds}) {
			top.hidden = kinds.length === 0;
			empty.hidden = kinds.length > 0;
			if (kinds.length === 0 && empty.dataset.language !== language())
				empty.replaceChildren(
					el("p", {}, word("no_kinds")), command(pushCommand(department, "KIND")));
			empty.dataset.language = language();
			if (top.dataset.language !== language())
				top.replaceChildren(
					head(["", word("kind")], ["", word("lateness")], ["", word("last_input")],
						["", word("cadence")], ["", word("quarantined_or_add")]),
					body);
			top.dataset.language = language();
			keyed(body, kinds, (kind) => kind.kind, () => kindRow(department));
		},
	};
}

function makeSource({department}) {
	const open = button("", () => toggle(), {class: "fold", "aria-expanded": "false"});
	const name = el("span", {class: "source-name"}),
	      cells = Array.from({length: 5}, () => el("td", {class: "number"}));
	const status = stateCell(), lag = lagCell(), kinds = kindsTable();
	const more = el("tr", {class: "more", hidden: true}, el("td", {colspan: 9}, kinds.node));
	const follow = el("a", {});
	const row = el("tr", {class: "source", tabindex: -1},
		el("th", {scope: "row"}, el("span", {class: "series-mark", "data-source": department}), open, name),
		el("td", {}, status.node), el("td", {}, lag.node), cells, el("td", {}, follow));
	const toggle = () => {
		more.hidden = !more.hidden;
		open.setAttribute("aria-expanded", String(!more.hidden));
	};
	row.openRow = toggle;
	const node = el("tbody", {"data-source": department}, row, more);
	return {node, update: (source) => showSource(source, {row, open, name, status, lag, kinds, cells, follow})};
}

function showSource(source, {row, open, name, status, lag, kinds, cells, follow}) {
	const title = titleText(source.title, source.department);
	put(name, title);
	row.dataset.state = source.state;
	mark(open, "aria-label", word("kinds_of", title));
	status.show(source);
	lag.show(source);
	[word("per_second", rate(source.rate)), number(source.head), ago(source.last_event), ago(source.last_heartbeat)]
		.forEach((text, place) => put(cells[place], text));
	cells[2].title = moment(source.last_event);
	cells[3].title = moment(source.last_heartbeat);
	if (cells[4].dataset.count !== String(source.quarantined))
		cells[4].replaceChildren(quarantineLink(source.department, source.quarantined));
	cells[4].dataset.count = source.quarantined;
	put(follow, word("follow"));
	mark(follow, "aria-label", word("follow_only", title));
	mark(follow, "href", href({
		view: "stream",
		filter: withOnly(state.filter, "source", source.department),
		event: "",
		row: "",
		since: ""
	}));
	kinds.show(source);
}

// --- the panel ---------------------------------------------------------------------------------

export class Sources extends Panel {
	constructor(section) {
		super(section, "sources", () => this.drawAll());
		this.table = el("table", {class: "data sources"});
		this.empty = el("div", {class: "empty", hidden: true});
		this.body.append(el("div", {class: "scroll"}, this.table), this.empty);
	}

	warning() {
		const {aggregator} = this.data ?? {};
		if (!aggregator || (aggregator.state === "ok" && aggregator.redis === "ready"))
			return "";
		const why = aggregator.state === "ok" ? word("redis_" + aggregator.redis)
						      : word("aggregator_" + aggregator.state);
		const age = aggregator.state === "ok" ? this.lastGood : Date.parse(aggregator.checked);
		return `${word("profiles_away", why)} ${age ? word("as_of", roughly(Date.now() - age)) : ""} ${
			word("tail_goes_on")}`;
	}

	drawAll() {
		const sources = this.data?.sources ?? [];
		const isAway = this.warning() !== "";
		if (this.data && !isAway)
			this.lastGood = Date.now();
		this.section.classList.toggle("profiles-away", isAway);
		this.drawHead();
		keyed(this.table, sources, (source) => source.department, makeSource);
		this.table.hidden = sources.length === 0;
		this.showEmpty(this.data !== null && sources.length === 0);
	}

	drawHead() {
		if (this.language === language())
			return;
		this.language = language();
		this.table.tHead?.remove();
		this.table.prepend(head(["", word("source")], ["", word("state")], ["", word("lag")],
			["number", word("rate")], ["number", word("head")], ["number", word("last_event")],
			["number", word("last_heartbeat")], ["number", word("quarantined")], ["", ""]));
	}

	showEmpty(isEmpty) {
		if (isEmpty && this.empty.hidden)
			this.empty.replaceChildren(
				el("p", {}, word("no_sources")), command("onecity up --data onecity-data"));
		this.empty.hidden = !isEmpty;
	}
}
