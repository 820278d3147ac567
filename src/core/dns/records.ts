/** A zone at Cloudflare. */
export type Zone = { readonly id: string; readonly name: string };

/** A record as it is. */
export type DnsRecord = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
  /** In seconds; 1: as Cloudflare likes. */
  readonly ttl: number;
  /** Cloudflare's proxy stands before it. */
  readonly proxied: boolean;
  readonly comment: string;
};

export type RecordDraft = Omit<DnsRecord, 'id'>;

/** What is to become of a zone's records. */
export type RecordChanges = {
  readonly deletes: readonly { readonly id: string }[];
  readonly patches: readonly DnsRecord[];
  readonly posts: readonly RecordDraft[];
};

/** An address that a name is to have. */
export type WantedRecord = {
  readonly name: string;
  readonly type: 'A' | 'AAAA';
  readonly content: string;
};

/** Cloudflare's free plan keeps so many characters of a comment. */
const LONGEST = 100;

/**
 * What stands in the comment of records that we made.
 *
 * @param owner what tells one server's records from another's in the same zone: its base domain, or the name of its context
 */
export function commentOf(owner: string): string {
  return `Made by rediacc for ${owner}`.slice(0, LONGEST);
}
