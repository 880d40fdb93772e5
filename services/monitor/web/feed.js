// SPDX-License-Identifier: Apache-2.0
// feed: one stream from the monitor for all tabs of a browser, begun again behind the last entry that came,
// so that there is neither a hole nor a double. Runs in worker.js, or in the page where there are no shared workers.
import {parseFilter, passes, passesHeartbeat, passesSource} from "./filter.js";
import {Queue} from "./queue.js";

const LAST = 1000; // entries of the past to begin with
const KEPT = 2000; // for tabs that come later
const CAP = 500; // handed to a tab at once
const EVERY_MS = 100;
const SILENCE_MS = 25000; // the monitor sends a comment every 10 s
const WAITS_MS = [500, 1000, 2000, 5000, 10000];
const FORGET_MS = 180000; // a tab that says nothing for so long is gone

// Calls take(type, data, id) for each event of a stream of text; returns the rest of it.
export function readEvents(text, take) {
	const blocks = text.split(/\r?\n\r?\n/);
	const rest = blocks.pop();
	for (const block of blocks) {
		const one = {event: "message", data: "", id: null};
		for (const line of block.split(/\r?\n/)) {
			const found = /^(event|data|id):\s?(.*)$/.exec(line);
			if (found)
				one[found[1]] = found[2];
		}
		if (one.data !== "")
			take(one.event, JSON.parse(one.data), one.id);
	}
	return rest;
}

function numberOf(id) {
	const [run, number] = id.split("-");
	return {run, number: Number(number)};
}

export class Feed {
	constructor() {
		this.tabs = new Map(); // port -> {filter, generation, queue, heard}
		this.recent = []; // items with an id
		this.last = null; // {run, number} of the last that came
		this.begun = 1; // recent holds all from this number on
		this.state = {state: "connecting", since: Date.now(), fails: 0};
		this.running = false;
		this.timer = setInterval(() => this.flush(), EVERY_MS);
	}

	// --- tabs ------------------------------------------------------------------------------

	hear(port, message) {
		const calls = {
			follow: () => this.follow(port, message),
			retry: () => this.retry(),
			bye: () => this.tabs.delete(port)
		};
		const tab = this.tabs.get(port);
		if (tab)
			tab.heard = Date.now();
		calls[message.type]?.();
	}

	follow(port, {filter, generation}) {
		this.tabs.set(
			port, {filter: parseFilter(filter), generation, queue: new Queue(CAP), heard: Date.now()});
		port.postMessage({type: "state", ...this.state});
		if (this.last !== null)
			this.sendPast(port);
		this.run();
	}

	// What is kept of the past comes first, in one piece with what follows.
	sendPast(port) {
		const tab = this.tabs.get(port);
		for (const item of this.recent)
			if (isWanted(tab.filter, item))
				tab.queue.add(item);
		tab.hasPast = true;
		port.postMessage({type: "past", generation: tab.generation, begun: this.begun, ...tab.queue.take()});
	}

	say(message) {
		for (const port of this.tabs.keys())
			port.postMessage(message);
	}

	flush() {
		for (const [port, tab] of this.tabs)
			if (Date.now() - tab.heard > FORGET_MS)
				this.tabs.delete(port);
			else if (tab.queue.items.length > 0)
				port.postMessage({type: "batch", generation: tab.generation, ...tab.queue.take()});
		if (this.reader && Date.now() - this.heard > SILENCE_MS)
			this.reader.abort();
	}

	tell(state, more) {
		const since = state === this.state.state ? this.state.since : Date.now();
		this.state = {state, since, fails: this.state.fails, ...more};
		this.say({type: "state", ...this.state});
	}

	// --- the stream ------------------------------------------------------------------------

	retry() {
		this.wake?.();
		this.run();
	}

	async run() {
		if (this.running)
			return;
		this.running = true;
		while (this.tabs.size > 0 && await this.once())
			await this.rest();
		this.running = false;
	}

	// False: it is of no use to try again before somebody signs in.
	async once() {
		this.reader = new AbortController();
		this.heard = Date.now();
		try {
			const headers = this.last ? {"Last-Event-ID": `${this.last.run}-${this.last.number}`} : {};
			const answer = await fetch(
				`/v1/stream?last=${LAST}`, {headers, signal: this.reader.signal, cache: "no-store"});
			if (answer.status === 401)
				return this.tell("signed_out"), false;
			if (!answer.ok)
				throw new Error();
			this.tell("live", {fails: 0});
			await this.read(answer.body.pipeThrough(new TextDecoderStream()).getReader());
		} catch { /* told below, whatever it was */
		}
		this.reader.abort();
		this.reader = null;
		const fails = this.state.fails + 1;
		const wait = WAITS_MS[Math.min(fails, WAITS_MS.length) - 1];
		this.tell("broken", {fails, again: Date.now() + wait});
		return true;
	}

	async read(reader) {
		let text = "";
		for (;;) {
			const {done, value} = await reader.read();
			if (done)
				return;
			this.heard = Date.now();
			text = readEvents(text + value, (type, data, id) => this.take(type, data, id));
		}
	}

	rest() {
		return new Promise((resolve) => {
			this.wake = resolve;
			setTimeout(resolve, Math.max(0, this.state.again - Date.now()));
		});
	}

	take(type, data, id) {
		if (type === "hello")
			this.greet(data);
		else if (type === "gap" || type === "state")
			this.say({type: "news", about: type});
		else if (id === null || this.isNew(id))
			this.hand({type, data, id});
	}

	greet({run, first, next}) {
		if (this.last?.run !== run) {
			this.recent = [];
			this.begun = Math.max(first, next - LAST);
			this.last = {run, number: this.begun - 1};
		}
		for (const [port, tab] of this.tabs)
			if (!tab.hasPast)
				this.sendPast(port);
	}

	isNew(id) {
		const {run, number} = numberOf(id);
		const isNew = run !== this.last?.run || number > this.last.number;
		if (isNew)
			this.last = {run, number};
		return isNew;
	}

	hand(item) {
		if (item.id !== null) {
			this.recent.push(item);
			if (this.recent.length > KEPT * 2)
				this.forget();
		}
		for (const tab of this.tabs.values())
			if (isWanted(tab.filter, item))
				tab.queue.add(item);
	}

	forget() {
		const gone = this.recent.splice(0, this.recent.length - KEPT);
		this.begun = numberOf(gone.at(-1).id).number + 1;
	}
}

function isWanted(filter, {type, data}) {
	if (type === "heartbeat")
		return passesHeartbeat(filter, data);
	return type === "skipped" ? passesSource(filter, data) : passes(filter, data);
}
