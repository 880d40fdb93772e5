// SPDX-License-Identifier: Apache-2.0
// stream: a tab's end of the stream that all tabs share.
import {Feed} from "./feed.js";

const ALIVE_MS = 20000;

// Without shared workers each tab has its own.
function ownPort(hear) {
	const feed = new Feed();
	const back = {postMessage: (message) => queueMicrotask(() => hear(message))};
	return {postMessage: (message) => feed.hear(back, message)};
}

function sharedPort(hear) {
	const worker = new SharedWorker("/worker.js", {type: "module", name: "onecity-monitor"});
	worker.port.addEventListener("message", ({data}) => hear(data));
	worker.port.start();
	return worker.port;
}

export class Stream {
	// calls: past, batch (of the last follow only), state, news; each with what feed.js says.
	constructor(calls) {
		this.calls = calls;
		this.generation = 0;
		this.filter = null;
		const open = typeof SharedWorker === "function" ? sharedPort : ownPort;
		this.port = open((message) => this.hear(message));
		setInterval(() => this.port.postMessage({type: "alive"}), ALIVE_MS);
		addEventListener("pagehide", () => this.port.postMessage({type: "bye"}));
		addEventListener(
			"pageshow", (event) => event.persisted && this.filter !== null && this.follow(this.filter));
	}

	hear(message) {
		if (message.generation === undefined || message.generation === this.generation)
			this.calls[message.type]?.(message);
	}

	follow(filter) {
		this.filter = filter;
		this.generation++;
		this.port.postMessage({type: "follow", filter, generation: this.generation});
	}

	retry() {
		this.port.postMessage({type: "retry"});
	}
}
