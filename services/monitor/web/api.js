// SPDX-License-Identifier: Apache-2.0
// api: requests to the monitor, and what went wrong with them in words.
import {language, word} from "./words.js";

const PATIENCE_MS = 12000;

export class Problem extends Error {
	constructor(code, status, english, chinese) {
		super(english);
		this.code = code;
		this.status = status;
		this.english = english;
		this.chinese = chinese;
	}

	get words() {
		if (this.code === "no_connection")
			return word("no_connection");
		return (language() === "zh" ? this.chinese : this.english) || word("failed_with", this.status);
	}
}

const watchers = new Set();

// Called when the session is over.
export function whenSignedOut(call) {
	watchers.add(call);
}

export function signedOut() {
	for (const call of watchers)
		call();
}

async function problemOf(answer) {
	let said = {};
	try {
		said = await answer.json();
	} catch { /* no document: the number must do */
	}
	return new Problem(
		said.code ?? "failed", answer.status, said.detail ?? said.title, said.detail_zh ?? said.title_zh);
}

export async function ask(path, options) {
	let answer;
	try {
		answer = await fetch(path, {signal: AbortSignal.timeout(PATIENCE_MS), ...options});
	} catch {
		throw new Problem("no_connection", 0);
	}
	if (answer.ok)
		return answer;
	const problem = await problemOf(answer);
	if (problem.status === 401)
		signedOut();
	throw problem;
}

async function read(answer) {
	try {
		return await answer.json();
	} catch {
		throw new Problem("no_connection", 0);
	}
}

function query(parameters) {
	const given = Object.entries(parameters ?? {}).filter(([,
		value]) => value !== "" && value !== null && value !== undefined);
	return given.length > 0 ? "?" + new URLSearchParams(given) : "";
}

export function address(path, parameters) {
	return path + query(parameters);
}

export async function get(path, parameters) {
	return read(await ask(address(path, parameters)));
}

export async function post(path, body) {
	const headers = {"Content-Type": "application/json"};
	return read(await ask(path, {method: "POST", headers, body: JSON.stringify(body)}));
}
