import { type Finding, isWell, renderFindings } from '../core/doctor/finding.ts';
import { compareClocks } from '../core/doctor/machine.ts';
import type { Entry } from '../core/entry.ts';
import { contextOf } from '../core/infra/contexts.ts';
import { connectServer } from '../edges/ssh.ts';
import { answerOf } from './ask-renet.ts';
import { contextsPath, loadContexts } from './context.ts';

export type DoctorOptions = { readonly machine: string; readonly json?: true; readonly strict?: true };

/** What `renet doctor --json` prints, as far as it matters here. */
type Report = {
  readonly time: string;
  readonly findings: readonly Finding[];
  readonly table: readonly string[];
};

/** `rdc doctor`: what the server finds, and whether its clock is the one here. */
export async function examineFromHere({ machine, json, strict }: DoctorOptions, entry: Entry): Promise<void> {
  const { environment, warn, print, endWith } = entry;
  const { destination } = contextOf(await loadContexts(contextsPath(environment)), machine);
  await using server = await connectServer({ destination, environment, warn });
  const said = await answerOf(server, machine, ['doctor', '--json']);
  const report = JSON.parse(said) as Report;
  const clock = compareClocks(Date.parse(report.time), Date.now());
  const findings = [...report.findings, ...(clock === undefined ? [] : [clock])].map((one) =>
    named(one, machine),
  );
  const ok = isWell(findings, strict === true);
  if (json) print(JSON.stringify({ ...report, ok, findings }, null, 2));
  else for (const line of [...renderFindings(findings), ...report.table]) print(line);
  endWith(ok ? 0 : 1);
}

function named({ fix, ...rest }: Finding, machine: string): Finding {
  return fix === undefined ? rest : { ...rest, fix: fix.replaceAll(/\bSERVER\b/g, machine) };
}
