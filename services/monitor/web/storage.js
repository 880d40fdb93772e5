// SPDX-License-Identifier: Apache-2.0
// storage: what this browser remembers of its user's choices; without storage, for this page only.
const kept = new Map();

export function remembered(name) {
	try {
		return localStorage.getItem("onecity." + name);
	} catch {
		return kept.get(name) ?? null;
	}
}

export function remember(name, value) {
	kept.set(name, value);
	try {
		localStorage.setItem("onecity." + name, value);
	} catch { /* forbidden, or full: kept for this page */
	}
}
