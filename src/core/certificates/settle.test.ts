import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Course,
  DAY,
  DOWN,
  HOUR,
  MINUTE,
  order,
  ordersOf,
  RESOLVER,
  TOKEN,
  UNSEEN,
  ZONE,
} from '../../../test/certificates/course.ts';
import { noteResolverLost, noteResolverStarted, noteServed } from './ledger.ts';
import { readCertificateLedger, writeCertificateLedger } from './ledger-file.ts';
import { orderKey } from './order.ts';

describe('an order', () => {
  test('is made at once, and once', () => {
    const course = new Course(order('a.test'));
    course.wait(MINUTE);
    expect(course.sent).toEqual(['a.test']);
    expect(course.states()).toEqual(['ordered']);
    course.serve('a.test');
    expect(course.states()).toEqual(['served']);
    expect(course.settle().held.size).toBe(0);
  });

  test('is none where a wildcard is there', () => {
    const course = new Course(order('*.a.test'));
    course.serve('*.a.test');
    course.wanted = ordersOf(order('*.a.test'), order('x.a.test'));
    course.settle();
    expect(course.sent).toEqual(['*.a.test']);
  });

  test('that failed is held until its next attempt, later each time', () => {
    const course = new Course(order('b.test'));
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const { wakeAt = 0, held } = course.fail(ZONE, 'b.test');
      expect([...held]).toEqual([orderKey(order('b.test'))]);
      waits.push((wakeAt - course.now) / MINUTE);
      course.wait(wakeAt - course.now);
      expect(course.sent).toHaveLength(attempt + 2);
    }
    expect(waits).toEqual([10, 60, 360, 720, 720, 720]);
  });

  test('that others kept from being made comes again after a minute', () => {
    const course = new Course(order('a.test'));
    course.fail(DOWN, 'a.test');
    course.wait(MINUTE - 1);
    expect(course.sent).toHaveLength(1);
    course.wait(1);
    expect(course.sent).toHaveLength(2);
  });

  test('of which nothing is heard counts as failed after ten minutes', () => {
    const course = new Course(order('a.test'));
    course.wait(10 * MINUTE);
    expect(course.states()).toEqual(['failed']);
    course.wait(HOUR);
    expect(course.sent).toHaveLength(2);
  });

  test('is not made anew because its container starts again', () => {
    const course = new Course(order('b.test'));
    course.fail(ZONE, 'b.test');
    const wanted = course.wanted;
    for (let starts = 0; starts < 20; starts += 1) {
      course.wanted = ordersOf();
      course.settle();
      course.now += 1000;
      course.wanted = wanted;
      course.settle();
    }
    expect(course.sent).toHaveLength(1);
  });

  test('is made when the operator says so, by name or for all', () => {
    const course = new Course(order('b.test'), order('c.test'));
    course.fail(ZONE, 'b.test');
    course.fail(ZONE, 'c.test');
    course.retry('b.test');
    expect(course.sent).toEqual(['b.test', 'c.test', 'b.test']);
    course.fail(ZONE, 'b.test');
    course.retry();
    expect(course.sent.slice(3)).toEqual(['b.test', 'c.test']);
  });

  test('that the authority limits waits until then, and no longer', () => {
    const course = new Course(order('a.test'));
    course.now = Date.parse('2026-11-26T17:00:00Z');
    const { wakeAt = 0 } = course.fail(
      'acme:error:rateLimited :: too many, retry after 2028-03-01 00:00:01 UTC: see',
      'a.test',
    );
    expect(new Date(wakeAt).toISOString()).toBe('2028-03-01T00:00:01.000Z');
  });
});

