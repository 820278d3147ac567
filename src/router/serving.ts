import type { Logger } from 'pino';
import type { Isolation } from '../core/isolation/report.ts';
import type { LabelSettings } from '../core/labels/settings.ts';
import type { NetworkId } from '../core/network/subnet.ts';
import type { Destination } from '../edges/http.ts';
import type { CertificateKeeper } from './certificate-keeper.ts';
import type { ClaimKeeper } from './claim-keeper.ts';
import type { Metrics } from './metrics.ts';
import type { DaemonObserver } from './observe.ts';
import type { Publisher } from './publisher.ts';
import type { Refresher } from './refresh.ts';
import type { StateFolder } from './state-folder.ts';

/** The parts that answers are made of. */
export type Serving = {
  readonly version: string;
  readonly settings: LabelSettings;
  readonly log: Logger;
  readonly isolation: () => Promise<Isolation>;
  readonly metrics: Metrics;
  readonly state: StateFolder;
  readonly claims: ClaimKeeper;
  readonly certificates: CertificateKeeper;
  readonly nameOf: (id: NetworkId) => string;
  readonly publisher: Publisher;
  readonly refresher: Refresher;
  readonly observer: DaemonObserver;
  /** Of pages, as browsers must name it. */
  readonly httpsPort: number;
  /** Traefik's API; undefined: nobody asks it how long requests take. */
  readonly traefikApi: Destination | undefined;
};
