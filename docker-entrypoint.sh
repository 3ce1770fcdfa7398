#!/bin/sh
# Becomes PUID:PGID where the container was started as root, and leaves the server as process 1, so that it hears SIGTERM.
set -eu

[ "$(id -u)" = 0 ] || exec "$@"

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

exec setpriv --reuid "$PUID" --regid "$PGID" --clear-groups --inh-caps=-all --no-new-privs -- "$@"
