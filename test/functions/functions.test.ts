/** What dialplan functions say, as the dialplan asks them: `${…}` through the engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../core/channel/channel.js';
import { pbx } from '../../core/control.js';
import type { Module } from '../../core/module.js';
import appStack from '../../modules/app_stack/index.js';
import base64 from '../../modules/func_base64/index.js';
import callerid from '../../modules/func_callerid/index.js';
import channelInformation from '../../modules/func_channel/index.js';
import cut from '../../modules/func_cut/index.js';
import db from '../../modules/func_db/index.js';
import devstate from '../../modules/func_devstate/index.js';
import dialplanFunctions from '../../modules/func_dialplan/index.js';
import env from '../../modules/func_env/index.js';
import extstate from '../../modules/func_extstate/index.js';
import global from '../../modules/func_global/index.js';
import hangupcause from '../../modules/func_hangupcause/index.js';
import logic from '../../modules/func_logic/index.js';
import math from '../../modules/func_math/index.js';
import md5 from '../../modules/func_md5/index.js';
import rand from '../../modules/func_rand/index.js';
import realtime from '../../modules/func_realtime/index.js';
import sha1 from '../../modules/func_sha1/index.js';
import strings from '../../modules/func_strings/index.js';
import timeout from '../../modules/func_timeout/index.js';
import uri from '../../modules/func_uri/index.js';
import version from '../../modules/func_version/index.js';
import { CoreStage } from '../support/core-stage.js';
import { MemoryPbx } from '../support/memory-pbx.js';
import { Paper } from '../support/paper.js';

const MODULES: readonly Module<unknown>[] = [
  ...[appStack, base64, callerid, channelInformation, cut, db, dialplanFunctions, env, extstate, global, hangupcause],
  ...[logic, math, md5, rand, realtime, sha1, strings, timeout, uri, version],
] as readonly Module<unknown>[];

async function stage(): Promise<{ core: CoreStage; paper: Paper; channel: Channel; close: () => Promise<void> }> {
  const core = await CoreStage.of('functions', {});
  core.registry.provide('core', pbx, new MemoryPbx(core.clock.now()));
  for (const module of MODULES) await module.loadModule(core.core);
  const paper = new Paper(core.calls.channels);
  core.core.technology(paper);
  core.dialplan.addExtension({
    context: 'internal',
    extension: '600',
    priority: 1,
    application: 'NoOp',
    data: '',
    registrar: 'test',
  });
  const channel = paper.incoming('1008', { extension: '600' });
  const close = async (): Promise<void> => {
    for (const one of [...core.calls.channels.values()]) one.end(16);
    await core.close();
  };
  return { core, paper, channel, close };
}

/** What is set first, what is read, and what it is. */
const READS: readonly (readonly [set: Readonly<Record<string, string>>, text: string, value: string])[] = [
  [{}, '${LEN(example)}', '7'],
  [{}, '${LEN()}', '0'],
  [{}, '${TOUPPER(abc)}${TOLOWER(DEF)}', 'ABCdef'],
  [{}, '[${TRIM( a )}][${LTRIM( a )}][${RTRIM( a )}]', '[a][a ][ a]'],
  [{}, '${QUOTE(a "b")}', '"a \\"b\\""'],
  [{}, '${KEYPADHASH(Les 1)}', '5371'],
  [{ x: '1-2-3-4' }, '${CUT(x,-,2)}', '2'],
  [{ x: '1-2-3-4' }, '${CUT(x,,2-3)}', '2-3'],
  [{ x: 'a,b,c' }, '${CUT(x,\\,,1&3)}', 'a,c'],
  [{ x: '1-2-3-4' }, '${CUT(x,-,3-)}', '3-4'],
  [{ x: '1-2-3-4' }, '${CUT(x,-,9)}', ''],
  [{}, '${SORT(b:2,a:10,c:1)}', 'c,b,a'],
  [{}, '${FILTER(0-9,555-0199 ext. 7)}', '55501997'],
  [{}, '${FILTER(0-9,500&SIP/other)}', '500'],
  [{}, '${FILTER(a-c\\x2d,a-b-z)}', 'a-b-'],
  [{ x: 'a b c' }, '${REPLACE(x, ,_)}', 'a_b_c'],
  [{ x: 'a b c' }, '${REPLACE(x, )}', 'abc'],
  [{ x: 'one two one' }, '${STRREPLACE(x,one,1)}', '1 two 1'],
  [{ x: 'one two one' }, '${STRREPLACE(x,one,1,1)}', '1 two one'],
  [{}, '${REGEX("^1[0-9]+$" 1008)}${REGEX("^2" 1008)}', '10'],
  [{ x: 'a,b,c' }, '${FIELDQTY(x,\\,)}', '3'],
  [{ x: 'a,b,c' }, '${FIELDNUM(x,\\,,b)}', '2'],
  [{ x: 'a,b,a' }, '${LISTFILTER(x,\\,,a)}', 'b'],
  [{ x: 'a,b,c' }, '${SHIFT(x)}${POP(x)}${x}', 'acb'],
  [{ 'ARRAY(a,b,c)': '1,2,3' }, '${a}${b}${c}', '123'],
  [{ 'HASH(h,k)': 'v', 'HASH(h,l)': 'w' }, '${HASH(h,k)} ${HASHKEYS(h)} ${HASH(h)}', 'v k,l v,w'],
  [{}, '${IF($[1 < 2]?yes:no)}${IF(0?yes:no)}', 'yesno'],
  [{}, '${IF(1?"a:b":c)}', 'a:b'],
  [{}, '[${IF(1? a b : c )}][${IF(0? a : c )}][${IF(1?" a ":c)}]', '[a b][c][ a ]'],
  [{}, '${IFTIME(*,*,*,*?always:never)}', 'always'],
  [{ x: '1' }, '${ISNULL(${x})}${ISNULL()}${EXISTS(${x})}${EXISTS()}', '0110'],
  [{}, '${SET(y=7)}${y}', '77'],
  [{}, '${MATH(123+456)}', '579.000000'],
  [{}, '${MATH(7/2,int)}', '3'],
  [{}, '${MATH(-3*4,i)}', '-12'],
  [{}, '${MATH(255+0,hex)}', 'ff'],
  [{}, '${MATH(12AND10,i)} ${MATH(12 OR 3,i)} ${MATH(1<<4,i)}', '8 15 16'],
  [{}, '${MATH(1>2)}${MATH(2>=2)}', 'FALSETRUE'],
  [{ n: '9' }, '${INC(n)}${INC(n)}${DEC(n)}${n}', '10111010'],
  [{}, '${MIN(3,2)}${MAX(3,2)}${ABS(-4)}', '234'],
  [{}, '${MD5(abc)}', '900150983cd24fb0d6963f7d28e17f72'],
  [{}, '${SHA1(abc)}', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  [{}, '[${ENV(constructor)}${ENV(__proto__)}] ${IF($["${ENV(PATH)}" = ""]?none:some)}', '[] some'],
  [{}, '${BASE64_ENCODE(näh)} ${BASE64_DECODE(bsOkaA==)}', 'bsOkaA== näh'],
  [{}, '${URIENCODE(a b/ä)} ${URIDECODE(a%20b%2F%C3%A4)}', 'a%20b%2F%C3%A4 a b/ä'],
  [{}, '${RAND(5,5)}', '5'],
  [{}, '${STRFTIME(0,UTC,%Y-%m-%d %H:%M:%S)}', '1970-01-01 00:00:00'],
  [{}, '${STRFTIME(1795874580,America/New_York,%F %T)}', '2026-11-28 09:03:00'],
  [{}, '${CALLERID(num)} ${CALLERID(number)} ${CALLERID(all)}', '1008 1008 "" <1008>'],
  [{ 'CALLERID(num-valid)': '0' }, '${CALLERID(num)}|${CALLERID(all)}|${CALLERID(name-valid)}', '|"" <>|0'],
  [{ 'CALLERID(name)': 'Al ' }, '${CALLERID(name)}${CALLERID(name-valid)}${CALLERID(number-valid)}', 'Al11'],
  [
    { 'CALLERID(num-valid)': '1', 'CALLERID(presentation)': '35' },
    '${CALLERID(num)}${CALLERID(num-presentation)}',
    '1008prohib',
  ],
  [{ 'CALLERID(name)': 'Alice' }, '${CALLERID(all)}', '"Alice" <1008>'],
  [
    { 'CALLERID(all)': 'Bob <42>' },
    '${CALLERID(name)} ${CALLERID(num)} ${CALLERID(pres)}',
    'Bob 42 allowed_not_screened',
  ],
  [{ 'CALLERID(pres)': '32' }, '${CALLERID(pres)}', 'prohib_not_screened'],
  [
    { 'CALLERID(dnid)': '5', 'CALLERID(ani-num)': '6', 'CALLERID(rdnis)': '7' },
    '${CALLERID(dnid)}${CALLERID(ani)}${CALLERID(rdnis)}',
    '567',
  ],
  [{}, '${CALLERID(num,"X" <77>)}', '77'],
  [{ 'CONNECTEDLINE(num)': '9' }, '${CONNECTEDLINE(num)}', '9'],
  [
    { 'REDIRECTING(from-num)': '3', 'REDIRECTING(reason)': 'cfb' },
    '${REDIRECTING(from-num)}${REDIRECTING(reason)}',
    '3cfb',
  ],
  [{}, '${CHANNEL(channeltype)} ${CHANNEL(state)} ${CHANNEL(exten)}', 'Paper Ring 600'],
  [
    { 'CHANNEL(language)': 'de', 'CHANNEL(accountcode)': 'x', 'CHANNEL(amaflags)': '2' },
    '${CHANNEL(language)}${CHANNEL(accountcode)}${CHANNEL(amaflags)}',
    'dex2',
  ],
  [{}, '${CHANNEL_EXISTS(Paper/1008-00000000)}${CHANNEL_EXISTS(x)}', '10'],
  [{}, '${CHANNELS(1008)}', 'Paper/1008-00000000'],
  [
    { 'DB(fam/key)': 'v' },
    '${DB(fam/key)} ${DB_EXISTS(fam/key)} ${DB_EXISTS(fam/no)} ${DB_KEYS(fam)} ${DB_DELETE(fam/key)} ${DB(fam/key)}',
    'v 1 0 key v ',
  ],
  [
    {},
    '${DIALPLAN_EXISTS(internal)}${DIALPLAN_EXISTS(internal,600)}${DIALPLAN_EXISTS(internal,600,2)}${DIALPLAN_EXISTS(no)}',
    '1100',
  ],
  [
    {},
    '${DIALPLAN_EXISTS(internal,,)}${DIALPLAN_EXISTS(internal,600,)}${VALID_EXTEN(internal,600,)}${DIALPLAN_EXISTS(no,,)}',
    '1110',
  ],
  [{ x: 'a\u{1f600}b' }, '${LEN(${x})} ${x:1:1} ${x:-1} ${x:2:5} ${x:3}', '3 \u{1f600} b b '],
  [{ x: 'a\ud83d' }, '${URIENCODE(${x})}', 'a%EF%BF%BD'],
  [{}, '${TIMEOUT(absolute)}', '0'],
  [{}, '${VALID_EXTEN(,600)}${VALID_EXTEN(,601)}', '10'],
  [{ 'GLOBAL(g)': '5' }, '${GLOBAL(g)}${g}', '55'],
  [{ 'SHARED(s)': '6' }, '${SHARED(s,Paper/1008-00000000)}', '6'],
  [
    { 'TIMEOUT(digit)': '3', 'TIMEOUT(absolute)': '60' },
    '${TIMEOUT(digit)} ${TIMEOUT(response)} ${TIMEOUT(absolute)}',
    '3.000 10.000 60.000',
  ],
  [{}, '${EXTENSION_STATE(600@internal)}', 'UNKNOWN'],
];

for (const [set, text, value] of READS) {
  test(`${Object.entries(set)
    .map(([name, to]) => `with ${name}=${to}, `)
    .join('')}${text} is '${value}'`, async () => {
    const { core, channel, close } = await stage();
    for (const [name, to] of Object.entries(set)) await core.dialplan.write(channel, name, to);
    assert.equal(await core.dialplan.substitute(channel, text), value);
    await close();
  });
}

const MISTAKES: readonly (readonly [text: string, word: RegExp])[] = [
  ['${MATH(1/0)}', /division by zero/],
  ['${MATH(1+1,constructor)}', /'constructor' is no type/],
  ['${MIN()}', /MIN expects two numbers/],
  ['${MAX(1)}', /MAX expects two numbers/],
  ['${CHANNELS((x)}', /CHANNELS\(\(x\): /],
  ['${MATH(x+1)}', /number1 operation number2/],
  ['${CUT(x)}', /CUT expects/],
  ['${CALLERID(nothing)}', /is no part of a party/],
  ['${CHANNEL(nothing)}', /has no 'nothing'/],
  ['${STRFTIME(0,Nowhere/City,%Y)}', /is no time zone/],
  ['${DB(nofamily)}', /family\/key is expected/],
  ['${REALTIME(nofamily,a,b)}', /maps no family 'nofamily'/],
  ['${TIMEOUT(never)}', /is no timeout/],
];

for (const [text, word] of MISTAKES) {
  test(`${text} is nothing, and the log says why`, async () => {
    const { core, channel, close } = await stage();
    assert.equal(await core.dialplan.substitute(channel, text), '');
    assert.match(core.lines.join('\n'), word);
    await close();
  });
}

test('an absolute timeout ends a call, and 0 takes it away', async () => {
  const { core, channel, close } = await stage();
  await core.dialplan.write(channel, 'TIMEOUT(absolute)', '60');
  core.clock.advance(30_000);
  assert.equal(await core.dialplan.substitute(channel, '${TIMEOUT(absolute)}'), '30.000');
  core.clock.advance(30_000);
  assert.equal(channel.interruption, 'timeout');
  channel.takeInterruption();
  await core.dialplan.write(channel, 'TIMEOUT(absolute)', '0');
  assert.equal(channel.absoluteTimeout, undefined);
  await close();
});

test('why a channel that was dialled ended can be asked by its name', async () => {
  const { core, paper, channel, close } = await stage();
  const callee = paper.request('1009', { requestor: channel }) as Channel;
  callee.end(17);
  core.events.emit('dialEnded', { caller: channel, callee, status: 'BUSY' });
  assert.equal(await core.dialplan.substitute(channel, '${HANGUPCAUSE_KEYS()}'), callee.name);
  assert.equal(await core.dialplan.substitute(channel, `\${HANGUPCAUSE(${callee.name},ast)}`), 'User busy');
  await close();
});

test('why a channel ended that had answered can be asked once it has', async () => {
  const { core, paper, channel, close } = await stage();
  const callee = paper.request('1009', { requestor: channel }) as Channel;
  core.events.emit('dialEnded', { caller: channel, callee, status: 'ANSWER' });
  callee.end(16);
  assert.equal(await core.dialplan.substitute(channel, `\${HANGUPCAUSE(${callee.name},ast)}`), 'Normal Clearing');
  await close();
});

test('custom devices have the state that was set, in the dialplan, at the prompt and after a restart', async () => {
  const core = await CoreStage.of('func_devstate', {});
  const commands: string[] = [];
  await devstate.loadModule({
    ...core.core,
    command: (...list) => void commands.push(...list.map(({ syntax }) => syntax)),
  });
  const changed: string[] = [];
  core.core.on('deviceStateChanged', ({ device, state }) => void changed.push(`${device} ${state}`));
  await core.dialplan.write(undefined, 'DEVICE_STATE(Custom:lamp)', 'inuse');
  assert.equal(await core.dialplan.substitute(undefined, '${DEVICE_STATE(Custom:lamp)}'), 'INUSE');
  assert.deepEqual(changed, ['Custom:lamp INUSE']);
  assert.deepEqual(core.astdb.entries('CustomDevstate'), [['/CustomDevstate/lamp', 'INUSE']]);
  const hint = { context: 'internal', extension: '700', priority: 'hint', application: 'Custom:lamp' } as const;
  core.dialplan.addExtension({ ...hint, data: '', registrar: 'test' });
  const hints = '${HINT(700@internal)} ${HINT(700@internal,n)} ${HINT(701@internal)}';
  assert.equal(await core.dialplan.substitute(undefined, hints), 'Custom:lamp  ');
  assert.deepEqual(commands, ['devstate list', 'devstate change <device> <state>']);
  await core.close();
});

test('a variable of a subroutine ends with it', async () => {
  const { core, channel, close } = await stage();
  channel.set('x', 'outer');
  await assert.rejects(core.dialplan.write(channel, 'LOCAL(x)', 'lost'), /LOCAL is for subroutines/);
  core.dialplan.addExtension({
    context: 'sub',
    extension: 's',
    priority: 1,
    application: 'Note',
    data: '',
    registrar: 'test',
  });
  const seen: string[] = [];
  core.core.application({
    name: 'Note',
    synopsis: 'Notes what is seen inside',
    syntax: 'Note()',
    async run(inside) {
      await core.dialplan.write(inside, 'LOCAL(x)', 'inner');
      seen.push(await core.dialplan.substitute(inside, '${x}${LOCAL_PEEK(1,x)}'));
    },
  });
  core.dialplan.addExtension({
    context: 'sub',
    extension: 's',
    priority: 2,
    application: 'Return',
    data: '',
    registrar: 'test',
  });
  await core.dialplan.subroutine(channel, 'sub,s,1');
  assert.deepEqual([seen, channel.variables.get('x')], [['innerouter'], 'outer']);
  await close();
});

for (const [what, text] of [
  ['itself', '${EVAL(${A})}'],
  ['itself twice', '${EVAL(${A})}${EVAL(${A})}'],
  ['itself among others', 'x${EVAL(${EVAL(${A})})}${EVAL(y)}${EVAL(${A})}'],
] as const) {
  test(`a text that brings in ${what} comes to an end`, async () => {
    const { core, channel, close } = await stage();
    channel.set('A', text);
    assert.ok((await core.dialplan.substitute(channel, '${EVAL(${A})}')).length < 10_000);
    assert.equal(core.lines.filter(line => line.includes('without end')).length, 1);
    assert.equal(await core.dialplan.substitute(channel, '${EVAL(again)}'), 'again');
    await close();
  });
}

test('a text that brings in many that bring in many comes to an end, though none is deep', async () => {
  const { core, channel, close } = await stage();
  channel.set('W0', 'x');
  for (let level = 1; level <= 5; level++) channel.set(`W${level}`, `\${EVAL(\${W${level - 1}})}`.repeat(6));
  assert.ok((await core.dialplan.substitute(channel, '${EVAL(${W5})}')).length <= 1000);
  assert.equal(core.lines.filter(line => line.includes('without end')).length, 1);
  assert.equal(await core.dialplan.substitute(channel, '${EVAL(${W3})}'), 'x'.repeat(216));
  await close();
});

test('where a hangup handler leads is settled when it is pushed', async () => {
  const { core, channel, close } = await stage();
  for (const [pushed, kept] of [
    ['5(a,b)', 'internal,600,5(a,b)'],
    ['done,1', 'internal,done,1'],
    ['other,done,1(x)', 'other,done,1(x)'],
  ] as const) {
    await core.dialplan.write(channel, 'CHANNEL(hangup_handler_push)', pushed);
    assert.equal(channel.hangupHandlers.at(-1), kept);
  }
  await close();
});

test('lists and texts grow up to a bound', async () => {
  const { core, channel, close } = await stage();
  channel.set('l', 'x'.repeat(60_000));
  await core.dialplan.write(channel, 'PUSH(l)', 'y'.repeat(5000));
  for (const name of ['PUSH(l)', 'UNSHIFT(l)'])
    await assert.rejects(
      core.dialplan.write(channel, name, 'y'.repeat(5000)),
      /'l' is not changed: it would be longer/,
    );
  assert.equal(channel.variables.get('l')?.length, 65_001);
  channel.set('a', 'a'.repeat(8000));
  assert.equal(await core.dialplan.read(channel, `STRREPLACE(a,a,${'b'.repeat(8000)})`), '');
  assert.match(core.lines.join('\n'), /STRREPLACE of 'a' makes more than 65536 characters/);
  assert.equal(await core.dialplan.substitute(channel, '${STRREPLACE(none,a,b)}'), '');
  await close();
});
