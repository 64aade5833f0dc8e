/** Dates of log lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDate } from '../../../core/log/dates.js';

const at = new Date(2026, 10, 2, 9, 4, 7, 41).getTime();
const afternoon = new Date(2026, 0, 31, 23, 59, 59, 999).getTime();

for (const [format, morning, evening] of [
  ['%b %e %T', 'Nov  2 09:04:07', 'Jan 31 23:59:59'],
  ['%F %T.%3q', '2026-11-02 09:04:07.041', '2026-01-31 23:59:59.999'],
  ['%H:%M:%S.%6q', '09:04:07.041000', '23:59:59.999000'],
  ['%1q %2q %4q %5q %q', '0 04 0410 04100 041', '9 99 9990 99900 999'],
  ['%Y/%m/%d %D %R', '2026/11/02 11/02/26 09:04', '2026/01/31 01/31/26 23:59'],
  ['%a %A %B %I:%M %p', 'Mon Monday November 09:04 AM', 'Sat Saturday January 11:59 PM'],
  ['%l|%k|%y', ' 9| 9|26', '11|23|26'],
  ['100%% [%d]', '100% [02]', '100% [31]'],
  ['plain', 'plain', 'plain'],
  ['', '', ''],
] as const) {
  test(`'${format}' is printed as strftime would`, () => {
    const { print, unknown } = compileDate(format);
    assert.deepEqual([print(at), print(afternoon), print(at)], [morning, evening, morning]);
    assert.deepEqual(unknown, []);
  });
}

test('the seconds since 1970 are a directive too', () => {
  assert.equal(compileDate('%s').print(1_795_347_847_500), '1795347847');
});

test('what is not known stands as it is, and is named', () => {
  const { print, unknown } = compileDate('%b %Q %7q %');
  assert.equal(print(at), 'Nov %Q %7q %');
  assert.deepEqual(unknown, ['%Q', '%7', '%']);
});

test('a new second is a new text, the same second is not', () => {
  const { print } = compileDate('%S');
  assert.deepEqual(
    [0, 999, 1000, 1999, 59_000, 0].map(ms => print(at - 41 + ms)),
    ['07', '07', '08', '08', '06', '07'],
  );
});
