import { readFileSync, writeFileSync } from 'node:fs';
import { isScalar, isSeq, parseDocument } from 'yaml';
import type { Edit } from '../../src/core/explain/cause.ts';

/** Does to a compose file what an edit says, as a user would by hand. */
export function applyEdit({ file, service, changes }: Edit, path = file): void {
  const document = parseDocument(readFileSync(path, 'utf8'));
  for (const { at, value } of changes) {
    const whole = ['services', service, ...at];
    const list = document.getIn(whole.slice(0, -1));
    const key = at.at(-1) ?? '';
    if (isSeq(list)) {
      list.items = list.items.filter(
        (item) => !String(isScalar(item) ? item.value : item).startsWith(`${key}=`),
      );
      if (value !== undefined) list.add(`${key}=${value}`);
    } else if (value === undefined) document.deleteIn(whole);
    else document.setIn(whole, at[0] === 'command' ? JSON.parse(value) : value);
  }
  writeFileSync(path, document.toString({ lineWidth: 0 }));
}
