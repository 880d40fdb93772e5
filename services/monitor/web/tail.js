// SPDX-License-Identifier: Apache-2.0
// tail: the live tail. What is shown stays while it is paused; what is not shown is counted.
import {address, ask, get, Problem} from "./api.js";
import {tailCommand} from "./commands.js";
import {copy, tell} from "./dialogs.js";
import {button, el, head, mark, put} from "./dom.js";
import {parseFilter, withOnly, withTerm} from "./filter.js";
import {clock, moment, number, roughly} from "./format.js";
import {departmentTitle, kindTitle, knownDepartments, knownKinds, noteText} from "./names.js";
import {Panel} from "./panel.js";
import {Queue} from "./queue.js";
import {shape} from "./shapes.js";
import {remember, remembered} from "./storage.js";
import {go, href, state} from "./view.js";
import {language, word} from "./words.js";

const ROWS = 500, PAGE = 5000, PAGES = 40, FEW = 200, BOTTOM = 8, VIEWS_SAVED = 20, SPOKEN_MS = 15000;
const systemViews = [
	["view_all", "-heartbeat"], ["view_rejected", "status:rejected -heartbeat"],
	["view_settled", "status:settled -heartbeat"], ["view_beats", ""]
];

// --- rows --------------------------------------------------------------------------------------

const eventName = (data) => `${data.department}:${data.sequence}`;

function entryRow({data}) {
	const name = eventName(data);
	return el("tr", {class: "entry", "data-operation": data.operation, "data-event": name},
		el("td", {class: "time", title: moment(data.recorded)}, clock(data.recorded, true)),
		el("td", {class: "from", title: departmentTitle(data.department)},
			el("span", {class: "series-mark", "data-source": data.department}),
			departmentTitle(data.department)),
		el("td", {class: "number"},
			el("a", {href: href({event: name, row: ""}), tabindex: -1, title: name},
				String(data.sequence))),
		el("td", {class: "operation"}, shape(data.operation), word("operation_" + data.operation)),
		el("td", {class: "from", title: data.kind}, kindTitle(data.department, data.kind)),
		el("td", {class: "key"}, data.key ?? ""),
		el("td", {class: "note", title: data.note ? `${noteText(data)} (${data.note})` : null},
			data.note ? noteText(data) : ""));
}

function skippedText(data) {
	if (data.reason === "pressure")
		return word(
			"skipped_pressure", number(data.count), departmentTitle(data.department), data.from, data.to);
	return word("skipped_" + data.reason, number(data.count));
}

const rowMakers = {
	entry: entryRow,
	skipped: ({data}) => el("tr", {class: "mark"}, el("td", {colspan: 7}, shape("skipped"), skippedText(data))),
	heartbeat: ({data}) => el("tr", {class: "heartbeat"}, el("td", {class: "time"}, clock(data.at, true)),
		el("td", {}, el("span", {class: "series-mark", "data-source": data.department}),
			departmentTitle(data.department)),
		el("td", {class: "number"}, String(data.head)),
		el("td", {colspan: 4}, shape("heartbeat"), word("heartbeat"))),
};

// A row remembers what it shows, to be made again in another language.
function makeRow(item) {
	const row = rowMakers[item.type](item);
	row.item = item;
	return row;
}

// --- what was before ---------------------------------------------------------------------------

function itemOf(data) {
	const isEntry = data.operation !== undefined;
	return {
		type: isEntry ? "entry" : "skipped",
		data: isEntry ? data : {...data, count: data.skipped, reason: "pressure"},
		id: data.id
	};
}

// All that the ring still holds of a filter, from before a number: the last cap of it.
async function readRing(filter, before) {
	const queue = new Queue(ROWS);
	let after = "";
	for (let page = 0; page < PAGES; page++) {
		const answer = await get("/v1/events", {filter, after, limit: PAGE});
		for (const data of answer.events)
			if (Number(data.id.split("-")[1]) < before)
				queue.add(itemOf(data));
		if (!answer.more)
			break;
		after = answer.next;
	}
	return queue.take();
}

