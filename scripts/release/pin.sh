#!/bin/sh
# pin.sh FILE
# Writes into the file, behind each image that has a tag and no digest, the digest that the tag has now.
. "$(dirname "$0")/common.sh"
file=$1

sed -n 's/^ *[A-Z_]*_IMAGE: *\([^@ ]*\)$/\1/p' "$file" | while read -r image; do
  digest=$(digest_of "$image")
  [ "$digest" ] || refuse "There is no image $image." 'mirror it first, by crane copy.'
  sed "s|$image\$|$image@$digest|" "$file" >"$file.pinned"
  mv "$file.pinned" "$file"
  echo "$image is $digest." >&2
done
