import {
  beginExplanation,
  type Explanation,
  endExplanation,
  type Followed,
  followWay,
} from '../../core/explain/explanation.ts';
import { renderExplanation } from '../../core/explain/render.ts';
import { readSubject } from '../../core/explain/subject.ts';
import { requireFrontDoor } from '../front-door.ts';
import { observe } from './observe.ts';
import { askAlong } from './probes.ts';

export type ExplainOptions = {
  readonly runDir: string;
  readonly json?: true;
  readonly print: (line: string) => void;
};

/**
 * `renet explain`: why something is not reachable.
 *
 * @returns whether it is
 */
export async function explain(asked: string, { runDir, json, print }: ExplainOptions): Promise<boolean> {
  const explanation = await explainSubject(asked, runDir);
  if (json) print(JSON.stringify(explanation, null, 2));
  else for (const line of renderExplanation(explanation)) print(line);
  return explanation.cause === undefined;
}

export async function explainSubject(asked: string, runDir: string): Promise<Explanation> {
  const door = await requireFrontDoor(runDir);
  const seen = await observe(runDir, door);
  const found = beginExplanation(readSubject(asked), seen);
  if ('cause' in found) return { asked, ways: [], cause: found.cause };
  const followed: Followed[] = await Promise.all(
    found.ways.map(async (way) => followWay(way, await askAlong(way, seen, door), seen)),
  );
  return endExplanation(asked, followed);
}
