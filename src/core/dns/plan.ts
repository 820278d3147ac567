import { commentOf, type DnsRecord, type RecordChanges, type WantedRecord } from './records.ts';

export type DnsInput = {
  readonly wanted: readonly WantedRecord[];
  /** All that there are in the zone. */
  readonly records: readonly DnsRecord[];
  readonly owner: string;
  /** Records of others that stand in the way are taken over. */
  readonly adopt: boolean;
  /** Records of ours that nobody wants any more are removed. */
  readonly prune: boolean;
};

/** What becomes of a name. */
export type DnsStep = {
  readonly name: string;
  readonly type: string;
  readonly action: 'create' | 'change' | 'adopt' | 'remove' | 'keep' | 'leave';
  /** Where it leads, or is to lead. */
  readonly content: string;
  /** Where it leads now, or why it is left. */
  readonly note: string;
};

export type DnsPlan = { readonly steps: readonly DnsStep[]; readonly changes: RecordChanges };

type Part = { readonly step: DnsStep } & Partial<RecordChanges>;

/** What makes a zone's records as they are wanted, without touching a record of somebody else. */
export function planRecords(input: DnsInput): DnsPlan {
  const parts = [...input.wanted.flatMap((one) => planOne(one, input)), ...planRemovals(input)];
  const deletes = parts.flatMap((part) => part.deletes ?? []);
  return {
    steps: parts.map(({ step }) => step),
    changes: {
      // A CNAME stands in the way of both families.
      deletes: [...new Map(deletes.map((one) => [one.id, one])).values()],
      patches: parts.flatMap((part) => part.patches ?? []),
      posts: parts.flatMap((part) => part.posts ?? []),
    },
  };
}

export function hasChanges({ changes: { deletes, patches, posts } }: DnsPlan): boolean {
  return deletes.length + patches.length + posts.length > 0;
}

function planOne(wanted: WantedRecord, { records, owner, adopt }: DnsInput): Part[] {
  const comment = commentOf(owner);
  const { name, type, content } = wanted;
  const there = records.filter((one) => one.name === name && [type, 'CNAME'].includes(one.type));
  const right = there.find((one) => one.content === content);
  const step = (action: DnsStep['action'], note = ''): DnsStep => ({ name, type, action, content, note });
  if (right !== undefined && there.length === 1)
    return [{ step: step('keep', right.comment === comment ? '' : 'made by somebody else') }];
  const draft = { ...wanted, ttl: 1, proxied: false, comment };
  if (there.length === 0) return [{ step: step('create'), posts: [draft] }];
  const own = there.filter((one) => one.comment === comment);
  const [first, ...others] = there;
  const leads = there.map((one) => `${one.type} ${one.content}`).join(', ');
  const isOurs = own.length === there.length;
  if (!isOurs && !adopt) return [{ step: step('leave', `somebody else has made it lead to ${leads}`) }];
  const kept = there.find((one) => one.type === type) ?? first;
  const action = isOurs ? 'change' : 'adopt';
  if (kept === undefined || kept.type === 'CNAME')
    return [{ step: step(action, leads), deletes: there.map(idOf), posts: [draft] }];
  const rest = [first, ...others].filter((one) => one !== undefined && one !== kept) as DnsRecord[];
  return [{ step: step(action, leads), deletes: rest.map(idOf), patches: [{ ...kept, content, comment }] }];
}

const idOf = ({ id }: DnsRecord): { id: string } => ({ id });

function planRemovals({ wanted, records, owner, prune }: DnsInput): Part[] {
  const comment = commentOf(owner);
  const isWanted = (one: DnsRecord): boolean =>
    wanted.some(({ name, type }) => name === one.name && [type, 'CNAME'].includes(one.type));
  const gone = records.filter(
    (one) => one.comment === comment && /^(A|AAAA)$/.test(one.type) && !isWanted(one),
  );
  return gone.map((one) => {
    const { id, name, type, content } = one;
    if (prune)
      return {
        step: { name, type, content, action: 'remove', note: 'no route wants it' },
        deletes: [{ id }],
      };
    return { step: { name, type, content, action: 'leave', note: 'no route wants it: --prune removes it' } };
  });
}
