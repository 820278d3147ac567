import { FAR } from './facts-script.ts';
import { ADDRESS_UNIT } from './places.ts';
import { HEADER } from './units.ts';

/** Behind NAT the address inside may be DHCP's, and another tomorrow: every minute it is compared with the one in use. */
export function renderAddressTimer(): string {
  return `${HEADER}
[Unit]
Description=Looks every minute whether this server has another address

[Timer]
OnActiveSec=30s
OnUnitInactiveSec=60s
AccuracySec=10s
Unit=${ADDRESS_UNIT}
`;
}

/** @param hosts where Traefik listens although it is not the public address */
export function renderAddressService(hosts: readonly string[]): string {
  const hasOther = hosts.map((host) => {
    const [family, far] = host.includes(':') ? ['-6', FAR.ipv6] : ['-4', FAR.ipv4];
    return `{ ip -o ${family} route get ${far} 2>/dev/null | grep " src " | grep -q -v " src ${host} "; }`;
  });
  return `${HEADER}
[Unit]
Description=Lets Traefik listen on this server's new address

[Service]
Type=oneshot
# Without a way to the internet, as while a cable is out, there is no other address.
ExecCondition=/bin/sh -c '${hasOther.join(' || ')}'
ExecStart=/usr/local/bin/renet proxy apply
`;
}