describe('what is the same for all of a resolver', () => {
  const many = Array.from({ length: 40 }, (_, i) => order(`${String(i).padStart(2, '0')}.test`));

  test('costs ten orders at most, and then one at a time', () => {
    const course = new Course(...many);
    expect(course.sent).toHaveLength(10);
    for (const name of [...course.sent]) course.fail(TOKEN, name);
    course.settle();
    expect(course.sent).toHaveLength(10);
    expect(course.states().every((state) => state === 'failed')).toBe(true);
    course.wait(10 * MINUTE);
    expect(course.sent).toHaveLength(11);
    course.fail(TOKEN, course.sent.at(-1) ?? '');
    course.wait(59 * MINUTE);
    expect(course.sent).toHaveLength(11);
    course.wait(MINUTE);
    expect(course.sent).toHaveLength(12);
    course.serve(course.sent.at(-1) ?? '');
    expect(course.sent).toHaveLength(22);
  });

  test('lets each try in its turn', () => {
    const course = new Course(...many.slice(0, 3));
    for (const { names } of many.slice(0, 3)) course.fail(TOKEN, ...names);
    for (const wait of [10 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR]) {
      course.wait(wait);
      course.fail(TOKEN, course.sent.at(-1) ?? '');
    }
    expect(course.sent.slice(3)).toEqual(['00.test', '01.test', '02.test', '00.test']);
  });

  test('is over for those alone that waited for it', () => {
    const course = new Course(...many.slice(0, 3));
    course.fail(ZONE, '00.test');
    course.fail(TOKEN, '01.test');
    course.fail(TOKEN, '02.test');
    course.retry('01.test');
    course.serve('01.test');
    expect(course.sent.slice(3)).toEqual(['01.test', '02.test']);
  });

  test('is over when one fails for a reason of its own', () => {
    const course = new Course(...many.slice(0, 3));
    for (const { names } of many.slice(0, 3)) course.fail(TOKEN, ...names);
    course.wait(10 * MINUTE);
    course.fail(ZONE, '00.test');
    expect(course.sent.slice(3)).toEqual(['00.test', '01.test', '02.test']);
  });

  test('a resolver that Traefik does without is asked for nothing, until somebody mends it', () => {
    const course = new Course(order('a.test'));
    course.serve('a.test');
    course.ledger = noteServed(
      noteResolverLost(
        course.ledger,
        { resolver: RESOLVER, error: 'unexpected end of JSON input' },
        course.now,
      ),
      [],
    );
    course.settle();
    expect([course.sent, course.states()]).toEqual([['a.test'], ['failed']]);
    course.retry('a.test');
    expect(course.sent).toHaveLength(2);
  });

  test('a resolver that is there again after a start is asked at once', () => {
    const course = new Course(order('a.test'));
    const lost = { resolver: RESOLVER, error: 'permissions 640 for /f are too open, please use 600' };
    course.ledger = noteResolverLost(course.ledger, lost, course.now);
    expect(course.settle().held.size).toBe(1);
    course.ledger = noteResolverStarted(course.ledger, RESOLVER);
    expect(course.settle().held.size).toBe(0);
    course.fail(TOKEN, 'a.test');
    course.ledger = noteResolverStarted(course.ledger, RESOLVER);
    expect(course.settle().held.size).toBe(1);
  });
});

describe("Let's Encrypt's limits", () => {
  test('five failed validations of a host an hour are never reached, whatever the operator says', () => {
    const course = new Course(order('a.test'));
    for (let minute = 0; minute < 55; minute += 1) {
      if (course.states()[0] === 'ordered') course.fail(UNSEEN, 'a.test');
      course.now += MINUTE;
      course.retry();
    }
    expect(course.sent.length).toBeLessThan(5);
    course.wait(HOUR);
    expect(course.sent.length).toBeGreaterThanOrEqual(5);
  });

  test('three hundred orders in three hours are never reached', () => {
    const course = new Course(...Array.from({ length: 1000 }, (_, i) => order(`${i}.test`)));
    let answered = 0;
    for (let i = 0; i < 300; i += 1) {
      for (const name of course.sent.slice(answered)) {
        answered += 1;
        course.serve(name);
      }
    }
    expect(course.sent).toHaveLength(250);
    course.wait(3 * HOUR);
    expect(course.sent.length).toBeGreaterThan(250);
  });

  test('whatever happens, they hold', () => {
    const errors = [TOKEN, ZONE, UNSEEN, DOWN, ''];
    const step = fc.oneof(
      fc.record({ kind: fc.constant('fail' as const), which: fc.nat(4), error: fc.constantFrom(...errors) }),
      fc.record({ kind: fc.constant('serve' as const), which: fc.nat(4) }),
      fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('retry' as const) }),
      fc.record({ kind: fc.constant('lose' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const names = ['a.test', 'b.test', 'c.test', 'd.test', 'e.test'];
        const course = new Course(...names.map((name) => order(name)));
        const checks: { name: string; at: number }[] = [];
        for (const one of steps) {
          const name = 'which' in one ? (names[one.which] ?? '') : '';
          const isOut = course.ledger.orders.get(orderKey(order(name)))?.orderedAt !== undefined;
          if (one.kind === 'fail' && isOut) {
            if (one.error === UNSEEN) checks.push({ name, at: course.now });
            course.fail(one.error, name);
          }
          if (one.kind === 'serve' && isOut) course.serve(name);
          if (one.kind === 'wait') course.wait(one.minutes * MINUTE);
          if (one.kind === 'retry') course.retry();
          if (one.kind === 'lose') course.ledger = noteServed(course.ledger, []);
          course.settle();
          const recent = checks.filter((check) => check.name === name && check.at > course.now - HOUR);
          expect(recent.length).toBeLessThan(5);
          expect(readCertificateLedger(writeCertificateLedger(course.ledger))).toEqual(course.ledger);
        }
      }),
    );
  });
});

test('a certificate with a sixth of its life left is late', () => {
  const course = new Course(order('a.test'));
  course.serve('a.test');
  course.now += 74 * DAY;
  expect(course.states()).toEqual(['served']);
  course.now += 2 * DAY;
  expect(course.states()).toEqual(['late']);
  course.now += 15 * DAY;
  course.settle();
  // It has ended, and Traefik goes on to renew it.
  expect([course.states(), course.sent]).toEqual([['late'], ['a.test']]);
});
