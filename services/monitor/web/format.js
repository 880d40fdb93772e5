// SPDX-License-Identifier: Apache-2.0
// format: times, spans and numbers as people read them.
import {language, word} from "./words.js";

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");
const made = new Map();

function formatter(name, make) {
	const key = name + language();
	if (!made.has(key))
		made.set(key, make());
	return made.get(key);
}

export function number(value) {
	if (value === null || value === undefined)
		return "–";
	return formatter("number", () => new Intl.NumberFormat(locale())).format(value);
}

export function rate(value) {
	return value >= 100 ? number(Math.round(value)) : value.toFixed(value >= 10 || value === 0 ? 0 : 1);
}

const spans = [[86400, "days"], [3600, "hours"], [60, "minutes"]];

// A span in one unit: 420 ms, 12 s, 3 min.
export function span(ms) {
	if (ms === null || ms === undefined)
		return "–";
	if (ms < 1000)
		return word("ms", Math.max(0, Math.round(ms)));
	const seconds = ms / 1000;
	for (const [length, name] of spans)
		if (seconds >= length)
			return word(name,
				seconds / length < 10 ? (seconds / length).toFixed(1) : Math.round(seconds / length));
	return word("seconds", seconds < 10 ? seconds.toFixed(1) : Math.round(seconds));
}

// An age, which is never so exact.
export function roughly(ms) {
	return span(Math.max(1000, ms)).replace(/\.\d/, "");
}

export function ago(time, now = Date.now()) {
	if (!time)
		return word("never");
	const ms = now - Date.parse(time);
	return ms < 1500 ? word("just_now") : word("ago", roughly(ms));
}

const pad = (value, size = 2) => String(value).padStart(size, "0");

export function clock(time, withMilliseconds) {
	if (!time)
		return "–";
	const at = new Date(time);
	const text = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
	return withMilliseconds ? `${text}.${pad(at.getMilliseconds(), 3)}` : text;
}

export function moment(time) {
	if (!time)
		return "–";
	const at = new Date(time);
	return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${clock(time)}`;
}

// Of today only the clock.
export function shortMoment(time) {
	if (!time)
		return "–";
	return new Date(time).toDateString() === new Date().toDateString() ? clock(time) : moment(time);
}
