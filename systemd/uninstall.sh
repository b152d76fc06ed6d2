#!/bin/sh
# Removes the service and its program; run it as root. The configuration and the store stay, unless it is called with
# --purge.
set -eu

if [ "$(id -u)" != 0 ]; then
    echo "this removes what lies in /etc and /opt: run it as root" >&2
    exit 1
fi

for unit in $(systemctl list-units --all --plain --no-legend 'whiteglove.service' 'whiteglove@*.service' | cut -d ' ' -f 1); do
    systemctl disable --quiet --now "$unit" || true
done
systemctl disable --quiet --now whiteglove 2>/dev/null || true
rm -f /etc/systemd/system/whiteglove.service /etc/systemd/system/whiteglove@.service \
    /etc/systemd/system/whiteglove-failure@.service
systemctl daemon-reload
rm -f /usr/local/bin/whiteglove
rm -rf /opt/whiteglove

if [ "${1:-}" = --purge ]; then
    rm -rf /etc/whiteglove /var/lib/whiteglove
    userdel whiteglove 2>/dev/null || true
else
    echo "kept: /etc/whiteglove (configuration and passwords), /var/lib/whiteglove (the store), the user whiteglove"
fi
