#!/bin/sh
# The terminal inside the container.
exec node /app/src/cli/finops.ts "$@"
