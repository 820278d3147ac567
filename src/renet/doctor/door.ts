import {
  type CertificatesSeen,
  examineCertificates,
  examineDns,
  examineLabels,
} from '../../core/doctor/door.ts';
import { type Finding, ok, wrong } from '../../core/doctor/finding.ts';
import { examineDaemons } from '../../core/doctor/repositories.ts';
import type { FrontDoor } from '../../core/infra/front-door.ts';
import type { Infra } from '../../core/infra/infra-file.ts';
import { lookUpAddresses } from '../../edges/dns.ts';
import { get } from '../../edges/http.ts';
import { TIMES } from '../../edges/times.ts';
import { lookAtRouter } from '../look-at-router.ts';
import { findFaults, observeServer, unitsOf } from '../server/server-state.ts';

const TIMEOUT = 5_000;

/** The front door: what runs of it, and what it knows. */
export async function examineDoor(
  door: FrontDoor,
  infra: Infra | undefined,
  nameOf: (id: number) => string,
): Promise<Finding[]> {
  const [running, known, dns] = await Promise.all([
    infra === undefined ? examineParts(door) : examineUnits(infra),
    examineKnown(door, nameOf),
    lookUpDns(door),
  ]);
  return [...running, ...known, ...dns];
}

/** Of a server: its units, sockets, Traefik. */
async function examineUnits(infra: Infra): Promise<Finding[]> {
  const state = await observeServer(infra);
  const faults = findFaults(infra, state);
  if (faults.length > 0) return faults.map((fault) => wrong('front door', fault, fixOf(fault)));
  const { health } = state;
  return [
    ok('units', `${unitsOf(infra).length} are active`),
    ok('entrypoints', `Traefik has all ${infra.entryPoints.length}, and completes TLS handshakes`),
    ok('route server', `${health?.routers} routers, revision ${health?.revision}`),
    ok('Traefik', `has the newest routes, asked ${health?.traefik.secondsAgo} s ago`),
  ];
}

function fixOf(fault: string): string {
  const [, unit] = /^(\S+\.(?:service|socket)) is /.exec(fault) ?? [];
  return unit === undefined
    ? 'renet proxy logs tells why.'
    : `systemctl restart ${unit}; journalctl --unit=${unit} tells why it ended.`;
}

/** Of a laptop: what `renet local` has started. */
async function examineParts({ router, api }: FrontDoor): Promise<Finding[]> {
  const parts = [
    ['route server', router, '/health'],
    ['Traefik', api, '/ping'],
  ] as const;
  return Promise.all(
    parts.map(async ([what, at, path]) => {
      const answer = await get(at, path, TIMEOUT).catch((error: Error) => error);
      if (answer instanceof Error)
        return wrong(what, `does not answer: ${answer.message}`, 'Start it again: sudo renet local.');
      return ok(what, `answers on ${at.host}:${at.port}`);
    }),
  );
}

/** What the route server tells: daemons, labels, certificates. */
async function examineKnown(door: FrontDoor, nameOf: (id: number) => string): Promise<Finding[]> {
  const router = await lookAtRouter(door);
  // That it does not answer is said of the route server itself.
  if (router === undefined) return [];
  const { health, routes, certificates: reports } = router;
  const certificates: CertificatesSeen = {
    ...{ resolvers: door.resolvers, reports },
    ...{ now: Date.now(), read: TIMES.read },
  };
  return [
    examineDaemons(health.daemons, nameOf),
    ...(health.trouble === undefined
      ? []
      : [wrong('state', health.trouble, 'See what the route server logs: renet proxy logs.')]),
    examineLabels(routes.problems.filter(({ code }) => code !== 'host-contested')),
    ...examineCertificates(certificates),
  ];
}

async function lookUpDns({ isServer, baseDomain, publicAddresses }: FrontDoor): Promise<Finding[]> {
  if (!isServer) return [];
  const found = baseDomain === undefined ? undefined : await lookUpAddresses(`rediacc-check.${baseDomain}`);
  return [examineDns(baseDomain, found, publicAddresses)];
}
