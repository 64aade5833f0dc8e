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
  ['%C %h %j %u %w %U %V %W %g %G', '20 Nov 306 1 1 44 45 44 26 2026', '20 Jan 031 6 6 04 05 04 26 2026'],
  ['%c|%x|%X|%r|%P', 'Mon Nov  2 09:04:07 2026|11/02/26|09:04:07|09:04:07 AM|am', null],
  ['%%D %%c%n%t', '%D %c\n\t', null],
  ['plain', 'plain', 'plain'],
  ['', '', ''],
] as const) {
  test(`'${format}' is printed as strftime would`, () => {
    const { print, unknown } = compileDate(format);
    assert.deepEqual([print(at), evening && print(afternoon), print(at)], [morning, evening, morning]);
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

test('in another time zone clocks show another time, and say which', () => {
  const winter = Date.UTC(2026, 0, 1, 11, 0, 5);
  const summer = Date.UTC(2026, 6, 1, 22, 30, 0);
  for (const [zone, moment, shown] of [
    ['UTC', winter, '2026-01-01 11:00:05 +0000 UTC 1767265205'],
    ['Europe/Berlin', winter, '2026-01-01 12:00:05 +0100 GMT+1 1767265205'],
    ['Asia/Kolkata', summer, '2026-07-02 04:00:00 +0530 GMT+5:30 1782945000'],
    ['America/New_York', summer, '2026-07-01 18:30:00 -0400 EDT 1782945000'],
  ] as const) {
    assert.equal(compileDate('%F %T %z %Z %s', zone).print(moment), shown);
  }
  assert.throws(() => compileDate('%F', 'Nowhere/City'), RangeError);
});

test('the weeks of a year that begins and ends within one', () => {
  for (const [day, shown] of [
    [Date.UTC(2021, 0, 1), '00 53 00 2020'],
    [Date.UTC(2024, 11, 30), '52 01 53 2025'],
    [Date.UTC(2023, 0, 1), '01 52 00 2022'],
  ] as const) {
    assert.equal(compileDate('%U %V %W %G', 'UTC').print(day), shown);
  }
});