async function exportAs(format, filter, since) {
	const pieces = [];
	let after = "";
	for (let page = 0; page < PAGES; page++) {
		const answer = await ask(address("/v1/events", {filter, since, format, limit: PAGE, after}));
		const text = await answer.text();
		pieces.push(format === "csv" && page > 0 ? text.slice(text.indexOf("\n") + 1) : text);
		if (answer.headers.get("X-More") !== "true")
			break;
		after = answer.headers.get("X-Next");
	}
	const link = el("a", {
		href: URL.createObjectURL(new Blob(pieces)),
		download: `onecity-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}.${format}`
	});
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// --- the panel ---------------------------------------------------------------------------------

export class Tail extends Panel {
	constructor(section, stream) {
		super(section, "tail", () => this.redraw());
		this.stream = stream;
		this.incoming = new Queue(ROWS);
		this.waiting = new Queue(ROWS);
		this.counted = 0;
		this.paused = null; // "asked", "scrolled", "chosen", "since"
		this.makeTools();
		this.makeFilter();
		this.makeLog();
		this.draw();
	}

	makeTools() {
		this.counts = el("span", {class: "counts", "data-counts": ""});
		this.pauseButton = button("", () => this.turn(), {class: "pause primary", id: "pause"});
		this.csv = button("CSV", () => this.exportAs("csv"), {class: "quiet"});
		this.ndjson = button("NDJSON", () => this.exportAs("ndjson"), {class: "quiet"});
		this.cli = button("",
			() => copy(tailCommand(parseFilter(state.filter), state.since), word("command_copied")),
			{class: "quiet", id: "copy-command"});
		this.said.append(this.counts);
		this.tools.append(this.csv, this.ndjson, this.cli, this.pauseButton);
	}

	makeFilter() {
		this.field = el("input", {
			id: "filter",
			type: "text",
			spellcheck: "false",
			autocomplete: "off",
			list: "terms",
			"aria-describedby": "filter-said",
			onchange: () => this.setFilter(),
			onkeydown: (event) => event.key === "Enter" && this.setFilter()
		});
		this.label = el("label", { for: "filter"
		});
		this.terms = el("datalist", {id: "terms"});
		this.source = el("select",
			{onchange: () => this.useFilter(withOnly(state.filter, "source", this.source.value))});
		this.status = el("select",
			{onchange: () => this.useFilter(withOnly(state.filter, "status", this.status.value))});
		this.beats = el("input", {
			type: "checkbox",
			id: "beats",
			onchange: () => this.useFilter(withTerm(state.filter, "-heartbeat", !this.beats.checked))
		});
		this.beatsLabel = el("label", { for: "beats"
		});
		this.saved = el("select", {onchange: () => this.useSaved()});
		this.save = button("", () => this.saveView(), {class: "quiet"});
		this.time = el("input", {type: "time", step: 1, id: "since", onchange: () => this.seek()});
		this.timeLabel = el("label", { for: "since"
		});
		this.fieldSaid = el("p", {id: "filter-said", class: "notice", hidden: true});
		this.body.append(
			el("div", {class: "bar"}, el("span", {class: "field grow"}, this.label, this.field), this.terms,
				this.source, this.status, el("span", {class: "field"}, this.beats, this.beatsLabel),
				el("span", {class: "field"}, this.timeLabel, this.time), this.saved, this.save),
			this.fieldSaid);
	}

	makeLog() {
		this.rows = el("tbody");
		this.table = el("table", {class: "data tail"}, this.rows);
		this.top = el("p", {class: "skipped", hidden: true});
		this.log = el("div", {
			class: "log",
			role: "log",
			"aria-live": "off",
			tabindex: 0,
			id: "log",
			onscroll: () => this.scrolled()
		},
			this.top, this.table);
		this.empty = el("p", {class: "empty"});
		this.more = button("", null, {class: "more-rows", hidden: true});
		this.log.append(this.more);
		this.spoken = el("p", {class: "unseen", role: "status"});
		this.heard = {entries: 0, rejected: 0};
		setInterval(() => this.speak(), SPOKEN_MS);
		this.pill = button("", () => this.resume(), {class: "pill", hidden: true});
		this.body.append(el("div", {class: "log-frame"}, this.log, this.empty, this.pill), this.spoken);
		this.rows.addEventListener("click", (event) => this.clicked(event));
		new ResizeObserver(() => this.paused || this.toBottom()).observe(this.log);
	}

	// --- what comes ------------------------------------------------------------------------

	// Begins anew with the filter of the view.
	follow() {
		const filter = parseFilter(state.filter);
		this.incoming.take();
		this.waiting.take();
		this.counted = 0;
		this.isPastAsked = false;
		this.rows.replaceChildren();
		this.paused = state.since === "" ? null : "since";
		this.more.hidden = true;
		this.stream.follow(filter.text);
		this.showFilter();
		if (state.since !== "")
			this.loadSince();
		this.showCounts();
	}

	past(taken) {
		const isFew = taken.entries < FEW && taken.begun > 1 && parseFilter(state.filter).terms.length > 0;
		if (this.paused !== "since")
			this.batch(taken);
		if (isFew && this.paused !== "since")
			this.loadBefore(taken.begun, this.stream.generation);
	}

	batch(taken) {
		this.counted += taken.entries;
		this.heard.entries += taken.entries;
		this.heard.rejected += taken.items.filter((item) => item.data.operation === "reject").length;
		if (this.paused)
			this.waiting.addTaken(taken);
		else
			this.incoming.addTaken(taken);
		if (!this.paused && !this.isDrawing) {
			this.isDrawing = true;
			requestAnimationFrame(() => this.drawIncoming());
		}
		if (this.paused)
			this.showCounts();
	}

	// Rows come too fast to be read aloud: a count now and then is.
	speak() {
		if (this.heard.entries > 0 && !this.section.hidden)
			put(this.spoken, word("spoken", number(this.heard.entries), number(this.heard.rejected)));
		this.heard = {entries: 0, rejected: 0};
	}

	drawIncoming() {
		this.isDrawing = false;
		if (this.paused)
			return this.waiting.addTaken(this.incoming.take());
		this.append(this.incoming.take().items);
	}

	append(items) {
		this.rows.append(...items.map(makeRow));
		while (this.rows.childElementCount > ROWS)
			this.rows.firstElementChild.remove();
		this.showCounts();
		this.toBottom();
	}

	async loadBefore(begun, generation) {
		await this.loadPast(readRing(state.filter, begun), (taken) => {
			if (generation !== this.stream.generation)
				return;
			this.counted += taken.entries;
			const room = ROWS - this.rows.childElementCount;
			this.rows.prepend(...taken.items.slice(-room).map(makeRow));
		});
	}

	// One page from a time on, and what leads to the next.
	async loadSince(after = "") {
		const {since, filter} = state;
		await this.loadPast(get("/v1/events", {filter, since, after, limit: ROWS}), (answer) => {
			if (since !== state.since || filter !== state.filter)
				return;
			this.counted = answer.events.length;
			this.rows.replaceChildren(...answer.events.map(itemOf).map(makeRow));
			this.more.hidden = !answer.more;
			this.more.onclick = () => this.loadSince(answer.next);
			this.log.scrollTop = 0;
		});
	}

	async loadPast(reading, show) {
		try {
			show(await reading);
			this.problem = null;
		} catch (problem) {
			if (!(problem instanceof Problem))
				throw problem;
			this.problem = problem;
		}
		this.tellAge();
		this.showCounts();
	}

	// --- pause -----------------------------------------------------------------------------

	turn() {
		if (this.paused)
			this.resume();
		else
			this.pause("asked");
	}

	pause(why) {
		if (this.paused)
			return;
		this.paused = why;
		this.waiting.addTaken(this.incoming.take());
		this.showCounts();
	}

	resume() {
		const wasSince = this.paused === "since";
		this.paused = null;
		if (wasSince)
			return go({since: ""});
		this.append(this.waiting.take().items);
		if (this.log.contains(document.activeElement))
			this.log.focus({preventScroll: true});
	}

	isAtBottom() {
		return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < BOTTOM;
	}

	toBottom() {
		this.log.scrollTop = this.log.scrollHeight;
		this.lastTop = this.log.scrollTop;
	}

	scrolled() {
		const isUp = this.log.scrollTop < (this.lastTop ?? 0);
		this.lastTop = this.log.scrollTop;
		if (!this.paused && isUp && !this.isAtBottom())
			this.pause("scrolled");
		else if (this.paused === "scrolled" && this.isAtBottom())
			this.resume();
	}

	// --- choosing --------------------------------------------------------------------------

	clicked(event) {
		const row = event.target.closest("tr.entry"), isLink = event.target.closest("a") !== null;
		if (!row || (isLink && (event.ctrlKey || event.metaKey || event.shiftKey)) ||
			(!isLink && String(getSelection()) !== ""))
			return;
		event.preventDefault();
		go({event: row.dataset.event, row: ""});
	}

	// A row's link carries the view that is shown now, not that of when the row came.
	viewChanged() {
		for (const link of this.rows.querySelectorAll("tr.entry a"))
			link.href = href({event: link.closest("tr").dataset.event, row: ""});
		this.showChosen();
	}

	showChosen() {
		for (const row of this.rows.querySelectorAll("tr[aria-current]"))
			row.removeAttribute("aria-current");
		for (const row of this.rows.querySelectorAll(`tr[data-event="${state.event}"]`))
			row.setAttribute("aria-current", "true");
	}

	// --- filter, views, time ---------------------------------------------------------------

	// A department and a number go to that entry.
	setFilter() {
		const [department, sequence] = this.field.value.trim().split(":");
		if (knownDepartments().includes(department) && /^\d{1,12}$/.test(sequence ?? "")) {
			this.field.value = state.filter;
			return go({event: `${department}:${sequence}`, row: ""});
		}
		const filter = parseFilter(this.field.value, {source: knownDepartments(), kind: knownKinds()});
		const text = filter.mistake === 0 ? "" : word("bad_filter", filter.mistake);
		put(this.fieldSaid, text);
		this.fieldSaid.hidden = text === "";
		mark(this.field, "aria-invalid", filter.mistake > 0);
		if (filter.mistake === 0 && filter.text !== state.filter)
			this.useFilter(filter.text);
	}

	useFilter(text) {
		go({filter: text});
	}

	showFilter() {
		if (document.activeElement !== this.field || parseFilter(this.field.value).mistake === 0)
			this.field.value = state.filter;
		const only = (name) =>
			parseFilter(state.filter).terms.find((term) => term.name === name && !term.negated)?.value ??
			"";
		this.source.value = only("source");
		this.status.value = only("status");
		this.beats.checked = parseFilter(state.filter).heartbeats;
		const at = state.since === "" ? "" : clock(state.since);
		if (this.time.value !== at)
			this.time.value = at;
		this.saved.value =
			[...this.saved.options].some((option) => option.value === state.filter) ? state.filter : "-";
		this.fieldSaid.hidden = true;
		mark(this.field, "aria-invalid", null);
	}

	seek() {
		const [hours, minutes, seconds = 0] = this.time.value.split(":").map(Number);
		if (this.time.value === "")
			return go({since: ""});
		const at = new Date();
		at.setHours(hours, minutes, seconds, 0);
		if (at > Date.now())
			at.setDate(at.getDate() - 1);
		go({since: at.toISOString()});
	}

	savedViews() {
		try {
			const list = JSON.parse(remembered("views") ?? "[]");
			return list.filter((text) => typeof text === "string" && parseFilter(text).mistake === 0);
		} catch {
			return [];
		}
	}

	saveView() {
		const others = this.savedViews().filter((text) => text !== state.filter);
		const isKnown = others.length < this.savedViews().length ||
			systemViews.some(([, text]) => text === state.filter);
		remember("views", JSON.stringify(isKnown ? others : [...others, state.filter].slice(-VIEWS_SAVED)));
		tell(word(isKnown ? "view_forgotten" : "view_saved"));
		this.drawViews();
	}

	useSaved() {
		if (this.saved.value !== "-")
			this.useFilter(this.saved.value);
	}

	async exportAs(format) {
		try {
			await exportAs(format, state.filter, state.since);
			tell(word("exported"));
		} catch (problem) {
			tell(word("refused", problem.words ?? problem.message));
		}
	}

	// --- showing ---------------------------------------------------------------------------

	shownEntries() {
		return this.rows.querySelectorAll("tr.entry").length;
	}

	showCounts() {
		const shown = this.shownEntries();
		const waiting = this.paused && this.paused !== "since" ? this.waiting.entries : 0;
		const skipped = Math.max(0, this.counted - shown - waiting - this.incoming.entries);
		put(this.counts, word("tail_counts", number(this.counted), number(shown), number(skipped)));
		Object.assign(this.counts.dataset, {counted: this.counted, shown, skipped, waiting});
		put(this.top, word("tail_skipped", number(skipped)));
		this.top.hidden = skipped === 0;
		this.empty.hidden = this.rows.childElementCount > 0;
		put(this.empty, word(this.paused === "since" ? "tail_empty_since" : "tail_empty"));
		this.showPause(waiting);
		this.showChosen();
	}

	showPause(waiting) {
		put(this.pauseButton, word(this.paused ? "resume" : "pause"));
		this.pauseButton.setAttribute("aria-pressed", String(Boolean(this.paused)));
		this.pauseButton.setAttribute("aria-keyshortcuts", "Space");
		this.section.classList.toggle("paused", Boolean(this.paused));
		this.pill.hidden = !this.paused;
		const text = this.paused === "since" ? word("resume_since", moment(state.since))
						     : word("resume_waiting", number(waiting));
		put(this.pill, text);
	}

	showStream({state: is, since}) {
		this.stale = is === "broken";
		this.section.classList.toggle("stale", this.stale);
		return is === "broken" ? word("stream_is_broken", clock(since), roughly(Date.now() - since)) : "";
	}

	drawViews() {
		const of = (value, text) => el("option", {value}, text);
		this.saved.replaceChildren(of("-", word("saved_views")),
			...systemViews.map(([name, text]) => of(text, word(name))),
			...this.savedViews().map((text) => of(text, text)));
		const all = (name) => of("", word(name));
		this.source.replaceChildren(
			all("all_sources"), ...knownDepartments().map((name) => of(name, departmentTitle(name))));
		this.status.replaceChildren(all("all_statuses"),
			...["accepted", "rejected", "settled"].map((name) => of(name, word("status_" + name))));
		const terms = [
			...knownDepartments().map((name) => "source:" + name),
			...knownKinds().map((name) => "kind:" + name), "status:accepted", "status:rejected",
			"status:settled", "operation:put", "operation:retract", "-heartbeat"
		];
		this.terms.replaceChildren(...terms.map((text) => of(text, "")));
	}

	redraw() {
		if (!this.rows)
			return;
		const labels = [
			[this.label, "filter"], [this.beatsLabel, "heartbeats"], [this.timeLabel, "from_time"],
			[this.save, "save_view"], [this.more, "more_rows"], [this.cli, "copy_command"]
		];
		for (const [node, name] of labels)
			put(node, word(name));
		const named = [
			[this.source, "source"], [this.status, "status"], [this.saved, "saved_views"],
			[this.log, "tail"], [this.csv, "export_csv"], [this.ndjson, "export_ndjson"]
		];
		for (const [node, name] of named)
			node.setAttribute("aria-label", word(name));
		this.field.placeholder = word("filter_example");
		this.csv.title = this.ndjson.title = word("export_why");
		this.drawViews();
		this.showFilter();
		this.drawRows();
		this.showCounts();
	}

	// In another language, or with names that are known by now.
	drawRows() {
		if (this.language !== language()) {
			this.table.tHead?.remove();
			this.table.prepend(head(["time", word("time")], ["source", word("source")],
				["number", word("sequence")], ["operation", word("operation")], ["kind", word("kind")],
				["key", word("key")], ["note", word("reason")]));
		}
		this.language = language();
		this.rows.replaceChildren(...[...this.rows.children].map((row) => makeRow(row.item)));
	}
}
