// SPDX-License-Identifier: Apache-2.0
// rejects: refused rows as a queue of work, grouped by reason: look, send through the checks again, or dismiss.
import {get, post} from "./api.js";
import {rejectsCommand} from "./commands.js";
import {command, openDialog} from "./dialogs.js";
import {button, el, head, keyed, mark, put} from "./dom.js";
import {ago, moment, number} from "./format.js";
import {departmentTitle, kindTitle, noteText} from "./names.js";
import {Panel} from "./panel.js";
import {shape} from "./shapes.js";
import {go, href, state} from "./view.js";
import {language, word} from "./words.js";

const REASON_BYTES = 200, PAGE = 50;
const idLike = /\d{15}/;

const groupName = (group) => `${group.department}/${group.kind}/${group.code}`;
const loopSign = (count, redrives) => el("span", {class: "state loop", "data-state": "loop", title: word("loop_why")},
	shape("loop"), count === null ? word("loop_row", redrives) : word("loops", count, redrives));

// --- redrive and dismiss -----------------------------------------------------------------------

const selectionOf = ({department, kind, code, ids}) => (ids ? {department, ids} : {department, kind, code});

function resultText(result) {
	return word("redriven", number(result.accepted), number(result.unchanged), number(result.stale),
		number(result.quarantined), number(result.gone));
}

// A step of a dialog: what it does may fail, and says so there.
async function attempt(body, what) {
	try {
		return await what();
	} catch (problem) {
		body.replaceChildren(el("p", {class: "notice", role: "alert"}, problem.words ?? problem.message));
		return null;
	}
}

function previewParts(preview, group) {
	return [
		el("p", {class: "big"}, word("preview", number(preview.count), departmentTitle(group.department))),
		preview.loops > 0
			? el("p", {}, loopSign(preview.loops, group.redrives_max ?? 1), " ", word("preview_loops"))
			: null,
		preview.complete ? null
				 : el("p", {class: "notice"}, word("preview_incomplete", number(preview.ids.length))),
		el("p", {class: "faint"}, word("redrive_why")), command(rejectsCommand("redrive", group))
	].filter(Boolean);
}

function redrive(group, done) {
	openDialog(word("redrive"), async (body, buttons) => {
		body.append(el("p", {class: "empty"}, word("loading")));
		const preview = await attempt(body, () => post("/v1/rejects/preview", selectionOf(group)));
		if (preview === null)
			return;
		body.replaceChildren(...previewParts(preview, group));
		const send = button(word("redrive_count", number(preview.ids.length)), async () => {
			send.disabled = true;
			const result = await attempt(body,
				() => post("/v1/rejects/redrive", {department: group.department, ids: preview.ids}));
			send.remove();
			if (result !== null)
				body.replaceChildren(
					el("p", {class: "big", role: "status", "data-result": JSON.stringify(result)},
						resultText(result)),
					...(result.quarantined > 0 ? [el("p", {}, loopSign(result.quarantined, "≥ 1"),
									     " ", word("still_refused"))]
								   : []));
			done();
		}, {class: "primary", "data-preview": preview.count});
		send.disabled = preview.ids.length === 0;
		buttons.append(send);
		send.focus();
	});
}

function reasonMistake(text) {
	if (text.trim() === "")
		return word("reason_missing");
	if (new TextEncoder().encode(text).length > REASON_BYTES)
		return word("reason_long", REASON_BYTES);
	return idLike.test(text) ? word("reason_private") : "";
}

function dismiss(group, done) {
	openDialog(word("dismiss"), (body, buttons) => {
		const field = el("textarea", {id: "why", rows: 3, required: true, "aria-describedby": "why-said"}),
		      said = el("p", {class: "notice", id: "why-said", hidden: true});
		body.append(el("p", {},
				    word("dismiss_why", number(group.ids?.length ?? group.rows),
					    departmentTitle(group.department))),
			el("label", { for: "why"
			}, word("dismiss_reason")), field, said);
		const send = button(word("dismiss_do"), async () => {
			const mistake = reasonMistake(field.value);
			put(said, mistake);
			said.hidden = mistake === "";
			if (mistake !== "")
				return field.focus();
			send.disabled = true;
			const result = await attempt(body,
				() => post("/v1/rejects/dismiss", {...selectionOf(group), reason: field.value.trim()}));
			send.remove();
			if (result !== null)
				body.replaceChildren(el("p", {class: "big", role: "status"},
					word("dismissed", number(result.dismissed), number(result.gone))));
			done();
		}, {class: "danger"});
		buttons.append(send);
		field.focus();
	});
}

// --- groups ------------------------------------------------------------------------------------

