# SPDX-License-Identifier: Apache-2.0
# lib: what scripts/demo and scripts/test share. Sourced, with the tree's root as working directory.
# shellcheck shell=bash

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "$(basename "$0"): $*"
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root, or sudo: $*"
	fi
}

# The names in scripts/packages of these purposes: build, run, test, fuzz.
packages_for() {
	local purpose
	for purpose in "$@"; do
		sed -n "s/^$purpose //p" scripts/packages
	done
}

# Runs a command; what it prints is shown only if it fails. filter: a pattern of lines to leave out then.
quietly() { # FILTER COMMAND...
	local filter=$1 log code=0
	shift
	log=$(mktemp)
	"$@" >"$log" 2>&1 || code=$?
	if [ "$code" -ne 0 ]; then
		grep -v "$filter" "$log" | tail -n 60 >&2 || true
	fi
	rm -f "$log"
	return "$code"
}

missing_of() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
	done
}

apt_install() {
	quietly '^$' as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 \
		-o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
}

# Of these only the programs are wanted (of prometheus: promtool); their packages would start services, now and at
# every boot.
programs_only='redis-server|prometheus'

apt_install_without_services() {
	local policy=/usr/sbin/policy-rc.d made=no code=0 package
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root sh -c "cat >$policy && chmod 755 $policy"
		made=yes
	fi
	apt_install "$@" || code=$?
	if [ "$made" = yes ]; then
		as_root rm -f "$policy"
	fi
	if [ "$code" -eq 0 ] && [ -d /run/systemd/system ]; then
		for package in "$@"; do
			as_root systemctl disable --now "$package.service" >/dev/null 2>&1 || true
		done
	fi
	return "$code"
}

# Installs what is missing for these purposes; with nothing missing the network is not needed.
install_packages() {
	local missing quiet=() others=()
	mapfile -t missing < <(missing_of $(packages_for "$@"))
	[ "${#missing[@]}" -gt 0 ] || return 0
	command -v apt-get >/dev/null || die "not a Debian: please install the likes of: ${missing[*]}"
	say "installing: ${missing[*]}"
	quietly '^$' as_root apt-get -q -o DPkg::Lock::Timeout=300 update || die "the package lists cannot be fetched"
	mapfile -t quiet < <(printf '%s\n' "${missing[@]}" | grep -vxE "$programs_only")
	mapfile -t others < <(printf '%s\n' "${missing[@]}" | grep -xE "$programs_only")
	if [ "${#quiet[@]}" -gt 0 ]; then
		apt_install "${quiet[@]}" || die "the packages cannot be installed"
	fi
	if [ "${#others[@]}" -gt 0 ]; then
		apt_install_without_services "${others[@]}" || die "${others[*]} cannot be installed"
	fi
}

# Builds a preset of CMakePresets.json. A build directory that was made in another way is begun anew.
build() {
	say "building ($1)"
	cmake --preset "$1" >/dev/null 2>&1 || quietly '^-- ' cmake --fresh --preset "$1" ||
		die "the build cannot be configured"
	quietly '^\[[0-9]*/' cmake --build --preset "$1" || die "the build failed"
}
