// SPDX-License-Identifier: Apache-2.0
// inspector: one entry, or one refused row, closely: envelope, before and after, checks, lineage.
// Masked by the monitor.
import {get} from "./api.js";
import {curlCommand, rejectsCommand} from "./commands.js";
import {command, copy} from "./dialogs.js";
import {button, el, head} from "./dom.js";
import {moment, number} from "./format.js";
import {departmentTitle, kindTitle, noteText, titleText} from "./names.js";
import {shape} from "./shapes.js";
import {go, href, state} from "./view.js";
import {language, whenLanguageChanges, word} from "./words.js";

const checkShapes = new Map([[true, "ok"], [false, "dead"], [null, "unknown"]]);

const said = (one) => one[language()] ?? "";

function value(one) {
	if (one === null || one === undefined)
		return "–";
	return typeof one === "object" ? JSON.stringify(one) : String(one);
}

function list(pairs) {
	const given = pairs.filter((pair) => pair[1] !== null && pair[1] !== "" && pair[1] !== undefined);
	return el("dl", {}, given.map((pair) => [el("dt", {}, pair[0]), el("dd", {}, pair[1])]));
}

function part(title, ...children) {
	return el("section", {}, el("h3", {}, title), ...children);
}

// --- an entry ----------------------------------------------------------------------------------

function envelope(entry) {
	const previous = entry.previous
		? el("a", {href: href({event: `${entry.department}:${entry.previous}`})}, String(entry.previous))
		: word("none");
	return part(word("envelope"), list([
		[
			word("operation"),
			el("span", {class: "operation", "data-operation": entry.operation}, shape(entry.operation),
				word("operation_" + entry.operation))
		],
		[word("kind"), `${titleText(entry.title, entry.kind)} (${entry.kind})`], [word("key"), entry.key],
		[word("recorded"), moment(entry.recorded)], [word("valid_since"), entry.valid_since],
		[word("version"), entry.version === null ? null : value(entry.version)], [word("previous"), previous],
		[word("about"), word("subject_" + entry.subject)], [word("reason"), entry.note],
		[word("size"), entry.erased ? word("erased") : word("bytes", number(entry.body_bytes))]
	]));
}

function changeRow(field) {
	const isChanged = field.changed === null ? word("unknown") : word(field.changed ? "changed" : "unchanged");
	const cell = (one) => el("td", {class: field.masked ? "masked" : ""}, value(one));
	return el("tr", {"data-changed": field.changed},
		el("th", {scope: "row", title: field.field}, titleText(field.title, field.field)), cell(field.before),
		cell(field.after), el("td", {class: "changed"}, field.changed ? "≠ " : "", isChanged));
}

function changes(entry) {
	if (entry.fields.length === 0)
		return part(word("changes"), el("p", {class: "faint"}, word(entry.erased ? "erased" : "no_fields")));
	return part(word("changes"),
		entry.before === "read" ? null : el("p", {class: "faint"}, word("before_" + entry.before)),
		el("div", {class: "scroll"},
			el("table", {class: "data diff"},
				head(["", word("field")], ["", word("before")], ["", word("after")], ["", ""]),
				el("tbody", {}, entry.fields.map(changeRow)))),
		el("p", {class: "faint small"}, word("masked_why")));
}

function checks(entry) {
	return part(word("checks"), el("ul", {class: "checks"}, entry.checks.map((check) => {
		const name = checkShapes.get(check.ok) ?? "unknown";
		return el("li", {},
			el("span", {class: "state", "data-state": name}, shape(name), word("check_" + name)),
			el("span", {}, said(check)));
	})));
}

function lineage({department, sequence, lineage: {profile, applied, rules}}) {
	const step = (title, text, name) => el(
		"li", {class: "state", "data-state": name}, shape(name), el("span", {}, el("b", {}, title), " ", text));
	const isApplied = applied === true ? "ok" : applied === false ? "behind" : "unknown";
	return part(word("lineage"),
		el("ol", {class: "lineage"}, step(word("entry"), `${departmentTitle(department)} ${sequence}`, "ok"),
			step(word("profile_field"),
				profile ? `${profile.field} ${profile.key ?? ""} – ${word("applied_" + isApplied)}`
					: word("no_profile_field"),
				profile ? isApplied : "quiet"),
			step(word("rule_items"),
				rules === null ? word("no_rules")
					       : rules.map((rule) => titleText(rule.title, rule.item ?? value(rule)))
							 .join(", ") ||
						word("none"),
				rules === null ? "unknown" : "ok")));
}

function entryParts(entry) {
	return [envelope(entry), changes(entry), checks(entry), lineage(entry)];
}

function besides(by) {
	const [department, sequence] = state.event.split(":");
	return () => Number(sequence) + by > 0 && go({event: `${department}:${Number(sequence) + by}`}, true);
}

