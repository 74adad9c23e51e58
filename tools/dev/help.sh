# help.sh: the list of verbs.
set -euo pipefail
cat <<'EOF'
./dev VERB [OPTIONS]

  setup [--refresh]      install Debian packages, fetch kernels and QEMU, configure build/
                         (--refresh: look for newer kernels and QEMU on the mirror)
  build                  compile into build/
  demo [--testhost]      the main job, on this machine's KVM or in the test host
  check [SUITE...]       every test: build/ tests, then the suites in the test host
  quick                  the build/ tests only
  san [--testhost]       the same tests with ASan and UBSan, in build-san/
  fuzz [TARGET] [SECONDS]  libFuzzer on one target or all, in build-fuzz/
  fmt [--check]          clang-format over the tracked C files
  lint                   clang-tidy, cppcheck, shellcheck
  golden                 run the tests and rewrite their expected outputs
  guest [--kernel K]...  guest kernels and initramfs in build/guest/
  testhost [OPTIONS] -- COMMAND...   run COMMAND in an emulated NUMA host with KVM
                         (./dev testhost --help)
  bench [ARGS]           the benchmarks, QEMU beside ours
  help                   this text

Downloads are kept in ${TERRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/terrace}.
Every command that is run is printed with a leading +.
EOF
