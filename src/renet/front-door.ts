import { type FrontDoor, localDoorPath, readLocalDoor, serverDoor } from '../core/infra/front-door.ts';
import { readInfra } from '../core/infra/infra-file.ts';
import { PLACES } from '../core/infra/places.ts';
import { Failure, Refusal } from '../core/refusal.ts';
import { DEFAULT_STATE_DIR, routerStateDir } from '../core/repository/record.ts';
import { readText } from '../edges/files.ts';
import { get } from '../edges/http.ts';

const TIMEOUT = 10_000;

/** The one of the `renet local` that runs, else the server's. */
export async function findFrontDoor(runDir: string): Promise<FrontDoor | undefined> {
  const local = await readText(localDoorPath(runDir));
  if (local !== undefined) return readLocalDoor(local);
  const text = await readText(PLACES.infra);
  return text === undefined ? undefined : serverDoor(readInfra(text, PLACES.infra));
}

export async function requireFrontDoor(runDir: string): Promise<FrontDoor> {
  const door = await findFrontDoor(runDir);
  if (door !== undefined) return door;
  throw new Refusal(
    'infra-unset',
    'this machine is no server that has been set up, and no renet local runs',
    'Start one: sudo renet local. On a server, rdc context push-infra sets it up.',
  );
}

/** Where the route server keeps what it knows, for commands that tell it something. */
export async function routerStateOf(given: string | undefined, runDir: string): Promise<string> {
  return given ?? (await findFrontDoor(runDir))?.routerState ?? routerStateDir(DEFAULT_STATE_DIR);
}

/** What the route server says. */
export async function askRouteServer({ router }: FrontDoor, path: string): Promise<string> {
  const { body } = await get(router, path, TIMEOUT).catch((error: Error) => {
    throw new Failure(
      'router-silent',
      `the route server does not answer on ${router.host}:${router.port}`,
      error.message,
    );
  });
  return body;
}
