#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Compares every quoted include under src/ with the table of floors (ARCHITECTURE.md): an include
# goes down only. Also: who may include libxml2, linux/kvm.h and the memory policy calls.
#
# usage: check-layers.sh SOURCE_ROOT
set -euo pipefail
cd "$1"

# folder: folders it may include (itself always)
declare -A may=(
	[base]=''
	[spec]='base'
	[host]='base'
	[acpi]='base'
	[plan]='base spec host'
	[domain]='base spec'
	[cmdline]='base spec'
	[qmp]='base'
	[vmm]='base spec host acpi plan cmdline qmp'
	[manager]='base spec host plan domain cmdline qmp'
	[cli]='base spec host plan domain cmdline qmp manager'
	[main]='base spec host plan cmdline qmp vmm manager cli'
)

status=0
complain() {
	echo "$1" >&2
	status=1
}

while IFS=: read -r file line text; do
	folder=${file#src/}
	folder=${folder%%/*}
	included=${text#*\"} # no program is started here: there are a thousand of these lines
	included=${included%%\"*}
	[ -f "src/$included" ] || { complain "$file:$line: \"$included\" is not a path below src/"; continue; }
	target=${included%%/*}
	[ "$target" = "$folder" ] && continue
	[ -n "${may[$folder]+known}" ] || { complain "$file: folder $folder is not in the table"; continue; }
	case " ${may[$folder]} " in
	*" $target "*) ;;
	*) complain "$file:$line: $folder may not include $target ($included)" ;;
	esac
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' src --include='*.c' --include='*.h')

only() { # only PATTERN FOLDER...: these folders alone may match
	local pattern=$1 file
	shift
	while read -r file; do
		case " $* " in
		*" $(cut -d/ -f2 <<<"$file") "*) ;;
		*) complain "$file: only $* may use $pattern" ;;
		esac
	done < <(grep -rlE "$pattern" src --include='*.c' --include='*.h' || true)
}
only '<libxml/' domain
only '<linux/kvm\.h>' vmm
only '<hwloc' host
only '<json-c/' base
only '<uv\.h>' vmm manager
only 'SYS_(mbind|move_pages|set_mempolicy|migrate_pages)' host

exit $status
