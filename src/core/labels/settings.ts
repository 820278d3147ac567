import type { Container } from './container.ts';

/** What the machine offers to labels, and what it wants of them. */
export type LabelSettings = {
  /** Auto-routes are `{service}-{networkID}.{baseDomain}`; without it there are none. */
  readonly baseDomain?: string;
  /** Whether containers without Traefik labels get a route. */
  readonly autoRoutes: boolean;
  /** The entrypoints that Traefik has here; `any` switches the check off. */
  readonly entryPoints: readonly string[] | 'any';
  /**
   * The certificate resolvers that Traefik has here. `ignored`: none, and labels that name one are no problem, as on a laptop
   * with Traefik's own certificate.
   */
  readonly certResolvers: readonly string[] | 'ignored';
  /** The entrypoints of the dynamic range, which are handed out one by one (`rediacc.tcp_ports`). */
  readonly dynamicEntryPoints: ReadonlySet<string>;
  /** The operator trusts the repository: its labels mean exactly what they mean to Traefik's own Docker provider. */
  readonly trusted: boolean;
};

/** A container whose labels are being read, and what they are read with. */
export type LabelContext = {
  readonly container: Container;
  /** Where it listens. */
  readonly address: string;
  readonly settings: LabelSettings;
};