function neighbours() {
	return [button("‹", besides(-1), {class: "quiet", "aria-label": word("one_before")}),
		button("›", besides(1), {class: "quiet", "aria-label": word("one_after")})];
}

// --- a refused row -----------------------------------------------------------------------------

function problems(row) {
	const of = (one) => el("li", {}, el("b", {}, noteText(one)), el("span", {class: "faint"}, ` ${one.code}`),
		el("p", {}, one["hint_" + language()] ?? ""));
	return part(word("problems"),
		el("ul", {class: "problems"}, (row.problems?.length > 0 ? row.problems : [row]).map(of)));
}

function payload(row) {
	if (row.payload === null || typeof row.payload !== "object")
		return part(word("row_content"), el("pre", {}, value(row.payload)));
	return part(word("row_content"), list(Object.entries(row.payload).map(([name, text]) => [name, value(text)])),
		el("p", {class: "faint small"}, word("masked_why")));
}

function rowParts(row, department) {
	return [
		part(word("row"), list([
			[word("kind"), `${kindTitle(department, row.kind)} (${row.kind})`],
			[word("origin"), row.origin], [word("line"), row.line > 0 ? String(row.line) : ""],
			[word("first"), moment(row.first)], [word("last"), moment(row.last)],
			[word("times"), String(row.times)],
			[
				word("redrives"),
				el("span", {}, String(row.redrives), " ",
					row.loop ? el("span", {class: "state", "data-state": "loop"}, shape("loop"),
							   word("loop"))
						 : null)
			]
		])),
		problems(row), payload(row)
	];
}

// --- the panel ---------------------------------------------------------------------------------

const sorts = {
	event: {
		path: (name) => `/v1/events/${name}`,
		parts: entryParts,
		command: (name) => curlCommand(`/v1/events/${name}`)
	},
	row: {
		path: (name) => `/v1/rejects/${name}`,
		parts: rowParts,
		command: (name) => rejectsCommand("show", {department: name.split(":")[0], ids: [name.split(":")[1]]})
	},
};

export class Inspector {
	constructor(element) {
		this.element = element;
		this.title = el("h2", {id: "inspector-title", tabindex: -1});
		this.bar = el("div", {class: "panel-tools"});
		this.content = el("div", {class: "inspector-body"});
		element.append(el("header", {class: "panel-head"}, this.title, this.bar), this.content);
		whenLanguageChanges(() => this.draw());
	}

	get sort() {
		return state.event !== "" ? "event" : state.row !== "" ? "row" : null;
	}

	// Shows what the view says; keeps still if that is shown already.
	async show() {
		const sort = this.sort, name = sort && state[sort];
		if (this.name === name)
			return;
		if (this.element.hidden)
			this.before = document.activeElement;
		this.name = name;
		this.element.hidden = sort === null;
		document.body.classList.toggle("inspecting", sort !== null);
		this.data = this.problem = null;
		this.draw();
		if (sort === null)
			return this.giveBack();
		this.title.focus({preventScroll: true});
		await this.read(sort, name);
	}

	giveBack() {
		if (this.before?.isConnected)
			this.before.focus({preventScroll: true});
		this.before = null;
	}

	async read(sort, name) {
		let data = null, problem = null;
		try {
			data = await get(sorts[sort].path(name));
		} catch (failure) {
			problem = failure;
		}
		if (this.name !== name)
			return;
		Object.assign(this, {data, problem});
		this.draw();
	}

	again() {
		const name = this.name;
		this.problem = null;
		this.draw();
		this.read(this.sort, name);
	}

	draw() {
		const sort = this.sort;
		if (sort === null)
			return;
		const [department, number_] = this.name.split(":");
		this.title.replaceChildren(el("span", {class: "series-mark", "data-source": department}),
			`${departmentTitle(department)} · ${word(sort)} ${number_}`);
		this.bar.replaceChildren(...(sort === "event" ? neighbours() : []),
			button(word("copy_command"),
				() => copy(sorts[sort].command(this.name), word("command_copied")), {class: "quiet"}),
			button(word("close"), () => go({event: "", row: ""}),
				{class: "quiet", "aria-keyshortcuts": "Escape"}));
		this.content.replaceChildren(...this.parts(sort, department));
	}

	parts(sort, department) {
		if (this.problem)
			return [
				el("p", {class: "notice"}, this.problem.words ?? word("no_connection")),
				button(word("try_again"), () => this.again())
			];
		if (!this.data)
			return [el("p", {class: "empty"}, word("loading"))];
		return [
			...sorts[sort].parts(this.data, department),
			part(word("same_by_command"), command(sorts[sort].command(this.name)))
		];
	}
}
