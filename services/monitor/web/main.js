// SPDX-License-Identifier: Apache-2.0
// main: puts the page together: who is asked how often, and who is told what.
import {get} from "./api.js";
import {Charts} from "./charts.js";
import {copy} from "./dialogs.js";
import {button, el, keyed, mark, put} from "./dom.js";
import {Gaps} from "./gaps.js";
import {Inspector} from "./inspector.js";
import {beginKeys, bind, openHelp} from "./keys.js";
import {learn} from "./names.js";
import {every} from "./panel.js";
import {Rejects} from "./rejects.js";
import {beginSession, signOut} from "./session.js";
import {Sources} from "./sources.js";
import {remember} from "./storage.js";
import {Stream} from "./stream.js";
import {Strip} from "./strip.js";
import {Tail} from "./tail.js";
import {beginView, go, href, state, views, whenViewChanges} from "./view.js";
import {language, setLanguage, whenLanguageChanges, word} from "./words.js";

const SOURCES_MS = 1000, OTHERS_MS = 5000, COUNTERS_MS = 10000;
const page = (name) => document.getElementById(name);

// --- what is always there ----------------------------------------------------------------------

function isDark() {
	return (document.documentElement.dataset.theme ??
		       (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
}

function drawFrame() {
	for (const node of document.querySelectorAll("[data-t]"))
		put(node, word(node.dataset.t));
	for (const node of document.querySelectorAll("[data-t-label]"))
		node.setAttribute("aria-label", word(node.dataset.tLabel));
	for (const node of document.querySelectorAll("[data-t-title]"))
		node.title = word(node.dataset.tTitle);
	put(page("theme"), word(isDark() ? "light" : "dark"));
	page("language").lang = language() === "zh" ? "en" : "zh-CN";
	drawNav();
}

function drawNav() {
	keyed(page("nav"), views, (view) => view, (view) => {
		const node = el("a", {"data-view": view});
		return {
			node,
			update() {
				put(node, word("view_" + view));
				mark(node, "href",
					href({view, event: "", row: "", department: "", kind: "", reason: ""}));
				mark(node, "aria-current", state.view === view ? "page" : null);
			},
		};
	});
}

function beginTools(charts) {
	page("language").addEventListener("click", () => setLanguage(language() === "zh" ? "en" : "zh"));
	page("help").addEventListener("click", openHelp);
	page("sign-out").addEventListener("click", signOut);
	page("copy-link").addEventListener("click", () => copy(location.href, word("link_copied")));
	page("theme").addEventListener("click", () => {
		document.documentElement.dataset.theme = isDark() ? "light" : "dark";
		remember("theme", document.documentElement.dataset.theme);
		drawFrame();
		charts.drawAll();
	});
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
		drawFrame();
		charts.drawAll();
	});
	page("skip").addEventListener("click", (event) => {
		event.preventDefault();
		page("main").focus();
	});
}

function showBanner(text, retry) {
	const banner = page("banner");
	banner.hidden = text === "";
	if (text === "")
		return banner.replaceChildren();
	if (!banner.firstElementChild)
		banner.append(el("span"), button("", retry));
	put(banner.firstElementChild, text);
	put(banner.lastElementChild, word("try_now"));
}

// --- keys --------------------------------------------------------------------------------------

function rowsInView() {
	const current = document.activeElement?.closest("section.panel");
	const order = {
		overview: ["tail", "sources"],
		stream: ["tail"],
		rejects: ["rejects"],
		gaps: ["gaps"],
		charts: []
	}[state.view];
	const from = current && order.includes(current.id) ? current : page(order[0]);
	return from
		? [...from.querySelectorAll("tr.entry, tr.source, tr[data-group], tr[data-row], tr[data-gap]")].filter(
			  (row) => row.checkVisibility?.() ?? true)
		: [];
}

const handle = (row) => row.querySelector("a[href]:not([tabindex='0'])") ?? row;

