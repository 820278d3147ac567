import * as z from 'zod/mini';
import type { Ports } from '../network/ports.ts';
import { type ContainerState, readContainerState } from './container-state.ts';
import { readInspected } from './docker-api.ts';

/** All that is told of a container which does not do what it is to do. */
export type ContainerDetails = ContainerState & {
  /** What Docker says of a start that failed. */
  readonly error: string;
  readonly isOutOfMemory: boolean;
  /** When it was started last, in ISO 8601. */
  readonly startedAt: string;
  /** What its health check has printed last. */
  readonly healthOutput: string;
  /** Its program's words and environment. */
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly exposed: Ports;
};

const inspected = z.object({
  State: z.object({
    Error: z.optional(z.string()),
    OOMKilled: z.optional(z.boolean()),
    StartedAt: z.optional(z.string()),
    Health: z.nullish(z.object({ Log: z.nullish(z.array(z.object({ Output: z.string() }))) })),
  }),
  Config: z.object({ Cmd: z.nullish(z.array(z.string())), Env: z.nullish(z.array(z.string())) }),
});

/** Of the answer to an inspect. */
export function readContainerDetails(json: unknown): ContainerDetails {
  const { State, Config } = z.parse(inspected, json);
  return {
    ...readContainerState(json),
    error: State.Error ?? '',
    isOutOfMemory: State.OOMKilled === true,
    startedAt: State.StartedAt ?? '',
    healthOutput: State.Health?.Log?.at(-1)?.Output.trim().split('\n').at(-1) ?? '',
    command: Config.Cmd ?? [],
    environment: Config.Env ?? [],
    exposed: readInspected(json).ports,
  };
}

/** The last lines of what a container has printed. */
export const logPath = (id: string, lines: number): string =>
  `/containers/${id}/logs?stdout=1&stderr=1&tail=${lines}`;

/**
 * Docker frames what a container without a terminal prints: a byte for the stream, three zeros, four with the length (Engine API,
 * "Stream format").
 */
export function readLog(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFramed =
    bytes.length >= 8 && (bytes[0] ?? 9) <= 2 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 0;
  const decoder = new TextDecoder();
  let text = '';
  if (!isFramed) text = decoder.decode(bytes);
  for (let at = 0; isFramed && at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4);
    text += decoder.decode(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
