#!/usr/bin/env bash
# Lay a backup out again: restore.sh FILE EMPTY-DIRECTORY. Starts nothing and signs nothing.
# An encrypted one (.age) is opened with the identity in the file SUNLIT_BACKUP_IDENTITY.
# A log whose lock store is gone takes no more entries: docs/operate/backup.md says how it goes on.
set -euo pipefail
umask 077
file=${1:?usage: restore.sh FILE EMPTY-DIRECTORY}
to=${2:?usage: restore.sh FILE EMPTY-DIRECTORY}

if [ -e "$to" ] && [ -n "$(ls --almost-all "$to")" ]; then
    echo "restore: there is something in $to already" >&2
    exit 2
fi
(cd "$(dirname "$file")" && sha256sum --check --quiet "$(basename "$file").sha256")
opened() {
    case $file in
    *.age) age --decrypt --identity "${SUNLIT_BACKUP_IDENTITY:?name the file of the identity}" "$file" ;;
    *) cat "$file" ;;
    esac
}
mkdir -p "$to"
opened | tar --extract --gzip --no-same-owner --file=- --directory="$to"

status=0
for home in "$to"/homes/*/; do
    sunlit log fsck --home "$home" --without-lock || status=1
done
[ ! -f "$to/private.dump" ] || echo "Then: pg_restore --dbname=DATABASE $to/private.dump"
echo "Then: sunlit rebuild --at $to/node"
exit $status
