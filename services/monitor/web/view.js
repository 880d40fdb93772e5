// SPDX-License-Identifier: Apache-2.0
// view: what is looked at, kept in the address behind "#", so that a copied link shows the same. Only what
// has the form of a name, a number or a time gets in: nothing a person could be found by.
import {parseFilter} from "./filter.js";

export const views = ["overview", "stream", "rejects", "gaps", "charts"];
export const ranges = ["15m", "1h", "6h", "24h"];
const entry = /^[a-z][a-z-]{0,62}:\d{1,12}$/;

const parts = {
	view: {otherwise: "overview", takes: (text) => views.includes(text)},
	filter: {otherwise: "-heartbeat", takes: (text) => parseFilter(text).mistake === 0},
	since: {otherwise: "", takes: (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(text)},
	event: {otherwise: "", takes: (text) => entry.test(text)},
	row: {otherwise: "", takes: (text) => entry.test(text)},
	department: {otherwise: "", takes: (text) => /^[a-z][a-z-]{0,62}$/.test(text)},
	kind: {otherwise: "", takes: (text) => /^[a-z][a-z_]{0,62}$/.test(text)},
	reason: {otherwise: "", takes: (text) => /^[a-z_]{1,63}$/.test(text)},
	range: {otherwise: "15m", takes: (text) => ranges.includes(text)},
};

export const state = {};
const watchers = [];

function read(hash) {
	const given = new URLSearchParams(hash.replace(/^#/, ""));
	for (const [name, part] of Object.entries(parts)) {
		const text = given.get(name);
		state[name] = text !== null && (text === "" || part.takes(text)) ? text : part.otherwise;
	}
	state.view ||= parts.view.otherwise;
	state.range ||= parts.range.otherwise;
}

export function href(changes) {
	const wanted = {...state, ...changes};
	const given = new URLSearchParams();
	for (const [name, part] of Object.entries(parts))
		if (wanted[name] !== part.otherwise && (wanted[name] === "" || part.takes(wanted[name])))
			given.set(name, wanted[name]);
	return "#" + given.toString().replaceAll("%3A", ":");
}

// replaces: Back does not lead to what was before.
export function go(changes, replaces = false) {
	const address = href(changes);
	if (address === (location.hash || "#"))
		return;
	history[replaces ? "replaceState" : "pushState"](null, "", address);
	changed();
}

export function whenViewChanges(call) {
	watchers.push(call);
}

export function changed() {
	const before = {...state};
	read(location.hash);
	for (const call of watchers)
		call(state, before);
}

export function beginView() {
	read(location.hash);
	addEventListener("hashchange", changed);
	addEventListener("popstate", changed);
}
