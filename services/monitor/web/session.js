// SPDX-License-Identifier: Apache-2.0
// session: a code from the command line becomes a cookie; without one the page says how to get it.
import {post, ask, whenSignedOut} from "./api.js";
import {el} from "./dom.js";
import {codeCommand} from "./commands.js";
import {command} from "./dialogs.js";
import {whenLanguageChanges, word} from "./words.js";

const section = document.getElementById("session");
let problem = null;

// The code is taken out of the address at once: it must not be copied with it.
function codeFromAddress() {
	const given = new URLSearchParams(location.hash.slice(1));
	const code = given.get("code");
	if (code === null)
		return null;
	given.delete("code");
	history.replaceState(null, "", location.pathname + (given.size > 0 ? "#" + given : ""));
	return code;
}

async function exchange(code) {
	try {
		await post("/v1/session", {code});
		location.reload();
	} catch (failure) {
		problem = failure;
		show();
	}
}

function show() {
	const field = el("input", {id: "code", autocomplete: "off", spellcheck: "false", required: true});
	const send = (event) => {
		event.preventDefault();
		exchange(field.value.replace(/^.*code=/, "").replace(/^.*"code":"([^"]*)".*$/, "$1").trim());
	};
	document.body.classList.add("signed-out");
	section.hidden = false;
	section.replaceChildren(el("div", {class: "card"}, el("img", {src: "icon.svg", alt: "", width: 40, height: 40}),
		el("h2", {}, word("sign_in")), el("p", {}, word("sign_in_why")), command(codeCommand()),
		problem &&
			el("p", {class: "notice", role: "alert"},
				[401, 403].includes(problem.status) ? word("bad_code") : problem.words),
		el("form", {onsubmit: send}, el("label", { for: "code"
		}, word("code")), field, el("button", {class: "primary"}, word("sign_in_do")))));
}

export async function signOut() {
	await ask("/v1/session", {method: "DELETE"});
	show();
}

// Calls whenIn once there is a session.
export async function beginSession(whenIn) {
	whenSignedOut(() => section.hidden && show());
	whenLanguageChanges(() => section.hidden || show());
	const code = codeFromAddress();
	if (code !== null) {
		try {
			await post("/v1/session", {code});
		} catch (failure) {
			problem = failure;
		}
	}
	whenIn();
}
