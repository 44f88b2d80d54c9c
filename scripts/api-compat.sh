#!/usr/bin/env bash
# Compares the public API with that of the last release (the newest tag v*): fails when users would have to change their code.
# With two directories as arguments it compares these packages instead.
set -euo pipefail
cd "$(dirname "$0")/.."
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
ignore=.compatignore
[ -f "$ignore" ] || ignore=/dev/null

if [ $# -eq 2 ]; then
  exec npx --no-install jsii-diff --keys --error-on all --ignore-file "$ignore" "$1" "$2"
fi

tag=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || true)
if [ -z "$tag" ]; then
  echo 'no release yet: there is nothing to be compatible with'
  exit 0
fi
release=$(mktemp -d)
trap 'git worktree remove --force "$release"' EXIT
git worktree add --quiet --detach "$release" "$tag"
(cd "$release" && npm ci --silent && npx --no-install jsii --silence-warnings=reserved-word)
echo "compared with $tag:"
npx --no-install jsii-diff --keys --error-on all --ignore-file "$ignore" "$release" .
