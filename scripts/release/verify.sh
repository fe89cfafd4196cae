#!/bin/sh
# verify.sh [--dry-run] IMAGE DIGEST PUBLIC_KEY
# What whoever pulls the version can check: that our key signed this very digest, its SBOM and its provenance.
. "$(dirname "$0")/common.sh"
image=$1 digest=$2 key=$3
[ -s "$key" ] || refuse "There is no public key $key." 'commit the public half of COSIGN_KEY as cosign.pub (docs/release.md).'
[ ! "$dry_run" ] || { echo "Would verify $image with $key." >&2; exit; }
again='run the job sign again, then this one; until both are green nothing is released.'

# A key needs no public roots of trust; without these words cosign would fetch them from the internet.
roots=$scratch/roots.json
echo '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}' >"$roots"
set -- --key "$key" --trusted-root "$roots" --private-infrastructure=true

signed=$(cosign verify "$@" "$image" 2>/dev/null) ||
  refuse "$image is not signed with this key." "$again"
echo "$signed" | grep -q "\"docker-manifest-digest\":\"$digest\"" ||
  refuse "$image is not $digest, which was tested." 'find out who moved the tag; do not release.'
for type in cyclonedx slsaprovenance1; do
  cosign verify-attestation "$@" --type "$type" "$image" >/dev/null 2>&1 ||
    refuse "$image has no $type attestation signed with this key." "$again"
done
echo "$image is $digest, signed, with its SBOM and its provenance." >&2
