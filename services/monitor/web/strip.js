// SPDX-License-Identifier: Apache-2.0
// strip: how everything is, in one line, each part a way to where it is seen closely.
import {el, keyed, mark, put} from "./dom.js";
import {number, rate, span} from "./format.js";
import {shape} from "./shapes.js";
import {href} from "./view.js";
import {whenLanguageChanges, word} from "./words.js";

export const worst = ["fork", "dead", "gap", "behind", "waiting", "quiet", "ok"];
const bad = new Set(["fork", "dead", "gap", "behind"]);

function sum(sources, of) {
	return sources.reduce((total, source) => total + of(source), 0);
}

function sourcesPart(sources) {
	const state = worst.find((one) => sources.some((source) => source.state === one)) ?? "waiting";
	const shown = bad.has(state) ? state : state === "waiting" ? "waiting" : "ok";
	const counts = worst.filter((one) => one !== "ok")
			       .map((one) => [one, sources.filter((source) => source.state === one).length])
			       .filter(([, count]) => count > 0)
			       .map(([one, count]) => `${count} ${word("state_" + one)}`);
	return {
		name: "strip_sources",
		state: shown,
		value: counts.join(" · ") || word("all_well", sources.length),
		view: {view: "overview"}
	};
}

function profilesPart({state, redis}) {
	const isWell = state === "ok" && redis === "ready";
	const value = isWell	 ? word("redis_ready")
		: state === "ok" ? word("redis_" + redis)
				 : word("aggregator_" + state);
	return {
		name: "strip_profiles",
		state: isWell		      ? "ok"
			: state === "waiting" ? "waiting"
					      : "dead",
		value,
		view: {view: "overview"}
	};
}

function lagPart(sources, isWell) {
	const known = sources.filter((source) => source.lag !== null);
	const most = known.reduce((one, source) => Math.max(one, source.lag.ms), 0);
	const state = known.length === 0 || !isWell ? "unknown" : most > 5000 ? "behind" : "ok";
	return {name: "strip_lag", state, value: known.length === 0 ? "–" : span(most), view: {view: "overview"}};
}

function countPart(name, count, view, whenSome) {
	return {name, state: count > 0 ? whenSome : "ok", value: number(count), view: {view}};
}

function streamPart({state}) {
	const states = {live: "ok", broken: "dead", connecting: "waiting", signed_out: "waiting"};
	return {
		name: "strip_stream",
		state: states[state] ?? "waiting",
		value: word("stream_" + state),
		view: {view: "stream"}
	};
}

function partsOf(answer, stream) {
	if (answer === null)
		return [streamPart(stream)];
	const {sources, aggregator} = answer;
	const isWell = aggregator.state === "ok" && aggregator.redis === "ready";
	return [
		sourcesPart(sources), profilesPart(aggregator), lagPart(sources, isWell), {
			name: "strip_rate",
			state: "",
			value: word("per_second", rate(sum(sources, (one) => one.rate))),
			view: {view: "charts"}
		},
		countPart("strip_gaps", sum(sources, (one) => one.gaps.open), "gaps", "gap"),
		countPart("strip_rejects", sum(sources, (one) => one.quarantined), "rejects", "reject"),
		streamPart(stream)
	];
}

function makePart(part) {
	const name = el("span", {class: "name"}), value = el("span", {class: "value"}),
	      sign = el("span", {class: "sign"});
	const node = el("a", {class: "part"}, sign, name, value);
	return {
		node,
		update(now) {
			put(name, word(now.name));
			put(value, now.value);
			mark(node, "href", href({event: "", row: "", ...now.view}));
			mark(node, "data-part", part.name);
			if (node.getAttribute("data-state") !== now.state)
				sign.replaceChildren(...(now.state ? [shape(now.state)] : []));
			mark(node, "data-state", now.state);
		},
	};
}

export class Strip {
	constructor(element) {
		this.element = element;
		this.answer = null;
		this.stream = {state: "connecting"};
		whenLanguageChanges(() => this.draw());
	}

	show(changes) {
		Object.assign(this, changes);
		this.draw();
	}

	draw() {
		keyed(this.element, partsOf(this.answer, this.stream), (part) => part.name, makePart);
		this.element.classList.toggle("stale", Boolean(this.isStale));
		const ill = (this.answer?.sources ?? []).filter((source) => bad.has(source.state)).length;
		document.title = (ill > 0 ? `(${ill}) ` : "") + word("title");
	}
}
