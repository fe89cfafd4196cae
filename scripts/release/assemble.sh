#!/bin/sh
# assemble.sh BASE LAYER IMAGE LABEL=VALUE...
# Puts the layer on the base as the Dockerfile would, with no privilege. Prints the digest.
. "$(dirname "$0")/common.sh"
base=$1 layer=$2 image=$3
shift 3

resolved=$(digest_of "$base")
[ "$resolved" ] || refuse "There is no image $base." 'mirror it, or correct RUNTIME_IMAGE in .gitlab/tools.yml.'
if crane config --platform linux/amd64 "$base" | grep -q '"Entrypoint":\['; then
  refuse "$base has an entrypoint, which would swallow what a runner starts." 'choose a base without one.'
fi

set -- "$@" title=sagemaker-components "base.name=$base" "base.digest=$resolved"
for label in "$@"; do
  set -- "$@" --label "org.opencontainers.image.$label"
  shift
done
repository=${image%:*}
digest=$(crane mutate "$base" --platform linux/amd64 --append "$layer" --user 10001:10001 --cmd sh "$@" --repo "$repository")
digest=${digest##*@}

there=$(digest_of "$image")
[ "${there:-$digest}" = "$digest" ] ||
  refuse "$image is there already, with other content ($there instead of $digest)." \
    "push a new commit: an image by commit is not replaced."
[ "$there" ] || crane tag "$repository@$digest" "${image##*:}"
echo "$digest"
