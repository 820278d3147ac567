/** What the machine offers to labels, and what it wants of them. */
export type LabelSettings = {
  /** Auto-routes are `{service}-{networkID}.{baseDomain}`; without it there are none. */
  readonly baseDomain?: string;
  /** The entrypoints that Traefik has here; `any` switches the check off. */
  readonly entryPoints: readonly string[] | 'any';
  /**
   * The certificate resolvers that Traefik has here. `ignored`: none, and labels that name one are no problem, as on a laptop
   * with Traefik's own certificate.
   */
  readonly certResolvers: readonly string[] | 'ignored';
};
