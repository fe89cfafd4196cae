#!/bin/sh
# find-tested.sh [--dry-run] CANDIDATES RELEASES COMMIT VERSION OUT
# Finds the image that passed all tests at this commit and may become the version, or refuses: nothing is published before.
# Writes OUT/digest, and OUT/tested-in, the pipeline that tested it.
. "$(dirname "$0")/common.sh"
candidates=$1 releases=$2 commit=$3 version=$4 out=$5
green='let the pipeline of the branch at this commit end green, then run this job again.'

digest=$(digest_of "$candidates:$commit")
[ "$digest" ] || refuse "There is no image of the commit $commit in $candidates." "$green"

by=
tested=$(digest_of "$candidates:$commit.tested")
if [ "$tested" ]; then
  passed=$(label "$candidates:$commit.tested" tested.digest)
  by=$(label "$candidates:$commit.tested" tested.pipeline)
  [ "$passed" = "$digest" ] ||
    refuse "$candidates:$commit is $digest, but $passed is what was tested." 'find out who replaced it, then release a new commit.'
elif [ ! "$dry_run" ]; then
  refuse "The image of the commit $commit never passed its tests." "$green"
fi

for each in "revision=$commit" "version=$version"; do
  is=$(label "$candidates@$digest" "org.opencontainers.image.${each%%=*}")
  [ "$is" = "${each#*=}" ] ||
    refuse "The image's ${each%%=*} is \"$is\", not \"${each#*=}\": the tag is not where the version was made." \
      'delete the tag, if nothing was released from it, and tag the commit whose package.json has this version.'
done

published=$(digest_of "$releases:$version")
[ "${published:-$digest}" = "$digest" ] ||
  refuse "$releases:$version is published already, as $published; this commit's image is $digest. The tag was moved." \
    'put the tag back where it was, and release the next version: what is published is never replaced.'

mkdir -p "$out"
echo "$digest" >"$out/digest"
echo "${by:-not tested yet}" >"$out/tested-in"
echo "$candidates@$digest, tested in $(cat "$out/tested-in"), may become $version." >&2
