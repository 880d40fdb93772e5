// SPDX-License-Identifier: Apache-2.0
// filter: which events a reader wants to see, with the same terms and meaning as the monitor's:
// by source, kind, status, operation and reason, and never by person.
const TERMS_MAX = 16, LETTERS_MAX = 512;
const statuses = {
	put: "accepted",
	retract: "accepted",
	reject: "rejected",
	settle: "settled"
};

const names = {
	source: {form: /^[a-z][a-z-]{0,62}$/, of: (entry) => entry.department},
	kind: {form: /^[a-z][a-z_]{0,62}$/, of: (entry) => entry.kind},
	status: {form: /^(accepted|rejected|settled)$/, of: (entry) => statuses[entry.operation]},
	operation: {form: /^(put|retract|reject|settle)$/, of: (entry) => entry.operation},
	reason: {form: /^[a-z_]{1,63}$/, of: (entry) => entry.note ?? ""},
};

function parseTerm(text) {
	const negated = text.startsWith("-");
	const [name, value, ...more] = text.slice(negated ? 1 : 0).split(":");
	if (!Object.hasOwn(names, name) || value === undefined || more.length > 0 || !names[name].form.test(value))
		return null;
	return {name, value, negated};
}

// {text, terms, heartbeats, mistake}: mistake is the number of the first term that is not understood, 0: none.
// known: values of some names; others are mistakes.
export function parseFilter(text, known = {}) {
	const words = text.trim().split(/\s+/).filter((one) => one !== "");
	const filter = {text: words.join(" "), terms: [], heartbeats: true, mistake: 0};
	words.forEach((one, place) => {
		const term = one === "-heartbeat" ? null : parseTerm(one);
		const isUnknown =
			term !== null && known[term.name]?.length > 0 && !known[term.name].includes(term.value);
		if (one === "-heartbeat")
			filter.heartbeats = false;
		else if ((term === null || isUnknown) && filter.mistake === 0)
			filter.mistake = place + 1;
		else if (term !== null)
			filter.terms.push(term);
	});
	if (filter.mistake === 0 && (filter.terms.length > TERMS_MAX || filter.text.length > LETTERS_MAX))
		filter.mistake = TERMS_MAX + 1;
	return filter;
}

function holds(filter, entry, only) {
	const wanted = new Map();
	for (const {name, value, negated} of filter.terms) {
		if (only && name !== only)
			continue;
		const equal = names[name].of(entry) === value;
		if (negated && equal)
			return false;
		if (!negated)
			wanted.set(name, wanted.get(name) || equal);
	}
	return [...wanted.values()].every(Boolean);
}

export function passes(filter, entry) {
	return holds(filter, entry, null);
}

// Of what was only counted, the source alone is known.
export function passesSource(filter, one) {
	return one.department === undefined || holds(filter, one, "source");
}

export function passesHeartbeat(filter, beat) {
	return filter.heartbeats && holds(filter, beat, "source");
}

// The text with one term put in or taken out.
export function withTerm(text, term, wanted) {
	const words = text.split(/\s+/).filter((one) => one !== "" && one !== term);
	return (wanted ? [...words, term] : words).join(" ");
}

// The text with all terms of a name replaced by one, or by none.
export function withOnly(text, name, value) {
	const words = text.split(/\s+/).filter(
		(one) => one !== "" && !one.startsWith(name + ":") && !one.startsWith(`-${name}:`));
	return (value ? [`${name}:${value}`, ...words] : words).join(" ");
}
