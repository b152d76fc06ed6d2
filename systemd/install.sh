#!/bin/sh
# Installs whiteglove as a service of this machine, or brings it up to this version; run it as root, in a checkout.
# Nothing that is configured is changed, and nothing is started.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
    echo "this writes to /etc and /opt: run it as root" >&2
    exit 1
fi

systemd-sysusers --inline 'u whiteglove - "whiteglove" /var/lib/whiteglove'

# The service runs what Debian keeps up to date, not the Python of somebody's home, which it could not see.
test -x /opt/whiteglove/bin/python || /usr/bin/python3 -m venv /opt/whiteglove
if [ -f pins.txt ]; then
    /opt/whiteglove/bin/pip install --quiet --disable-pip-version-check --upgrade -c pins.txt .
else
    /opt/whiteglove/bin/pip install --quiet --disable-pip-version-check --upgrade .
fi
ln -sf /opt/whiteglove/bin/whiteglove /usr/local/bin/whiteglove

# The configuration, for root and the service alone, and a file for each password, for root alone.
install -d -m 0750 -g whiteglove /etc/whiteglove
install -d -m 0700 /etc/whiteglove/credentials

for unit in whiteglove.service whiteglove@.service whiteglove-failure@.service; do
    install -m 0644 "systemd/$unit" /etc/systemd/system/
done
systemctl daemon-reload
/opt/whiteglove/bin/whiteglove --version
