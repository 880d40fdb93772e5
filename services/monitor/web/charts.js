// SPDX-License-Identifier: Apache-2.0
// charts: throughput, how long entries take to the profiles, and why rows were refused.
import {get} from "./api.js";
import {command} from "./dialogs.js";
import {button, el, keyed, put, svg} from "./dom.js";
import {clock, number, rate, span} from "./format.js";
import {departmentNumber, departmentTitle} from "./names.js";
import {Panel} from "./panel.js";
import {go, ranges, state} from "./view.js";
import {whenLanguageChanges, word} from "./words.js";

const lengths = {
	"15m": [900, 10],
	"1h": [3600, 10],
	"6h": [21600, 60],
	"24h": [86400, 120]
};
const patterns = [null, [6, 3], [2, 2], [8, 3, 2, 3], [3, 5], [10, 4]];
const SERIES_COLOURS = 6;

let library = null;

// A plain script, so big that it waits until the first paint is over.
function loadLibrary() {
	library ??= new Promise((resolve, reject) => {
		const ready = () => {
			const {PLUGINS, Plugins} =
				window.Dygraph; // its legend writes style attributes: the page's policy forbids them
			window.Dygraph.PLUGINS = PLUGINS.filter((plugin) => plugin !== Plugins.Legend);
			resolve(window.Dygraph);
		};
		document.head.append(el("link", {rel: "stylesheet", href: "dygraph.css"}),
			el("script", {src: "dygraph.js", onload: ready, onerror: () => reject(new Error("dygraph"))}));
	});
	return library;
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const colourOf = (place) => style(`--series-${place % SERIES_COLOURS + 1}`);

function lastOf(values) {
	return values.findLast((value) => value !== null) ?? null;
}

// --- one chart ---------------------------------------------------------------------------------

class Chart {
	// shape(counters): { series: [{name, place, values}], text(value) }
	constructor(name, shape, options) {
		Object.assign(this, {name, shape, options});
		this.title = el("h3");
		this.canvas = el("div", {class: "canvas", role: "img"});
		this.legend = el("ul", {class: "legend"});
		this.empty = el("p", {class: "empty small", hidden: true});
		new ResizeObserver(() => this.canvas.clientWidth > 0 && this.graph?.resize()).observe(this.canvas);
		this.node = el("figure", {class: "chart", "data-chart": name}, this.title, this.canvas, this.empty,
			this.legend);
	}

	draw(counters, Library) {
		const {series, text} = this.shape(counters);
		this.text = text;
		this.series = series;
		put(this.title, word("chart_" + this.name));
		const begin = Date.parse(counters.from), step = counters.step_s * 1000;
		const rows = Array.from({length: counters.points},
			(_, place) => [new Date(begin + place * step),
				...series.map((one) => one.values[place] ?? null)]);
		const isEmpty = series.length === 0 || rows.length < 2;
		put(this.empty, word("chart_empty_" + this.name));
		this.empty.hidden = !isEmpty;
		this.canvas.hidden = isEmpty || !Library;
		this.showLegend(null);
		if (!isEmpty && Library)
			this.drawGraph(Library, rows);
	}

	drawGraph(Library, rows) {
		const options = this.graphOptions(rows);
		if (this.graph && this.labels === options.labels.join())
			this.graph.updateOptions(options);
		else {
			this.graph?.destroy();
			this.graph = new Library(this.canvas, options.file, options);
		}
		this.labels = options.labels.join();
		this.canvas.setAttribute("aria-label", this.summary());
	}

	graphOptions(rows) {
		const patternsOf = Object.fromEntries(this.series.map(
			(one) => [one.id,
				{strokePattern: this.options.stacked ? null : patterns[one.place % patterns.length]}]));
		const axis = {axisLabelFontSize: 11, axisLineColor: style("--line"), gridLineColor: style("--grid")};
		return {
			file: rows,
			labels: ["time", ...this.series.map((one) => one.id)],
			colors: this.series.map((one) => colourOf(one.place)),
			series: patternsOf,
			legend: "never",
			strokeWidth: this.options.stacked ? 1 : 1.7,
			fillGraph: Boolean(this.options.stacked),
			fillAlpha: 0.28,
			stackedGraph: Boolean(this.options.stacked),
			stackedGraphNaNFill: "none",
			stepPlot: Boolean(this.options.steps),
			includeZero: true,
			highlightCircleSize: 3,
			rightGap: 8,
			animatedZooms: false,
			interactionModel: {},
			axes: {
				x: {
					...axis,
					pixelsPerLabel: 70,
					axisLabelFormatter: (at) => clock(at).slice(0, 5),
					drawGrid: false
				},
				y: {
					...axis,
					pixelsPerLabel: 28,
					axisLabelWidth: 52,
					axisLabelFormatter: (value) => this.text(value)
				},
			},
			highlightCallback: (event, at, points, row) => this.showLegend(row, at),
			unhighlightCallback: () => this.showLegend(null),
		};
	}

	// Beside the colour the pattern of the line tells the series apart, and its name stands here.
	showLegend(row, at) {
		const value = (one) => (row === null ? lastOf(one.values) : one.values[row]);
		keyed(this.legend, this.series, (one) => one.id, (one) => {
			const text = el("span"), count = el("b");
			const line =
				svg("svg", {class: "swatch", viewBox: "0 0 22 8", "aria-hidden": "true"}, svg("line", {
					x1: 1,
					x2: 21,
					y1: 4,
					y2: 4,
					class: `series-${one.place % SERIES_COLOURS + 1}`,
					"stroke-dasharray": (!this.options.stacked &&
								    patterns[one.place % patterns.length]?.join(" ")) ||
						null
				}));
			return {
				node: el("li", {}, line, text, count),
				update: (now) => {
					put(text, now.name);
					put(count, now.of(value(now)));
				}
			};
		});
		this.title.dataset.at = row === null ? "" : clock(at);
	}

	summary() {
		return `${word("chart_" + this.name)}: ${
			this.series.map((one) => `${one.name} ${one.of(lastOf(one.values))}`).join(", ")}`;
	}
}

// --- what is drawn -----------------------------------------------------------------------------

function throughput({published, step_s}) {
	const text = (value) => (value === null ? "–" : word("per_second", rate(value)));
	const series = Object.entries(published).map(([id, counts]) => ({
		id,
		name: departmentTitle(id),
		place: departmentNumber(id) - 1,
		of: text,
		values: counts.map((count) => (count === null ? null : count / step_s)),
	}));
	return {series: series.sort((one, other) => one.place - other.place), text: rate};
}

function delay({delay: {p50_ms, p99_ms}}) {
	const atMost = (value) => (value === null ? "–" : `≤ ${span(value)}`);
	return {
		series: [
			{id: "p99", name: word("p99"), place: 0, values: p99_ms, of: atMost},
			{id: "p50", name: word("p50"), place: 1, values: p50_ms, of: atMost}
		],
		text: span
	};
}

function rejected(counters) {
	const total = (values) => values.reduce((sum, value) => sum + (value ?? 0), 0);
	const series = Object.entries(counters.rejected)
			       .filter(([, values]) => total(values) > 0)
			       .sort(([, one], [, other]) => total(other) - total(one))
			       .map(([id, values], place) => ({
				       id,
				       name: id,
				       place,
				       values,
				       of: (value) => word("now_of_total", value === null ? "–" : number(value),
					       number(total(values)))
			       }));
	return {series, text: number};
}

export class Charts extends Panel {
	constructor(section) {
		super(section, "charts", () => this.drawAll());
		this.list = [
			new Chart("throughput", throughput, {stacked: true}), new Chart("delay", delay, {}),
			new Chart("rejected", rejected, {steps: true})
		];
		this.ranges = el("div", {class: "choice", role: "group"});
		this.missing = el("div", {class: "notice", hidden: true});
		this.tools.append(this.ranges);
		this.body.append(this.missing, el("div", {class: "chart-list"}, this.list.map((chart) => chart.node)));
		whenLanguageChanges(() => this.missing.hidden || this.sayMissing());
		this.begin();
	}

	async begin() {
		try {
			await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
			this.Library = await loadLibrary();
		} catch {
			this.sayMissing();
		}
		this.drawAll();
	}

	sayMissing() {
		this.missing.hidden = false;
		this.missing.replaceChildren(word("no_library"), command("sudo apt-get install libjs-dygraphs"));
	}

	warning() {
		const {state: is, redis} = this.aggregator ?? {state: "ok", redis: "ready"};
		return is === "ok" && redis === "ready" ? "" : word("delay_away");
	}

	async refresh() {
		const [length, step] = lengths[state.range];
		const from = Math.floor(Date.now() / 1000 / step) * step - length;
		await this.load(get("/v1/counters", {from: new Date(from * 1000).toISOString(), step}));
	}

	drawAll() {
		keyed(this.ranges, ranges, (range) => range, (range) => {
			const node = button("", () => go({range}));
			return {
				node,
				update: () => {
					put(node, word("range_" + range));
					node.setAttribute("aria-pressed", String(state.range === range));
				}
			};
		});
		this.ranges.setAttribute("aria-label", word("range"));
		if (this.data)
			for (const chart of this.list)
				chart.draw(this.data, this.Library);
	}
}
