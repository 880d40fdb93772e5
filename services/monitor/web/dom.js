// SPDX-License-Identifier: Apache-2.0
// dom: elements made by script. Text goes in as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function give(element, name, value) {
	if (name.startsWith("on") && value)
		element.addEventListener(name.slice(2), value);
	else if (value === true)
		element.setAttribute(name, "");
	else if (value !== false && value !== null && value !== undefined)
		element.setAttribute(name, String(value));
}

function make(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes ?? {}))
		give(element, name, value);
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return element;
}

export function el(name, attributes, ...children) {
	return make(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
	return make(document.createElementNS(SVG, name), attributes, children);
}

export function button(text, press, attributes) {
	return el("button", {type: "button", onclick: press, ...attributes}, text);
}

// What has not changed is left alone: it would lose the user's selection.
export function put(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

export function mark(element, name, value) {
	if (value === null || value === undefined || value === false)
		element.removeAttribute(name);
	else if (element.getAttribute(name) !== String(value))
		element.setAttribute(name, String(value));
}

// Makes the children of parent be those of items, in their order, keeping what is there already:
// make(item) gives {node, update(item)}. Focus and selection stay.
export function keyed(parent, items, keyOf, makeRow) {
	const before = parent.keyedRows ?? new Map();
	const rows = new Map();
	let place = parent.tHead ? parent.tHead.nextElementSibling : parent.firstElementChild;
	for (const item of items) {
		const key = keyOf(item);
		const row = before.get(key) ?? makeRow(item);
		row.update(item);
		rows.set(key, row);
		if (row.node === place)
			place = place.nextElementSibling;
		else
			parent.insertBefore(row.node, place);
	}
	for (const [key, row] of before)
		if (!rows.has(key))
			row.node.remove();
	parent.keyedRows = rows;
}

export function head(...titles) {
	return el("thead", {}, el("tr", {}, titles.map(([name, text]) => el("th", {scope: "col", class: name}, text))));
}
