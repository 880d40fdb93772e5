// SPDX-License-Identifier: Apache-2.0
// commands: what to type to get the same from the command line.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// For what the command line has no option for, and as any program would ask.
export function curlCommand(path, flags = "-sS") {
	return `curl ${flags} -H "@\${ONECITY_DATA:-onecity-data}/tokens/monitor" ${quoted(location.origin + path)}`;
}

export function tailCommand(filter, since) {
	const terms = filter.text.split(" ").filter((term) => term !== "" && term !== "-heartbeat").join(" ");
	return ["onecity tail", since ? `--since ${since}` : "-f", terms && `--filter ${quoted(terms)}`]
		.filter(Boolean)
		.join(" ");
}

export function rejectsCommand(part, {department, kind, code, ids, reason}) {
	const which =
		ids ? ids.join(" ") : [kind && `--kind ${kind}`, code && `--code ${code}`].filter(Boolean).join(" ");
	return ["onecity rejects", part, reason !== undefined && `--reason ${quoted(reason)}`, department, which]
		.filter(Boolean)
		.join(" ");
}

export function pushCommand(department, kind) {
	return `onecity push ${department} ${kind} rows.csv`;
}

export const codeCommand = () => curlCommand("/v1/session/code", "-sS -X POST");
