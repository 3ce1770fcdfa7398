#!/bin/sh
# Becomes PUID:PGID where the container was started as root, and leaves the server as process 1, so that it hears SIGTERM.
set -eu

# Node keeps its compile cache by user. The one in the image is root's; whoever runs the server reads it through a link,
# and where none can be made the server starts without.
lend_cache() {
  [ -n "${NODE_COMPILE_CACHE:-}" ] && [ "$1" != 0 ] || return 0
  for made in "$NODE_COMPILE_CACHE"/*-0; do
    [ -d "$made" ] || continue
    lent=${TMPDIR:-/tmp}/metadata-remote-cache-$1
    name=${made##*/}
    mkdir -p "$lent" 2>/dev/null && ln -sfn "$made" "$lent/${name%-0}-$1" 2>/dev/null && NODE_COMPILE_CACHE=$lent
  done
  return 0
}

if [ "$(id -u)" != 0 ]; then
  lend_cache "$(id -u)"
  exec "$@"
fi

PUID=${PUID:-1000} PGID=${PGID:-1000}
export PUID PGID
case $PUID$PGID in
  *[!0-9]*)
    echo "PUID and PGID must be whole numbers, not \"$PUID\" and \"$PGID\"." >&2
    exit 1
    ;;
esac

# A fresh volume belongs to root. Where this is not permitted the server says so itself, naming STATE_DIR.
if [ -n "${STATE_DIR:-}" ] && [ -d "$STATE_DIR" ]; then
  find "$STATE_DIR" -xdev \( ! -uid "$PUID" -o ! -gid "$PGID" \) -exec chown -h "$PUID:$PGID" {} + 2>/dev/null || true
fi

lend_cache "$PUID"
exec setpriv --reuid "$PUID" --regid "$PGID" --clear-groups --inh-caps=-all --no-new-privs -- "$@"
