import { LabelError } from './label-error.ts';

/** Labels with a common beginning, as a tree: `traefik.http.routers.web.rule` is five nodes deep. */
export type LabelNode = {
  /** As written by the label that came first. */
  readonly name: string;
  readonly children: LabelNode[];
  value: string;
  /** The first label that passes through here, to name it in a problem. */
  readonly label: string;
};

export type Labels = Readonly<Record<string, string>>;

const ROOT = 'traefik';
/** No option of Traefik's is nested so deeply, but a plugin's could be, and neither stacks nor YAML readers are endless. */
const DEEPEST = 100;

/**
 * The labels whose keys begin with one of the prefixes, as a tree; undefined when there are none. Follows Traefik's paerser
 * (v0.2.2, parser/labels_decode.go): keys sorted as bytes, prefixes and siblings compared in any case, the root exactly
 * `traefik`, `domains[0]` two levels.
 *
 * @throws LabelError for a key that Traefik would not take apart
 */
export function readLabelTree(labels: Labels, prefixes: readonly string[]): LabelNode | undefined {
  const keys = Object.keys(labels)
    .filter((key) => prefixes.some((prefix) => key.slice(0, prefix.length).toLowerCase() === prefix))
    .sort();
  let root: LabelNode | undefined;
  for (const label of keys) {
    const value = labels[label] ?? '';
    const path = splitKey(label, value);
    root ??= { name: ROOT, children: [], value: '', label };
    insert(root, { path: path.slice(1), label, value });
  }
  return root;
}

function splitKey(label: string, value: string): string[] {
  const parts = label.split('.');
  const at = { label, value };
  if (parts[0] !== ROOT) {
    const part = { wrong: label.slice(0, ROOT.length), meant: ROOT, isName: true as const };
    throw new LabelError(
      { ...at, part },
      `a Traefik label begins with '${ROOT}' in lower case`,
      `Write ${ROOT}${label.slice(ROOT.length)}.`,
    );
  }
  if (parts.length > DEEPEST) {
    throw new LabelError(at, `its name has more than ${DEEPEST} parts`, 'Shorten it.');
  }
  // As nearly all are.
  if (!label.includes('[') && !label.includes(']') && !parts.includes('')) return parts;
  return parts.flatMap((part) => {
    if (part === '')
      throw new LabelError(at, 'a part of its name is empty', 'Remove the dot that is too many.');
    const bracket = part.indexOf('[');
    if (bracket === 0 || (part.endsWith(']') && bracket < 0)) {
      throw new LabelError(
        at,
        `'${part}' is no name: an index stands behind one`,
        'Write it as in domains[0].',
      );
    }
    return part.endsWith(']') ? [part.slice(0, bracket), part.slice(bracket)] : [part];
  });
}

type Leaf = { readonly path: readonly string[]; readonly label: string; readonly value: string };

function insert(parent: LabelNode, { path, label, value }: Leaf): void {
  let node = parent;
  for (const name of path) {
    let child = node.children.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (child === undefined) {
      child = { name, children: [], value: '', label };
      node.children.push(child);
    }
    node = child;
  }
  node.value = value;
}
