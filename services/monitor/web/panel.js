// SPDX-License-Identifier: Apache-2.0
// panel: one part of the page. It fails alone, keeps what it last knew, greyed, and says how old that is.
import {el, put} from "./dom.js";
import {roughly} from "./format.js";
import {Problem} from "./api.js";
import {whenLanguageChanges, word} from "./words.js";

export class Panel {
	// draw(): shows this.data, which may be null; called again when the language changes.
	constructor(section, name, draw) {
		this.section = section;
		this.name = name;
		this.draw = draw;
		this.data = null;
		this.at = null; // of the last good data
		this.problem = null;
		this.title = el("h2", {id: name + "-title"});
		this.said = el("span", {class: "said"});
		this.tools = el("div", {class: "panel-tools"});
		this.notice = el("p", {class: "notice", hidden: true});
		this.body = el("div", {class: "panel-body"});
		section.replaceChildren(
			el("header", {class: "panel-head"}, this.title, this.said, this.tools), this.notice, this.body);
		whenLanguageChanges(() => this.show());
		setInterval(() => this.tellAge(), 1000);
		put(this.title, word(name));
	}

	async load(fetching) {
		try {
			this.data = await fetching;
			this.at = Date.now();
			this.problem = null;
		} catch (problem) {
			if (!(problem instanceof Problem))
				throw problem;
			this.problem = problem;
		}
		this.show();
	}

	show() {
		put(this.title, word(this.name));
		this.draw();
		this.tellAge();
	}

	// What is wrong with what is shown though the monitor answers, or "".
	warning() {
		return "";
	}

	tellAge() {
		const age = this.at === null ? "" : word("as_of", roughly(Date.now() - this.at));
		const text = this.problem === null
			? this.warning()
			: `${word("panel_failed", this.problem.words)} ${this.at === null ? word("no_data_yet") : age}`;
		this.section.classList.toggle("stale", this.problem !== null);
		this.section.classList.toggle("failed", this.problem !== null);
		put(this.notice, text);
		this.notice.hidden = text === "";
	}
}

// Calls again and again, never twice at a time, and not while nobody looks.
export function every(ms, call) {
	let busy = false;
	const turn = async () => {
		if (busy || document.hidden || document.body.classList.contains("signed-out"))
			return;
		busy = true;
		try {
			await call();
		} finally {
			busy = false;
		}
	};
	setInterval(turn, ms);
	document.addEventListener("visibilitychange", turn);
	return turn;
}
