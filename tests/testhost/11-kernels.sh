# testhost: --topology two --timeout 400
# The release's own cloud kernel and the newest one boot, as bzImage and as ELF; memory above the PCI
# hole is there.
. /terrace/src/tests/testhost/lib.sh

for kernel in own newest; do
	for image in bzImage vmlinux; do
		vmm_run "$tmp/log" 120 -m 256
		cat "$tmp/log"
		equal "$kernel $image: power-off ends it" "$status" 0
		check "$kernel $image: reaches init" grep -q "guest: up" "$tmp/log"
		equal "$kernel $image: CPUs" "$(cell_field "$tmp/log" 0 cpus)" 0
	done
done

kernel=newest image=vmlinux
vmm_run "$tmp/log" 120 -m 3G
equal "3 GiB: power-off ends it" "$status" 0
near "3 GiB: the guest has both parts of it, below and above 4 GiB" "$(cell_field "$tmp/log" 0 present_kib)" 3145728 2
