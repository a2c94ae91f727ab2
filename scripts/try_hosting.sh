#!/usr/bin/env bash
# Runs the numbered commands of docs/hosting.md in a fresh Debian, as they stand there, and sends orders through Caddy by https.
#
#     debootstrap --variant=minbase trixie FOLDER && scripts/try_hosting.sh FOLDER
#
# Needs root, and changes nothing outside of FOLDER. The commands run in it by chroot; those from `systemctl` on also in a network and
# with processes of their own. Put in place of the real thing are: `systemctl` (below: it starts what the unit names, as its user, with
# no capability and no memory that is both writable and executable), the certificate (Caddy's own, added to those that everybody
# knows), Whapi and Google (the sandbox), and the answers to `setup` (they stand in .env, and it is called with --yes).
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
root=$1
home=/var/lib/order-connector
mapfile -t commands < <(sed -nE 's/^[0-9]+\. `(.*)`$/\1/p' "$here/docs/hosting.md")

in_root() { chroot "$root" env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
# One of the numbered commands, in the folder in which the one before it ended.
numbered() {
    echo "$1. $2"
    in_root PIP_CERT=/root/ca.crt bash -c "cd \"\$(cat /root/folder)\"; ${2//REPOSITORY//root/repository}"$'\n'"status=\$?; pwd >/root/folder; exit \$status"
}

if [ "${2-}" != inside ]; then
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp /etc/ssl/certs/ca-certificates.crt "$root/root/ca.crt"
    git clone --quiet "$here" "$root/root/repository"
    echo '{}' >"$root/root/credentials.json"
    echo / >"$root/root/folder"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    trap 'umount "$root/proc"; umount --lazy "$root/dev"' EXIT
    in_root apt-get update -qq
    for number in "${!commands[@]}"; do
        [[ ${commands[number]} == *systemctl* ]] && break
        numbered $((number + 1)) "${commands[number]}" >>"$root/root/log" 2>&1 || { tail -5 "$root/root/log"; exit 1; }
        echo "$((number + 1)). ${commands[number]}"
    done
    unshare --net --mount --pid --fork --kill-child bash "$0" "$root" inside
    exit
fi

ip link set lo up
mount -t proc proc "$root/proc"
echo '127.0.0.1 localhost orders.example.com' >"$root/etc/hosts"
cat >"$root/usr/local/bin/systemctl" <<'END'
#!/bin/sh
unit=/etc/systemd/system/order-connector.service
case "$*" in
"reload caddy")
    sed -i '1i {\n\tlocal_certs\n\tskip_install_trust\n}' /etc/caddy/Caddyfile
    caddy start --config /etc/caddy/Caddyfile >/root/caddy.log 2>&1
    ;;
"enable --now order-connector.service "*)
    cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")" || exit 1
    setsid setpriv --reuid order-connector --regid order-connector --clear-groups --no-new-privs --bounding-set=-all \
        --inh-caps=-all python3 -c 'import ctypes, os, sys
assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0  # PR_SET_MDWE
os.execv(sys.argv[1], sys.argv[1:])' $(sed -n 's/^ExecStart=//p' "$unit") >/root/service.log 2>&1 &
    ;;
esac
END
chmod 755 "$root/usr/local/bin/systemctl"

# What a merchant has before: a certificate that everybody knows, a channel and a spreadsheet.
begin_sandbox() {
    local authority=$root/root/.local/share/caddy/pki/authorities/local/root.crt
    until [ -s "$authority" ]; do sleep 0.5; done
    cat "$authority" >>"$(echo "$root"/opt/order-connector/lib/python3*/site-packages/certifi/cacert.pem)"
    in_root setsid /opt/order-connector/bin/order-connector sandbox --data-dir /root/sandbox \
        --send-to https://orders.example.com/webhooks/whapi >"$root/root/sandbox.log" 2>&1 &
    until curl -sf -o /dev/null http://127.0.0.1:9090/; do sleep 0.5; done
    install -m 600 "$root/root/sandbox/credentials.json" "$root$home/credentials.json"
    { grep -vE '^(DATABASE_URL|GOOGLE_CREDENTIALS)=' "$root/root/sandbox/sandbox.env"
      echo PUBLIC_URL=https://orders.example.com
      echo TRUSTED_PROXIES=127.0.0.1; } >"$root$home/.env"
    in_root chown -R order-connector: "$home"
}

for number in "${!commands[@]}"; do
    command=${commands[number]}
    [[ $command == *setup ]] && begin_sandbox && command="$command --yes"
    [[ $command == *systemctl* || $command == *setup* ]] && numbered $((number + 1)) "$command"
done

secret=$(sed -n 's/^WEBHOOK_SECRET=//p' "$root$home/.env")
ask() { curl -sf --cacert "$root/root/.local/share/caddy/pki/authorities/local/root.crt" --resolve orders.example.com:443:127.0.0.1 -H "X-Webhook-Secret: $secret" "https://orders.example.com/$1"; }
until ask healthz; do sleep 0.5; done
curl -sf -o /dev/null -X POST -H 'Content-Type: application/json' -d '{"count": 3}' http://127.0.0.1:9090/sandbox/orders
for _ in $(seq 60); do
    [ "$(ask 'orders?status=synced' | grep -o '"status":"synced"' | wc -l)" = 3 ] && break
    sleep 0.5
done
echo "Orders in the sheet: $(ask 'orders?status=synced' | grep -o '"status":"synced"' | wc -l) of 3"
in_root bash -c "cd $home; runuser -u order-connector -- /opt/order-connector/bin/order-connector check" || true
