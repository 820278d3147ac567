import {
  CONTAINERD_CONFIG,
  renderContainerdConfig,
  renderContainerdService,
  renderDockerService,
  renderDockerSocket,
} from './daemon-units.ts';
import {
  ISOLATION_PROGRAMS,
  NOT_FENCED,
  renderFenced,
  renderIsolationService,
  renderProbeService,
  renderProbeSocket,
} from './isolation-units.ts';
import { ISOLATION_UNIT, PLACES, PROBE_SOCKET } from './places.ts';
import {
  CONTAINERS_TARGET,
  renderBootService,
  renderContainersService,
  renderContainersTarget,
  renderScopeOrder,
} from './repository-units.ts';
import type { InfraSettings } from './setting.ts';
import { settingOf } from './settings.ts';
import { SHIMS } from './shims.ts';
import { plain, programs, unit, type WantedFile } from './wanted-file.ts';

/**
 * What push-infra keeps on a server for its repositories.
 *
 * @param renet path of the program
 */
export function repositoryFiles(renet: string, settings: InfraSettings): WantedFile[] {
  const isIsolated = settingOf(settings, 'isolation') === 'on';
  const fenced = isIsolated ? renderFenced() : NOT_FENCED;
  return [
    plain(CONTAINERD_CONFIG, renderContainerdConfig()),
    unit('rediacc-containerd@.service', renderContainerdService(fenced)),
    unit('rediacc-docker@.socket', renderDockerSocket()),
    unit('rediacc-docker@.service', renderDockerService(fenced)),
    unit('rediacc-containers@.service', renderContainersService()),
    unit('rediacc-boot@.service', renderBootService()),
    unit(CONTAINERS_TARGET, renderContainersTarget()),
    unit('docker-.scope.d/rediacc.conf', renderScopeOrder()),
    ...programs(PLACES.shims, SHIMS),
    ...(isIsolated ? isolationFiles(renet, settingOf(settings, 'loopbackPorts')) : []),
  ];
}

function isolationFiles(renet: string, ports: string): WantedFile[] {
  return [
    ...programs(PLACES.isolation, ISOLATION_PROGRAMS),
    unit(ISOLATION_UNIT, renderIsolationService(renet, ports)),
    unit(PROBE_SOCKET, renderProbeSocket()),
    unit('rediacc-probe@.service', renderProbeService()),
  ];
}
