#!/bin/sh
# Gives a user id without a passwd entry one, then becomes the command.
# Why: Postgres' initdb refuses a user it cannot look up ("could not look up effective user ID"). Clusters that assign a
# NEW random id at every start should set DATABASE_URL: the built-in Postgres only opens data that its own id owns.
set -eu
passwd_file="${PASSWD_FILE:-/etc/passwd}"
uid="$(id -u)"
if ! grep -q "^[^:]*:[^:]*:${uid}:" "$passwd_file"; then
  if [ -w "$passwd_file" ]; then
    echo "finops:x:${uid}:$(id -g):finops:${FINOPS_DATA_DIR:-/data}:/usr/sbin/nologin" >> "$passwd_file"
  elif [ -z "${DATABASE_URL:-}" ]; then
    echo "finops: user id ${uid} has no passwd entry and ${passwd_file} cannot be written; run with group 0 (--user ${uid}:0), or set DATABASE_URL." >&2
  fi
fi
exec "$@"
