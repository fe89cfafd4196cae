# Read by the other steps. POSIX sh, because the images of crane and cosign have busybox and nothing else.
set -eu

dry_run=
[ "${1:-}" != --dry-run ] || { dry_run=yes; shift; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What GitLab hands over as a variable, crane and cosign read from a file. The one for releases is seen on protected tags only.
auth=${RELEASE_AUTH_CONFIG:-${DOCKER_AUTH_CONFIG:-}}
if [ "$auth" ]; then
  export DOCKER_CONFIG="$scratch"
  printf %s "$auth" >"$scratch/config.json"
fi

refuse() {
  printf 'ERROR %s\nNext: %s\n' "$1" "$2" >&2
  exit 1
}

# Every step that writes does so through here: a dry run reads and checks all the same.
write() {
  if [ "$dry_run" ]; then echo "Would run: $*" >&2; else "$@"; fi
}

# The digest of an image, or nothing when there is none. Only "not found" is not found.
digest_of() {
  if found=$(crane digest "$1" 2>&1); then
    echo "$found"
  elif ! echo "$found" | grep -Eq 'MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found'; then
    refuse "$1 could not be looked up: $found" 'check the registry and the credentials in DOCKER_AUTH_CONFIG, then run the job again.'
  fi
}

# label IMAGE NAME
label() {
  crane config "$1" | sed -n "s|.*\"$2\":\"\([^\"]*\)\".*|\1|p"
}
