#!/bin/sh
# sign.sh [--dry-run] IMAGE@DIGEST KEY SBOM PROVENANCE
# Attaches the SBOM and provenance, and signs them and the image with the key: a file, or a KMS address. Nothing is uploaded to
# a public transparency log.
. "$(dirname "$0")/common.sh"
image=$1 key=$2 sbom=$3 provenance=$4

upload=true no_upload=false
[ ! "$dry_run" ] || { upload=false no_upload=true; }

cosign sign --yes --key "$key" --tlog-upload=false --upload=$upload "$image" >&2
cosign attest --yes --key "$key" --tlog-upload=false --no-upload=$no_upload --replace \
  --type cyclonedx --predicate "$sbom" "$image" >/dev/null
cosign attest --yes --key "$key" --tlog-upload=false --no-upload=$no_upload --replace \
  --type slsaprovenance1 --predicate "$provenance" "$image" >/dev/null
