import { addressVariable } from '../network/names.ts';
import type { RepositoryRecord } from '../repository/record.ts';

/** Variables that would lead the docker client to another daemon. */
const ELSEWHERE = ['DOCKER_CERT_PATH', 'DOCKER_CONTEXT', 'DOCKER_TLS', 'DOCKER_TLS_VERIFY'] as const;

/**
 * The environment that `docker compose` and the files that it interpolates see.
 *
 * @param addresses service addresses by service: each becomes a `{SERVICE}_IP`
 */
export function composeEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  record: RepositoryRecord,
  addresses: ReadonlyMap<string, string>,
): Record<string, string | undefined> {
  const kept = Object.entries(base).filter(
    ([name]) => !ELSEWHERE.includes(name as (typeof ELSEWHERE)[number]),
  );
  return {
    ...Object.fromEntries(kept),
    DOCKER_HOST: `unix://${record.socket}`,
    REPOSITORY_NAME: record.name,
    REPOSITORY_NETWORK_ID: String(record.networkId),
    REPOSITORY_PATH: record.path,
    ...Object.fromEntries([...addresses].map(([service, address]) => [addressVariable(service), address])),
  };
}
