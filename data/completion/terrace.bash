# SPDX-License-Identifier: Apache-2.0
# Completion of terrace(1) for bash; made by "terrace help --completion bash".
# shellcheck shell=bash

_terrace_verbs='console create define destroy domid dominfo domname domstate domuuid domxml-to-native dumpxml list qemu-monitor-command reboot reset resume run shutdown start suspend undefine validate emulatorpin iothreadpin memtune numatune plan vcpucount vcpuinfo vcpupin capabilities doctor freecell freepages nodeinfo nodememstats help version'

# KIND:NAME:VALUES of each argument.
_terrace_args() {
	case $1 in
	console) echo 'P:domain:@running O:devname:' ;;
	create) echo 'P:file:@file F:console: F:validate: F:lax: F:paused: F:autodestroy:' ;;
	define) echo 'P:file:@file F:validate: F:lax:' ;;
	destroy) echo 'P:domain:@running F:graceful:' ;;
	domid) echo 'P:domain:@domain' ;;
	dominfo) echo 'P:domain:@domain' ;;
	domname) echo 'P:domain:@domain' ;;
	domstate) echo 'P:domain:@domain F:reason:' ;;
	domuuid) echo 'P:domain:@domain' ;;
	domxml-to-native) echo 'P:format:qemu-argv P:xml:@file O:domain:@domain O:host:@file O:emulator:@file F:lax:' ;;
	dumpxml) echo 'P:domain:@domain F:inactive:' ;;
	list) echo 'F:inactive: F:all: F:persistent: F:transient: F:state-running: F:state-paused: F:state-shutoff: F:state-other: F:uuid: F:name: F:id: F:table:' ;;
	qemu-monitor-command) echo 'P:domain:@running F:hmp: F:pretty: F:return-value: R:cmd:' ;;
	reboot) echo 'P:domain:@running O:mode:acpi' ;;
	reset) echo 'P:domain:@running' ;;
	resume) echo 'P:domain:@running' ;;
	run) echo 'P:domain:@file F:lax: F:paused: F:autodestroy:' ;;
	shutdown) echo 'P:domain:@running O:mode:acpi' ;;
	start) echo 'P:domain:@stopped F:console: F:paused: F:autodestroy:' ;;
	suspend) echo 'P:domain:@running' ;;
	undefine) echo 'P:domain:@domain' ;;
	validate) echo 'R:file:@file F:lax:' ;;
	emulatorpin) echo 'P:domain:@domain P:cpulist: F:config: F:live: F:current:' ;;
	iothreadpin) echo 'P:domain:@domain P:iothread: P:cpulist: F:config: F:live: F:current:' ;;
	memtune) echo 'P:domain:@domain O:hard-limit: O:soft-limit: O:swap-hard-limit: O:min-guarantee: F:config: F:live: F:current:' ;;
	numatune) echo 'P:domain:@domain P:mode:strict,preferred,interleave,restrictive,weighted-interleave P:nodeset: O:cell: F:config: F:live: F:current:' ;;
	plan) echo 'P:domain:@domain O:host:@file F:lax:' ;;
	vcpucount) echo 'P:domain:@domain F:maximum: F:active: F:live: F:config: F:current:' ;;
	vcpuinfo) echo 'P:domain:@domain F:pretty:' ;;
	vcpupin) echo 'P:domain:@domain P:vcpu: P:cpulist: F:config: F:live: F:current:' ;;
	capabilities) echo 'O:host:@file' ;;
	freecell) echo 'P:cellno: F:all: O:host:@file' ;;
	freepages) echo 'P:cellno: P:pagesize: F:all: O:host:@file' ;;
	nodeinfo) echo 'O:host:@file' ;;
	nodememstats) echo 'P:cell: O:host:@file' ;;
	help) echo 'P:verb:@verb O:completion:bash F:manual:' ;;
	esac
}

# One name a line: what the arguments of a verb may be.
_terrace_values() {
	case $1 in
	@domain) terrace list --all --name 2>/dev/null ;;
	@running) terrace list --name 2>/dev/null ;;
	@stopped) terrace list --inactive --name 2>/dev/null ;;
	@file) compgen -f -- "$2" ;;
	@verb) printf '%s\n' "${_terrace_verbs// /$'\n'}" ;;
	*) printf '%s\n' "${1//,/$'\n'}" ;;
	esac
}

_terrace() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local verb=${COMP_WORDS[1]-} values='' names='' arg name value skip='' i given=0
	local positionals=()
	local IFS=$' \t\n'

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$_terrace_verbs" -- "$cur")
		return
	fi
	# bash cuts --mode=strict into three words.
	if [ "$cur" = = ]; then
		cur=''
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for arg in $(_terrace_args "$verb"); do
		name=${arg#*:}
		value=${name#*:}
		name=--${name%%:*}
		case $arg in
		F:*) names+=" $name" ;;
		O:* | P:*)
			names+=" $name"
			skip+=" $name "
			[ "$prev" != "$name" ] || values=$value
			;;
		esac
		[[ $arg != P:* ]] || positionals+=("$value")
	done
	if [ -z "$values" ] && [[ $skip != *" $prev "* ]]; then
		for ((i = 2; i < COMP_CWORD; i++)); do
			[[ ${COMP_WORDS[i]} == [-=]* || ${COMP_WORDS[i - 1]} == = ||
				$skip == *" ${COMP_WORDS[i - 1]} "* ]] || given=$((given + 1))
		done
		values=${positionals[given]-}
	fi
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$names --json --help" -- "$cur")
	elif [ -n "$values" ]; then
		# Not by compgen -W, which would expand a name with a dollar in it.
		while IFS= read -r value; do
			[[ -z $value || $value != "$cur"* ]] || COMPREPLY+=("$value")
		done < <(_terrace_values "$values" "$cur")
	fi
}

complete -o filenames -F _terrace terrace
