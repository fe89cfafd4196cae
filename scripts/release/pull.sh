#!/bin/sh
# pull.sh IMAGE DIGEST
# Pulls the version as a runner would, every layer of it, and compares.
. "$(dirname "$0")/common.sh"
image=$1 digest=$2

found=$(digest_of "$image")
[ "$found" = "$digest" ] ||
  refuse "$image is ${found:-nothing}, and should be $digest." 'wait until the registry to pull from has what was published, then run this job again.'
crane validate --remote "$image" >&2
