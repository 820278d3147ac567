import { expect, test } from 'vitest';
import { createPiece, createPublisher } from './publisher.ts';

test('a document is the same in pieces and whole, also after a change of one piece', () => {
  const publisher = createPublisher();
  const [a, b, c] = [createPiece('aa\n'), createPiece('b\n'), createPiece('ccc\n')];
  const asked = () => {
    const chunks = publisher.peek()?.chunks() ?? [];
    return { chunks: chunks.length, text: Buffer.concat(chunks).toString() };
  };
  publisher.publish([a, b, c]);
  expect(asked()).toEqual({ chunks: 3, text: 'aa\nb\nccc\n' });
  expect(asked()).toEqual({ chunks: 1, text: 'aa\nb\nccc\n' });
  publisher.publish([a, createPiece('other\n'), c]);
  expect(asked()).toEqual({ chunks: 3, text: 'aa\nother\nccc\n' });
  expect(asked()).toEqual({ chunks: 1, text: 'aa\nother\nccc\n' });
  expect(publisher.peek()?.length).toBe('aa\nother\nccc\n'.length);
  // And without it.
  publisher.publish([c, a]);
  expect(asked()).toEqual({ chunks: 2, text: 'ccc\naa\n' });
});