function step(by, tail) {
	const rows = rowsInView();
	if (rows.length === 0)
		return;
	const at = rows.findIndex((row) => row.contains(document.activeElement) || row === document.activeElement);
	const next = rows[at < 0 ? (by > 0 && !rows[0].matches(".entry") ? 0 : rows.length - 1)
				 : Math.min(rows.length - 1, Math.max(0, at + by))];
	if (next.matches(".entry"))
		tail.pause("chosen");
	(next.matches(".source, [data-gap]") ? next : handle(next)).focus({preventScroll: true});
	next.scrollIntoView({block: "nearest"});
}

function openRow() {
	const row = document.activeElement?.closest("tr");
	if (row?.openRow)
		row.openRow();
	else
		row?.querySelector("a, button")?.click();
}

function bindKeys(tail) {
	bind("/", "key_filter", () => {
		if (page("tail").hidden)
			go({view: "stream"});
		page("filter").focus();
		page("filter").select();
	});
	bind(" ", "key_pause", () => tail.turn());
	bind("j", "key_down", () => step(1, tail));
	bind("k", "key_up", () => step(-1, tail));
	bind("Enter", "key_open", openRow);
	views.forEach((view, place) => bind(String(place + 1), "view_" + view, () => go({view, event: "", row: ""})));
	bind("?", "key_help", openHelp);
	bind("Escape", "key_close", () => go({event: "", row: ""}));
	beginKeys();
}

// --- together ----------------------------------------------------------------------------------

function showView() {
	const shown = {
		overview: ["sources", "charts", "tail"],
		stream: ["tail"],
		rejects: ["rejects"],
		gaps: ["gaps"],
		charts: ["charts"]
	}[state.view];
	for (const name of ["sources", "charts", "tail", "rejects", "gaps"])
		page(name).hidden = !shown.includes(name);
	page("main").dataset.view = state.view;
	drawNav();
}

function begin() {
	const parts = {
		strip: new Strip(page("strip")),
		sources: new Sources(page("sources")),
		charts: new Charts(page("charts")),
		rejects: new Rejects(page("rejects")),
		gaps: new Gaps(page("gaps")),
		inspector: new Inspector(page("inspector"))
	};
	let streamState = {state: "connecting"}, namesKnown = 0;
	const stream = new Stream({
		past: (taken) => tail.past(taken),
		batch: (taken) => tail.batch(taken),
		state: (now) => {
			streamState = now;
			parts.strip.show({stream: now});
			sayStream();
		},
		news: () => {
			askSources();
			askGaps();
		},
	});
	const tail = new Tail(page("tail"), stream);
	const sayStream = () => showBanner(tail.showStream(streamState), () => stream.retry());
	setInterval(sayStream, 1000);

	const askSources = every(SOURCES_MS, async () => {
		await parts.sources.load(get("/v1/sources"));
		const {data, problem} = parts.sources;
		parts.strip.show({answer: data, isStale: problem !== null});
		parts.charts.aggregator = data?.aggregator;
		const names = (data?.sources ?? []).reduce((sum, source) => sum + 1 + source.kinds.length, 0);
		if (names !== namesKnown) {
			learn(data.sources);
			namesKnown = names;
			for (const part of [tail, parts.rejects, parts.gaps, parts.charts, parts.inspector])
				part.draw();
		}
	});
	const askGaps = every(OTHERS_MS, () => state.view === "gaps" && parts.gaps.refresh());
	const askRejects = every(OTHERS_MS, () => state.view === "rejects" && parts.rejects.refresh());
	const askCounters =
		every(COUNTERS_MS, () => ["overview", "charts"].includes(state.view) && parts.charts.refresh());

	whenViewChanges((now, before) => {
		showView();
		if (now.filter !== before.filter || now.since !== before.since)
			tail.follow();
		tail.viewChanged();
		parts.rejects.viewChanged(before);
		parts.inspector.show();
		if (now.view !== before.view)
			[askGaps, askRejects].forEach((ask) => ask());
		if (now.view !== before.view || now.range !== before.range)
			askCounters();
	});
	beginTools(parts.charts);
	bindKeys(tail);
	showView();
	[askSources, askGaps, askRejects, askCounters].forEach((ask) => ask());
	tail.follow();
	parts.inspector.show();
}

whenLanguageChanges(drawFrame);
beginSession(() => {
	beginView();
	drawFrame();
	begin();
});
