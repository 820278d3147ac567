import { run, runToEnd } from './process.ts';

export type UnitState = {
  /** As `systemctl show` has it: `active`, `inactive`, `failed`, `activating`. */
  readonly active: string;
  readonly sub: string;
  /** How often it was started again because it had ended. */
  readonly restarts: number;
};

/** @throws Failure with what systemctl said */
export async function systemctl(...args: string[]): Promise<void> {
  await runToEnd('systemctl', ...args);
}

/** Of units by name; one that systemd does not know is inactive. */
export async function unitStates(units: readonly string[]): Promise<ReadonlyMap<string, UnitState>> {
  const { stdout } = await run([
    'systemctl',
    'show',
    '--property=Id,ActiveState,SubState,NRestarts',
    ...units,
  ]);
  const blocks = stdout.split(/\n\n+/).map((block) => {
    const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    const state = {
      active: value('ActiveState'),
      sub: value('SubState'),
      restarts: Number(value('NRestarts')),
    };
    return [value('Id'), state] as const;
  });
  return new Map(blocks);
}

/**
 * The last lines that a unit's own processes have written.
 *
 * @param since seconds since 1970
 */
export async function journalOf(unit: string, since: number): Promise<string[]> {
  const command = ['journalctl', '--no-pager', '--output=cat', '--lines=100'] as const;
  // Not --unit, which has what systemd says of it, too.
  const { stdout } = await run([...command, `--since=@${since.toFixed(3)}`, `_SYSTEMD_UNIT=${unit}`]);
  return stdout.split('\n').filter((line) => line !== '');
}
