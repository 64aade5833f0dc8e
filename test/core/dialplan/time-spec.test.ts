/** Times at which includes hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Invalid } from '../../../core/config/options.js';
import { parseTimeSpec } from '../../../core/dialplan/time-spec.js';

/** The clock on the wall, 2026: 22 November is a Sunday. */
const at = (day: number, hour: number, minute: number, month = 11): number =>
  new Date(2026, month - 1, day, hour, minute, 59).getTime();

const CASES: readonly (readonly [spec: string, moment: number, holds: boolean])[] = [
  ['*', at(22, 0, 0), true],
  ['', at(22, 0, 0), true],
  ['*,*,*,*', at(22, 0, 0), true],
  ['09:00-17:00', at(23, 9, 0), true],
  ['9:00-17:00', at(23, 17, 0), true],
  ['09:00-17:00', at(23, 17, 1), false],
  ['09:00-17:00', at(23, 8, 59), false],
  ['22:00-06:00', at(23, 23, 0), true],
  ['22:00-06:00', at(23, 6, 0), true],
  ['22:00-06:00', at(23, 12, 0), false],
  ['12:30', at(23, 12, 30), true],
  ['12:30', at(23, 12, 31), false],
  ['08:00-10:00&14:00-16:00', at(23, 15, 0), true],
  ['08:00-10:00&14:00-16:00', at(23, 12, 0), false],
  ['*,mon-fri', at(22, 12, 0), false],
  ['*|mon-fri', at(23, 12, 0), true],
  ['*,sat-mon', at(22, 12, 0), true],
  ['*,sat-mon', at(24, 12, 0), false],
  ['*,Monday & wed', at(25, 12, 0), true],
  ['*,*,1-15', at(22, 12, 0), false],
  ['*,*,20-5', at(22, 12, 0), true],
  ['*,*,*,nov-feb', at(22, 12, 0), true],
  ['*,*,*,nov-feb', at(22, 12, 0, 7), false],
  ['*,*,*,DEC&nov', at(22, 12, 0), true],
  ['09:00-17:00,mon-fri,*,*', at(23, 12, 0), true],
];

for (const [spec, moment, holds] of CASES) {
  test(`'${spec}' ${holds ? 'holds' : 'does not hold'} on ${new Date(moment).toString().slice(0, 21)}`, () => {
    assert.equal(parseTimeSpec(spec).holds(moment), holds);
  });
}

test('a timezone is that of the times', () => {
  const noon = Date.UTC(2026, 10, 22, 23, 30);
  assert.equal(parseTimeSpec('08:00-09:00,mon,23,nov,Asia/Tokyo').holds(noon), true);
  assert.equal(parseTimeSpec('23:30,sun,22,*,UTC').holds(noon), true);
  assert.equal(parseTimeSpec('00:30,mon,*,*,Europe/Berlin').holds(noon), true);
});

test('what is no time is refused, with what was expected', () => {
  for (const [spec, message] of [
    ['25:00-26:00', "expected a time of day, HH:MM, or a range of them, got '25:00-26:00'"],
    ['*,funday', "expected a day of the week, sun to sat, or a range of them, got 'funday'"],
    ['*,*,32', "expected a day of the month, 1 to 31, or a range of them, got '32'"],
    ['*,*,*,jan-feb-mar', "expected a month, jan to dec, or a range of them, got 'jan-feb-mar'"],
    ['*,*,*,*,Mars/Base', "'Mars/Base' is no timezone, such as Europe/Berlin"],
    ['*,*,*,*,UTC,x', "'*,*,*,*,UTC,x' has more than times, weekdays, days, months and a timezone"],
  ] as const) {
    assert.throws(() => parseTimeSpec(spec), new Invalid(message));
  }
});
