# packages.sh: the Debian packages that each kind of work needs, in one place.
# shellcheck shell=bash disable=SC2034

packages_build=(
	gcc libc6-dev meson ninja-build pkg-config
	libjson-c-dev libuv1-dev libhwloc-dev libxml2-dev libsmartcols-dev
	libseccomp-dev libcmocka-dev
	acpica-tools # ACPI goldens
)

# To fetch packages and to make guests and the test host.
packages_images=(
	binutils
	ca-certificates debian-archive-keyring util-linux
	busybox-static cpio e2fsprogs kmod lz4 xz-utils zstd
)

packages_fuzz=(clang llvm libclang-rt-14-dev)
packages_fmt=(clang-format)
packages_lint=(clang-tidy cppcheck shellcheck)

# What the root file system of the test host is made of; apt adds what they
# depend on.  Our programs' libraries come from here too.
packages_testhost=(
	qemu-system-x86 bash busybox-static numactl socat
	libjson-c5 libuv1 libhwloc15 libxml2 libsmartcols1 libseccomp2
	libcmocka0 libasan8 libubsan1
)
