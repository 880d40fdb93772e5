// SPDX-License-Identifier: Apache-2.0
// keys: single keys for what is done often. They can be turned off (WCAG 2.1.4), and never act where text is typed.
import {el} from "./dom.js";
import {openDialog} from "./dialogs.js";
import {remember, remembered} from "./storage.js";
import {word} from "./words.js";

const examples = `source:tax  kind:income_tax  status:accepted|rejected|settled
operation:put|retract|reject|settle  reason:check_digit
-source:health  -heartbeat`;

const bound = new Map(); // key -> {words, call}

export function bind(key, words, call) {
	bound.set(key, {words, call});
}

const areOn = () => remembered("keys") !== "off";

function isTyping(element) {
	return element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function press(event) {
	const element = event.target instanceof Element ? event.target : document.body;
	if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]"))
		return;
	if (event.key === "Escape" && isTyping(element))
		return element.blur();
	const one = bound.get(event.key);
	const isPressed = [" ", "Enter"].includes(event.key) && element.closest("a, button, summary, input");
	if (!one || isTyping(element) || isPressed || (!areOn() && event.key !== "Escape"))
		return;
	event.preventDefault();
	one.call();
}

function keyName(key) {
	return key === " " ? word("space_key") : key === "Escape" ? "Esc" : key;
}

export function openHelp() {
	openDialog(word("help_title"), (body) => {
		const rows = [...bound].map(
			([key, {words}]) => el("tr", {}, el("th", {scope: "row"}, el("kbd", {}, keyName(key))),
				el("td", {}, word(words))));
		const turn = el("input", {
			type: "checkbox",
			id: "keys-on",
			onchange: () => remember("keys", turn.checked ? "on" : "off")
		});
		turn.checked = areOn();
		body.append(el("table", {class: "keys"}, el("tbody", {}, rows)),
			el("p", {}, turn,
				el("label",
					{ for: "keys-on"
					},
					word("keys_on"))),
			el("h3", {}, word("filters")), el("p", {}, word("filter_help")),
			el("pre", {},
				examples),
			el("p", {}, word("go_to_entry")), el("p", {class: "faint"}, word("never_people")));
	}, {class: "wide"});
}

export function beginKeys() {
	addEventListener("keydown", press);
}
