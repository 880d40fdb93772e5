// SPDX-License-Identifier: Apache-2.0
// names: what departments and kinds are called; learnt from /v1/sources.
import {language, word} from "./words.js";

const departments = new Map(); // name -> { number, title, kinds: name -> title }

export function learn(sources) {
	for (const source of sources)
		departments.set(source.department, {
			number: source.number,
			title: source.title,
			kinds: new Map(source.kinds.map((kind) => [kind.kind, kind.title])),
		});
}

export const knownDepartments = () => [...departments.keys()];
export const knownKinds = () => [...new Set([...departments.values()].flatMap((one) => [...one.kinds.keys()]))];

export function titleText(title, otherwise) {
	return title?.[language()] ?? otherwise;
}

export function departmentTitle(name) {
	return titleText(departments.get(name)?.title, name);
}

export function departmentNumber(name) {
	return departments.get(name)?.number ?? 0;
}

export function kindTitle(department, kind) {
	return titleText(departments.get(department)?.kinds.get(kind), kind ?? "");
}

// The note of an entry, or a problem, in words.
export function noteText(one) {
	return one[language()] ?? word("note_" + (one.note ?? one.code ?? ""));
}