function makeGroup(first, panel) {
	let group = first;
	const reason = el("b"), code = el("span", {class: "faint code"}), place = el("span"),
	      rows = el("td", {class: "number"}), loops = el("td"), last = el("td", {class: "number"});
	const link = el("a", {class: "group-link"}, reason);
	const again = button("", () => redrive(group, () => panel.refresh()), {class: "small"}),
	      away = button("", () => dismiss(group, () => panel.refresh()), {class: "quiet small"});
	const node = el("tr", {tabindex: -1, "data-group": groupName(first)}, el("td", {class: "reason"}, link, code),
		el("td", {class: "where"}, place), rows, loops, last, el("td", {class: "acts"}, again, away));
	return {
		node,
		update(now) {
			group = now;
			put(reason, noteText(now));
			put(code, now.code);
			put(place, `${departmentTitle(now.department)} · ${kindTitle(now.department, now.kind)}`);
			put(rows, number(now.rows));
			put(last, ago(now.last));
			last.title = `${moment(now.first)} – ${moment(now.last)}`;
			if (loops.dataset.shown !== `${now.loops} ${now.redrives_max} ${language()}`)
				loops.replaceChildren(
					...(now.loops > 0 ? [loopSign(now.loops, now.redrives_max)] : ["–"]));
			loops.dataset.shown = `${now.loops} ${now.redrives_max} ${language()}`;
			put(again, word("redrive_dots"));
			put(away, word("dismiss_dots"));
			const isOpen = state.department === now.department && state.kind === now.kind &&
				state.reason === now.code;
			mark(link, "href", href({
				view: "rejects",
				department: now.department,
				kind: now.kind,
				reason: now.code,
				event: "",
				row: ""
			}));
			mark(link, "title", now["hint_" + language()]);
			mark(node, "aria-current", isOpen ? "true" : null);
		},
	};
}

// --- rows --------------------------------------------------------------------------------------

function makeRow(row, panel) {
	const name = `${state.department}:${row.id}`;
	const chosen = el("input", {
		type: "checkbox",
		"aria-label": word("choose_row", row.id),
		onchange: () => panel.choose(row.id, chosen.checked)
	});
	const cells =
		Array.from({length: 6}, (_, place) => el("td", {class: [1, 2, 3].includes(place) ? "number" : ""}));
	const link = el("a", {}, String(row.id));
	const node = el(
		"tr", {tabindex: -1, "data-row": name}, el("td", {}, chosen), el("td", {class: "number"}, link), cells);
	return {
		node,
		update(now) {
			chosen.checked = panel.chosen.has(now.id);
			mark(link, "href", href({row: name, event: ""}));
			[now.origin ?? "", now.line > 0 ? String(now.line) : "", String(now.times), ago(now.last),
				now.problems?.map(noteText).join("; ") || noteText(now)]
				.forEach((text, place) => put(cells[place], text));
			const shown = `${now.loop} ${now.redrives} ${language()}`;
			if (cells[5].dataset.shown !== shown)
				cells[5].replaceChildren(...(now.loop ? [loopSign(null, now.redrives)] : []));
			cells[5].dataset.shown = shown;
			mark(node, "aria-current", state.row === name ? "true" : null);
		},
	};
}

export class Rejects extends Panel {
	constructor(section) {
		super(section, "rejects", () => this.drawAll());
		this.chosen = new Set();
		this.pages = [""];
		this.lead = el("p", {class: "lead"});
		this.absent = el("ul", {class: "absent"});
		this.groups = el("tbody");
		this.table = el("table", {class: "data groups"}, this.groups);
		this.empty = el("p", {class: "empty"});
		this.only = el("p", {class: "only", hidden: true});
		this.makeRows();
		this.body.append(this.lead, this.absent, this.only, el("div", {class: "scroll"}, this.table),
			this.empty, this.detail);
	}

	makeRows() {
		this.rowsTitle = el("h3");
		this.rowsSaid = el("p", {class: "notice", hidden: true});
		this.rowList = el("tbody");
		this.rowTable = el("table", {class: "data"}, this.rowList);
		this.pager = el("div", {class: "pager"});
		this.detail = el("div", {class: "detail", hidden: true}, this.rowsTitle, this.rowsSaid,
			el("div", {class: "scroll"}, this.rowTable), this.pager);
	}

	refresh() {
		return Promise.all([this.load(get("/v1/rejects")), this.loadRows()]);
	}

	// --- one group -------------------------------------------------------------------------

	get isOpen() {
		return state.view === "rejects" && state.department !== "" && state.reason !== "";
	}

	choose(id, wanted) {
		this.chosen[wanted ? "add" : "delete"](id);
		this.drawPager();
	}

	viewChanged(before) {
		if (["department", "kind", "reason"].some((name) => state[name] !== before[name])) {
			this.chosen.clear();
			this.pages = [""];
			this.rows = null;
			this.loadRows();
		}
		this.drawAll();
	}

