// SPDX-License-Identifier: Apache-2.0
// worker: the one stream of a browser, shared by its tabs: a browser opens six connections to one place, not more.
import {Feed} from "./feed.js";

const feed = new Feed();

self.addEventListener("connect", ({ports: [port]}) => {
	port.addEventListener("message", ({data}) => feed.hear(port, data));
	port.start();
});
