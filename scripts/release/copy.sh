#!/bin/sh
# copy.sh [--dry-run] FROM DIGEST TO TAG
# Copies the image of this digest, never another, to a tag that is free or has it already.
. "$(dirname "$0")/common.sh"
from=$1 digest=$2 to=$3 tag=$4

there=$(digest_of "$to:$tag")
[ "${there:-$digest}" = "$digest" ] ||
  refuse "$to:$tag is published already, as $there." 'release the next version: what is published is never replaced.'
if [ "$there" ]; then
  echo "$to:$tag is there already." >&2
else
  write crane copy "$from@$digest" "$to:$tag"
  [ "$dry_run" ] || [ "$(digest_of "$to:$tag")" = "$digest" ] ||
    refuse "$to:$tag is not $digest after it was copied." 'run this job again; if it stays so, look at the registry.'
fi
