import { PLACES } from './places.ts';
import { SECRET_NAMES, secretPath } from './secrets.ts';

/** Files that push-infra may have written, as patterns of a shell. An operator's own, beside them, are none of these. */
export const OUR_FILES = [
  PLACES.infra,
  PLACES.staticConfig,
  '/etc/rediacc/containerd.toml',
  PLACES.acmeCa,
  ...SECRET_NAMES.map(secretPath),
  `${PLACES.secrets}/default-certificate.pem`,
  `${PLACES.dynamicFolder}/zz-default-certificate.yml`,
  PLACES.challengeConfig,
  '/etc/sysusers.d/rediacc.conf',
  '/etc/tmpfiles.d/rediacc.conf',
  '/etc/logrotate.d/rediacc',
  `${PLACES.units}/rediacc-router.*`,
  `${PLACES.units}/rediacc-proxy.service`,
  `${PLACES.units}/rediacc-proxy-*.socket`,
  `${PLACES.units}/rediacc-address.*`,
  `${PLACES.units}/rediacc-docker@.*`,
  `${PLACES.units}/rediacc-containerd@.service`,
  `${PLACES.units}/rediacc-containers.target`,
  `${PLACES.units}/rediacc-containers@.service`,
  `${PLACES.units}/rediacc-boot@.service`,
  `${PLACES.units}/docker-.scope.d/rediacc.conf`,
  `${PLACES.units}/rediacc-isolation.service`,
  `${PLACES.units}/rediacc-probe.socket`,
  `${PLACES.units}/rediacc-probe@.service`,
  `${PLACES.shims}/*`,
  `${PLACES.isolation}/*`,
];

/** Addresses of the internet to which the kernel is asked for the way; nothing is sent there. */
export const FAR = { ipv4: '1.1.1.1', ipv6: '2606:4700:4700::1111' };

/**
 * A POSIX shell script that prints what a plan must know of a server, in sections. It changes nothing and needs no program of ours,
 * so that a bare server can be asked.
 */
export const FACTS_SCRIPT = `
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
exec 2>/dev/null
section() { printf '\\n== %s\\n' "$1"; }
section user; id -u
section machine; uname -m
section system; . /etc/os-release; printf '%s\\n%s\\n%s\\n' "$ID" "$VERSION_ID" "$PRETTY_NAME"
section systemd; systemctl --version | head -n 1
section commands; for name in dockerd containerd docker openssl apt-get logrotate mkfs.ext4 ss; do command -v "$name"; done; bpftool version >/dev/null && echo bpftool
section compose; docker compose version --short
section libraries; ldconfig -p | grep -o 'libatomic.so.1' | head -n 1
section programs; ls ${PLACES.programs}
section renet; renet --version
section addresses; ip -o addr show
section routes; ip -o -4 route get ${FAR.ipv4}; ip -o -6 route get ${FAR.ipv6}
section sockets; ss -H -l -n -t -u -p
section files; for file in ${OUR_FILES.join(' ')}; do [ ! -f "$file" ] || sha256sum "$file"; done
section links; readlink ${PLACES.renet}
section units; systemctl show --property=Id,ActiveState,UnitFileState 'rediacc-*'
section infra; cat ${PLACES.infra}
section kernel; uname -r; ls /sys/kernel/btf/vmlinux /sys/fs/cgroup/cgroup.controllers; grep -h '^nameserver 127\\.' /etc/resolv.conf
section firewall; ufw status | head -n 1; firewall-cmd --state; nft list ruleset | grep 'hook input.*policy drop'; iptables -S INPUT | grep -x -e '-P INPUT DROP'
exit 0
`;
