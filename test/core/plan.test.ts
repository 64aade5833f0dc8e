import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Declaration } from '../../core/module.js';
import type { ModulesConf, Wish } from '../../core/modules-conf.js';
import { Plan } from '../../core/plan.js';

const declared = (name: string, more: Partial<Declaration> = {}): Declaration => ({ name, description: name, ...more });

const modules: Declaration[] = [
  declared('cli_core', { builtin: true }),
  declared('chan_sip', { requires: ['res_rtp'], optional: ['res_geo'] }),
  declared('res_rtp', { aliases: ['res_rtp_asterisk'] }),
  declared('res_geo'),
  declared('app_echo'),
];

const conf = (autoload: boolean, ...wishes: [how: Wish['how'], name: string][]): ModulesConf => ({
  autoload,
  wishes: wishes.map(([how, name], index) => ({ how, name, file: 'modules.conf', line: index + 2 })),
  warnings: [],
});

const cases: [title: string, conf: ModulesConf, order: string[]][] = [
  [
    'autoload takes everything, built-in ones first',
    conf(true),
    ['cli_core', 'app_echo', 'res_rtp', 'res_geo', 'chan_sip'],
  ],
  ['without autoload only built-in ones are there', conf(false), ['cli_core']],
  ['what a module requires is pulled in', conf(false, ['load', 'chan_sip']), ['cli_core', 'res_rtp', 'chan_sip']],
  [
    'an optional one comes before when it is wanted',
    conf(false, ['load', 'chan_sip'], ['load', 'res_geo']),
    ['cli_core', 'res_rtp', 'res_geo', 'chan_sip'],
  ],
  [
    'the original’s names are understood, in any case',
    conf(false, ['load', 'RES_RTP_ASTERISK']),
    ['cli_core', 'res_rtp'],
  ],
  ['noload wins over autoload', conf(true, ['noload', 'app_echo']), ['cli_core', 'res_rtp', 'res_geo', 'chan_sip']],
  [
    'noload by name keeps even a built-in one out',
    conf(false, ['noload', 'cli_core'], ['load', 'app_echo']),
    ['app_echo'],
  ],
  ['preloaded ones come before all others', conf(false, ['preload', 'res_geo']), ['res_geo', 'cli_core']],
];

for (const [title, wanted, order] of cases) {
  test(title, () => assert.deepEqual(new Plan(wanted, modules).order, order));
}

test('names that we have no module for are listed once, and a misspelt one gets the right name', () => {
  const plan = new Plan(conf(false, ['load', 'pbx_ael'], ['load', 'chan_sap'], ['load', 'pbx_ael']), modules);
  assert.deepEqual(plan.unknown, ['pbx_ael', 'chan_sap']);
  assert.deepEqual(plan.warnings, [
    { file: 'modules.conf', line: 3, message: "there is no module 'chan_sap', did you mean 'chan_sip'?" },
  ]);
});

test('a required module that does not exist is fatal, with its line', () => {
  assert.deepEqual(new Plan(conf(false, ['require', 'res_nosuch']), modules).fatal, {
    file: 'modules.conf',
    line: 2,
    message: "the required module 'res_nosuch' is not part of this PBX",
  });
});

test('a module both required and barred is fatal', () => {
  assert.match(
    new Plan(conf(false, ['require', 'res_geo'], ['noload', 'res_geo']), modules).fatal?.message ?? '',
    /required and not to be loaded/,
  );
});

test('what a barred module takes down with it is told', () => {
  const plan = new Plan(conf(false, ['load', 'chan_sip'], ['noload', 'res_rtp']), modules);
  assert.deepEqual(plan.order, ['cli_core', 'chan_sip']);
  assert.match(plan.warnings[0]?.message ?? '', /'res_rtp' is not loaded/);
});

test('modules that require each other do not hang the order', () => {
  const ring = [declared('a', { requires: ['b'] }), declared('b', { requires: ['a'] })];
  assert.deepEqual([...new Plan(conf(true), ring).order].sort(), ['a', 'b']);
});
