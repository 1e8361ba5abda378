#!/bin/sh
# Loads the orders of one day: counts them, which is all that an example needs. The param `date` is required.
set -eu
date=$(printf '%s' "${PIPEROLL_PARAMS:-}" | sed -n 's/.*"date":"\([^"]*\)".*/\1/p')
if [ -z "$date" ]; then
    echo "the param date is missing" >&2
    exit 3
fi
cd "$(dirname "$0")"
orders=$(tail -n +2 data/orders.csv | wc -l)
echo "loaded $((orders)) orders for $date (run ${PIPEROLL_RUN_ID:-none})"
