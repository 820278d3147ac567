import { applyEdits, findNodeAtLocation, modify, type Node, parseTree } from 'jsonc-parser';
import { readSlots, type Slots } from './slots.ts';

/**
 * The text of `.rediacc.json` with the slots that it lacks. What its author wrote stays, byte for byte: jsonc-parser's own
 * `modify` would format the neighbouring entries again.
 *
 * @param text the file as it is, or nothing for a new one
 */
export function writeSlots(text: string, slots: Slots): string {
  let result = text === '' ? '{\n}\n' : text;
  const present = readSlots(result, '.rediacc.json');
  for (const [service, slot] of slots) {
    if (present.has(service)) continue;
    if (nodeAt(result, ['services']) === undefined) result = insertProperty(result, [], '"services": {}');
    result = insertProperty(result, ['services'], `${JSON.stringify(service)}: { "slot": ${slot} }`);
  }
  return result;
}

/** The same text without a service's slot. */
export function withoutSlot(text: string, service: string): string {
  return applyEdits(text, modify(text, ['services', service], undefined, {}));
}

function nodeAt(text: string, path: string[]): Node | undefined {
  const tree = parseTree(text);
  return tree && findNodeAtLocation(tree, path);
}

/** Puts a property at the end of the object at `path`, on a line of its own unless the object is written in one line. */
function insertProperty(text: string, path: string[], property: string): string {
  const object = nodeAt(text, path);
  if (object === undefined) return text;
  const properties = object.children ?? [];
  const first = properties[0];
  const last = properties.at(-1);
  if (first !== undefined && last !== undefined) {
    const before = text.slice(object.offset + 1, first.offset);
    const separator = before.includes('\n') ? before.slice(before.lastIndexOf('\n') + 1) : undefined;
    return splice(
      text,
      end(last),
      `,${separator === undefined ? ' ' : lineBreak(text) + separator}${property}`,
    );
  }
  const outer = /^[ \t]*/.exec(lineOf(text, object.offset))?.[0] ?? '';
  const inner = `${lineBreak(text)}${outer}${indentUnit(text)}${property}${lineBreak(text)}${outer}`;
  return text.slice(0, object.offset + 1) + inner + text.slice(end(object) - 1);
}

function end(node: Node): number {
  return node.offset + node.length;
}

function splice(text: string, at: number, insertion: string): string {
  return text.slice(0, at) + insertion + text.slice(at);
}

function lineOf(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset) + 1);
}

function lineBreak(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function indentUnit(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}