	async loadRows() {
		if (!this.isOpen)
			return;
		const {department, kind, reason} = state;
		let rows = null, problem = null;
		try {
			rows = await get("/v1/rejects/rows",
				{department, kind, code: reason, after: this.pages.at(-1), limit: PAGE});
		} catch (failure) {
			problem = failure;
		}
		if (department !== state.department || kind !== state.kind || reason !== state.reason)
			return;
		this.rows = rows ?? this.rows;
		this.rowsProblem = problem;
		this.drawRows();
	}

	turnTo(after) {
		if (after === null)
			this.pages.pop();
		else
			this.pages.push(String(after));
		this.loadRows();
	}

	// --- showing ---------------------------------------------------------------------------

	drawAll() {
		const all = this.data?.groups ?? [];
		const groups =
			all.filter((group) => (state.department === "" || group.department === state.department) &&
					(state.kind === "" || group.kind === state.kind));
		put(this.lead, word("rejects_lead"));
		this.drawOnly(all.length - groups.length);
		put(this.empty,
			this.data === null	 ? word("loading")
				: all.length > 0 ? word("no_rejects_here")
						 : word("no_rejects"));
		this.empty.hidden = groups.length > 0;
		this.table.hidden = groups.length === 0;
		this.drawHeads();
		this.drawAbsent();
		keyed(this.groups,
			groups.sort((one, other) =>
					    other.rows - one.rows || groupName(one).localeCompare(groupName(other))),
			groupName, (group) => makeGroup(group, this));
		this.drawRows();
	}

	drawOnly(hidden) {
		this.only.hidden = state.department === "" || hidden <= 0;
		this.only.replaceChildren(
			word("only_of",
				departmentTitle(state.department) +
					(state.kind ? ` · ${kindTitle(state.department, state.kind)}` : "")),
			" ",
			el("a", {href: href({department: "", kind: "", reason: "", row: ""})},
				word("show_all_groups")));
	}

	drawHeads() {
		if (this.language === language())
			return;
		this.language = language();
		this.table.tHead?.remove();
		this.table.prepend(head(["", word("reason")], ["", word("where")], ["number", word("rows")],
			["", word("redrives")], ["number", word("last")], ["", ""]));
		this.rowTable.tHead?.remove();
		this.rowTable.prepend(
			head(["", ""], ["number", word("row")], ["", word("origin")], ["number", word("line")],
				["number", word("times")], ["number", word("last")], ["", word("problems")], ["", ""]));
	}

	// One department that does not answer does not hide the others, and is not hidden itself.
	drawAbsent() {
		const absent = (this.data?.departments ?? []).filter((one) => one.state !== "ok" || !one.complete);
		keyed(this.absent, absent, (one) => one.department, () => {
			const node = el("li", {class: "notice"});
			return {
				node,
				update: (one) => put(node,
					word(one.state === "ok" ? "rejects_incomplete" : "rejects_" + one.state,
						departmentTitle(one.department)) +
						(one.reason ? ` (${one.reason})` : ""))
			};
		});
	}

	drawRows() {
		this.detail.hidden = !this.isOpen;
		if (!this.isOpen)
			return;
		const rows = this.rows?.rejects ?? [];
		put(this.rowsTitle,
			`${departmentTitle(state.department)} · ${kindTitle(state.department, state.kind)} · ${
				rows[0] ? noteText(rows[0]) : state.reason}`);
		put(this.rowsSaid, this.rowsProblem ? this.rowsProblem.words ?? "" : "");
		this.rowsSaid.hidden = !this.rowsProblem;
		keyed(this.rowList, rows, (row) => `${state.department}:${row.id}`, (row) => makeRow(row, this));
		this.drawPager();
	}

	drawPager() {
		const ids = [...this.chosen], group = {department: state.department, ids};
		const done = () => {
			this.chosen.clear();
			this.refresh();
		};
		const shown = JSON.stringify([ids, this.rows?.next, this.rows?.total, this.pages, language()]);
		if (this.pager.dataset.shown === shown)
			return;
		this.pager.dataset.shown = shown;
		const quiet = (name, call) => button(word(name, ids.length), call, {class: "quiet"});
		const isSome = ids.length > 0, next = this.rows?.next;
		this.pager.replaceChildren(...[
			el("span", {class: "faint"},
				word("rows_of", number(this.rows?.rejects.length ?? 0), number(this.rows?.total ?? 0))),
			this.pages.length > 1 && quiet("page_before", () => this.turnTo(null)),
			next && quiet("page_after", () => this.turnTo(next)),
			isSome && button(word("redrive_chosen", ids.length), () => redrive(group, done)),
			isSome && quiet("dismiss_chosen", () => dismiss(group, done)),
			quiet("close_group", () => go({kind: "", reason: "", department: "", row: ""})),
		].filter(Boolean));
	}
}
