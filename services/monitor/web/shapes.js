// SPDX-License-Identifier: Apache-2
// shapes: one shape for each state, so that none is told by colour alone.
import {svg} from "./dom.js";

const paths = {
	ok: ["M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13z", "M5 8.2l2.2 2.2 4-4.6"],
	quiet: [null, "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6zM5.5 8h5"],
	waiting: [null, "M4 2.5h8M4 13.5h8M5 3c0 5 6 5 6 10M11 3c0 5-6 5-6 10"],
	behind: ["M8 1.5l7 13H1z", "M8 6v4M8 12v.3"],
	gap: ["M1.5 2.5h4.5v11h-4.5zM10 2.5h4.5v11H10z", ""],
	dead: ["M1.5 1.5h13v13h-13z", "M5 5l6 6M11 5l-6 6"],
	fork: [null, "M4 14.5V9.5c0-3 8-2 8-6.5M4 14.5V2M1.8 4.2L4 2l2.2 2.2M9.8 5L12 2.8 14.2 5"],
	put: [null, "M8 2.5v11M2.5 8h11"],
	retract: [null, "M2.5 8h11"],
	reject: [null, "M3 3l10 10M13 3L3 13"],
	settle: [null, "M2.5 8.5l3.8 3.8L13.5 4"],
	skipped: [null, "M2 8h1M7.5 8h1M13 8h1"],
	heartbeat: [null, "M1 8.5h3.5l2-5 3 9 2-4H15"],
	unknown: [null, "M5.5 5.5c0-4 5.5-3.5 5.5 0 0 2.5-3 2.5-3 4.5M8 13v.4"],
	loop: [null, "M13 8a5 5 0 1 1-1.6-3.7M13.5 1.5v3.5H10"],
};

// A decoration: the word stands beside it.
export function shape(name) {
	const [full, line] = paths[name] ?? paths.unknown;
	return svg("svg", {class: `shape shape-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true"},
		full && svg("path", {class: "full", d: full}),
		line && svg("path", {class: full ? "over" : "line", d: line}));
}
