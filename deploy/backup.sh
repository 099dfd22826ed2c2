#!/usr/bin/env bash
# Back up a node and its homes: backup.sh DIRECTORY. Names the file that it wrote.
# What is left out, and why: lock stores (never restored, docs/operate/backup.md), keys (backed up
# apart, encrypted, by whoever holds them), projections (made anew by `sunlit rebuild`).
# SUNLIT_BACKUP_RECIPIENTS names a file of age recipients: then the backup is encrypted for them, and
# the machine that makes it cannot read it again.
set -euo pipefail
umask 077
recipients=${SUNLIT_BACKUP_RECIPIENTS:-}
to=${1:?usage: backup.sh DIRECTORY}
node=${SUNLIT_NODE:?name the node directory in SUNLIT_NODE}

mkdir -p "$to"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

show() { sunlit node show --at "$node" --json; }
database=$(show | python3 -c 'import json, sys; print(json.load(sys.stdin).get("database") or "")')

mkdir "$work/node"
cp "$node/trust.json" "$work/node/"
if [ -n "$database" ]; then
    pg_dump --format=custom --schema=private --no-owner --file="$work/private.dump" "$database"
elif [ -f "$node/private.sqlite" ]; then
    # A copy that is whole although the node goes on writing.
    python3 - "$node/private.sqlite" "$work/node/private.sqlite" <<'PY'
import sqlite3, sys
source, target = map(sqlite3.connect, sys.argv[1:])
with target:
    source.backup(target)
PY
fi
# Homes may lie anywhere; in the backup they lie beside the node, by organisation.
python3 - "$node/sunlit-node.json" "$work/node/sunlit-node.json" <<'PY'
import json, sys
settings = json.load(open(sys.argv[1]))
settings["homes"] = {name: f"../homes/{name}" for name in settings["homes"]}
json.dump(settings, open(sys.argv[2], "w"))
PY
show | python3 -c 'import json, sys; [print(*row, sep="\t") for row in json.load(sys.stdin)["homes"].items()]' |
    while IFS=$'\t' read -r name path; do
        [ "${path:0:1}" = / ] || path=$node/$path
        mkdir -p "$work/homes/$name"
        tar --create --file=- --directory="$path" --exclude=./lock.sqlite* \
            --exclude=./witness.sqlite* --exclude=./private/keys --exclude=./private/cache* . |
            tar --extract --directory="$work/homes/$name"
    done

file=$to/sunlit-$(date --utc +%Y%m%dT%H%M%SZ).tar.gz
if [ -n "$recipients" ]; then
    file=$file.age
    tar --create --gzip --directory="$work" . |
        age --encrypt --recipients-file "$recipients" --output "$file.part"
else
    tar --create --gzip --file="$file.part" --directory="$work" .
fi
sync "$file.part"
mv "$file.part" "$file"
(cd "$to" && sha256sum "$(basename "$file")" > "$(basename "$file").sha256")
echo "$file"
