#!/bin/sh
# record-tests.sh [--dry-run] CANDIDATES COMMIT DIGEST PIPELINE_URL
# Writes beside the commit's image that this very digest passed everything. A release looks for it.
. "$(dirname "$0")/common.sh"
candidates=$1 commit=$2 digest=$3 pipeline=$4

[ "$(digest_of "$candidates:$commit")" = "$digest" ] ||
  refuse "$candidates:$commit is not the image that was tested, $digest." 'run the whole pipeline again for a new commit.'
write crane mutate "$candidates@$digest" --label "tested.digest=$digest" --label "tested.pipeline=$pipeline" \
  --tag "$candidates:$commit.tested" >&2
echo "$digest passed in $pipeline." >&2
