// SPDX-License-Identifier: Apache-2.0
// queue: the last so many of what came, and how many did not fit. What is put in either stays, is given
// out, or is counted: nothing is lost without a number.
export class Queue {
	constructor(cap) {
		this.cap = cap;
		this.items = [];
		this.entries = 0; // of all that came since the last take
		this.lost = 0;
	}

	// Heartbeats are no entries: they are not counted. An item "skipped" stands for the entries it counts.
	add(item) {
		this.items.push(item);
		this.entries += weight(item);
		if (this.items.length > this.cap * 2)
			this.cut();
	}

	cut() {
		const over = this.items.splice(0, Math.max(0, this.items.length - this.cap));
		this.lost += over.reduce((sum, item) => sum + weight(item), 0);
	}

	// {items, entries, lost}: the last ones that fit; entries counts them and those that were lost.
	take() {
		this.cut();
		const taken = {items: this.items, entries: this.entries, lost: this.lost};
		this.items = [];
		this.entries = this.lost = 0;
		return taken;
	}

	// What another queue's take gave.
	addTaken({items, entries, lost}) {
		this.items.push(...items);
		this.entries += entries;
		this.lost += lost;
		this.cut();
	}
}

export function weight(item) {
	return item.type === "entry" ? 1 : item.type === "skipped" ? item.data.count ?? 0 : 0;
}
