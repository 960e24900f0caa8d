#!/usr/bin/env bash
# Speed against public yardsticks, as ratios of medians in one run. Anyone can run it:
#
#   cargo build --release && scripts/bench.sh REPOSITORY...
#
# REPOSITORY is a clone with a working tree. Needs hyperfine, jq, rg and git; other scanners that stand on
# the PATH (betterleaks, gitleaks, kingfisher) are timed too when OTHERS=1.
set -euo pipefail
tool=${TOOL:-$(dirname "$0")/../target/release/tokensieve}
runs=${RUNS:-7}
[ $# -gt 0 ] || { sed -n '2,8p' "$0"; exit 2; }

# time NAME COMMAND: median seconds of several runs, a warm one first
time_of() {
  hyperfine --shell=bash --ignore-failure --warmup 1 --runs "$runs" --export-json /tmp/bench.$$.json "$1" >/dev/null 2>&1
  jq -r '.results[0].median' /tmp/bench.$$.json
  rm -f /tmp/bench.$$.json
}
row() { awk -v n="$1" -v a="$2" -v b="$3" 'BEGIN { printf "  %-34s %8.3f s   %5.2f of the yardstick\n", n, a, a / b }'; }

for repository in "$@"; do
  echo "$repository"
  yardstick=$(time_of "rg -uu -c 'gh[pousr]_[A-Za-z0-9]{36}|github_pat_' '$repository'")
  row "rg, one pattern" "$yardstick" "$yardstick"
  row "tokensieve dir" "$(time_of "'$tool' dir -q '$repository' > /dev/null")" "$yardstick"
  yardstick=$(time_of "git -C '$repository' cat-file --batch-all-objects --batch --unordered --buffer > /dev/null")
  row "git cat-file, every object" "$yardstick" "$yardstick"
  row "tokensieve git" "$(time_of "'$tool' git -q '$repository' > /dev/null")" "$yardstick"
  row "tokensieve git -j 1" "$(time_of "'$tool' git -q -j 1 '$repository' > /dev/null")" "$yardstick"
  if [ "${OTHERS:-}" = 1 ]; then
    command -v betterleaks >/dev/null && row betterleaks "$(runs=1 time_of "betterleaks git '$repository' > /dev/null")" "$yardstick"
    command -v gitleaks >/dev/null && row gitleaks "$(runs=1 time_of "gitleaks git '$repository' > /dev/null")" "$yardstick"
    command -v kingfisher >/dev/null && row kingfisher "$(runs=1 time_of "kingfisher scan '$repository' --no-validate --no-update-check > /dev/null")" "$yardstick"
  fi
done
