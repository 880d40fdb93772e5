// SPDX-License-Identifier: Apache-2.0
// dialogs: what is asked before something is done, what is told after, and the clipboard.
import {button, el, put} from "./dom.js";
import {word} from "./words.js";

let toldAt = 0;

// A line that goes by itself; also for screen readers.
export function tell(text) {
	const line = document.getElementById("told");
	put(line, text);
	line.classList.add("shown");
	const mine = ++toldAt;
	setTimeout(() => mine === toldAt && line.classList.remove("shown"), 4000);
}

// Opens a dialog; Esc and the first button close it. fill(body, buttons, close) puts the rest in.
export function openDialog(title, fill, attributes) {
	const before = document.activeElement;
	const body = el("div", {class: "dialog-body"});
	const buttons = el("div", {class: "dialog-buttons"});
	const dialog = el("dialog", {"aria-labelledby": "dialog-title", ...attributes},
		el("h2", {id: "dialog-title"}, title), body, buttons);
	const close = () => dialog.close();
	buttons.append(button(word("close"), close, {class: "quiet"}));
	fill(body, buttons, close);
	dialog.addEventListener("close", () => {
		dialog.remove();
		before?.focus();
	});
	dialog.addEventListener("click", (event) => event.target === dialog && close());
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
}

export async function copy(text, said) {
	try {
		await navigator.clipboard.writeText(text);
		tell(said);
	} catch {
		openDialog(word("copy_by_hand"), (body) => body.append(el("pre", {class: "command"}, text)));
	}
}

export function command(text) {
	return el("div", {class: "command"}, el("code", {}, text),
		button(word("copy"), () => copy(text, word("copied")), {class: "quiet small"}));
}
