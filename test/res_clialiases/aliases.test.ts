/** Words of cli_aliases.conf stand for commands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandTable, cli } from '../../core/cli.js';
import type { Command } from '../../core/command.js';
import { CommandError } from '../../core/errors.js';
import module from '../../modules/res_clialiases/index.js';
import { CliStage } from '../support/cli-stage.js';
import { CoreStage } from '../support/core-stage.js';

const FILE = `[general]
template = friendly
template = own
[friendly]
hangup request = channel request hangup
reload=module reload
[own]
peers=show peers
PEERS=show other
loop=loop twice
again=reload twice
show=module reload
bad<x>=module reload
[not in force]
silent=module reload
`;

const COMMANDS: Command[] = [
  {
    syntax: 'module reload [<name>...]',
    summary: '',
    complete: { name: () => ['chan_sip', 'http'] },
    run: ({ rest, out }) => {
      if (rest[0] === 'no') throw new CommandError('it cannot', true);
      out.line(`reloads ${rest.join('+')}`);
    },
  },
  {
    syntax: 'channel request hangup <channel>',
    summary: '',
    run: ({ args, out }) => out.line(`ends ${args['channel']}`),
  },
  { syntax: 'show peers', summary: '', run: ({ out }) => out.line('none') },
];

async function stage(text?: string) {
  const core = await CoreStage.of('res_clialiases', text === undefined ? {} : { 'cli_aliases.conf': text });
  const at = new CliStage(...COMMANDS);
  core.registry.provide('core', cli, at.table);
  core.core.command = (...commands) => void core.core.defer('commands', at.table.add('res_clialiases', ...commands));
  const state = await module.loadModule(core.core);
  return { core, at, reload: async () => module.reloadModule!(core.core, state, 'cli') };
}

test('an alias runs its command with what is typed behind it, and ends as that does', async () => {
  const { core, at } = await stage(FILE);
  for (const [line, outcome, text] of [
    ['reload', 'done', 'reloads \n'],
    ['reload "a b" c', 'done', 'reloads a b+c\n'],
    ['hangup request SIP/1', 'done', 'ends SIP/1\n'],
    ['peers', 'done', 'none\n'],
    ['reload no', 'failed', "it cannot\nCommand 'module reload no' failed.\n"],
  ]) {
    assert.deepEqual(await at.run(line!), [outcome, text], line);
  }
  assert.equal((await at.run('hangup request'))[0], 'failed');
  assert.equal((await at.run('silent'))[0], 'unknown');
  assert.deepEqual(at.table.complete('reload chan'), ['chan_sip']);
  await core.close();
});

test('lines that cannot be aliases are left out and told; aliases are listed, and follow the file', async () => {
  const { core, at, reload } = await stage(FILE);
  assert.deepEqual(core.lines.splice(0), [
    'warning: cli_aliases.conf:9: PEERS: it stands for something already; the line is left out',
    'warning: cli_aliases.conf:10: loop: it would stand for words that stand for something themselves; the line is left out',
    'warning: cli_aliases.conf:11: again: it would stand for words that stand for something themselves; the line is left out',
    'warning: cli_aliases.conf:13: bad<x>: expected words of letters and digits; the line is left out',
    "warning: cli_aliases.conf:12: show: there is a command 'show peers'; the line is left out",
  ]);
  const listed = async () => (await at.text('cli show aliases')).replaceAll(/ +/g, ' ').trim().split('\n');
  assert.deepEqual(
    (await listed()).map(line => line.trim()),
    ['Alias Command Real Command', 'hangup request channel request hangup', 'reload module reload', 'peers show peers'],
  );
  core.write('cli_aliases.conf', '[general]\ntemplate=a\ntemplate=b\n[a]\nr=module reload\n');
  await reload();
  assert.deepEqual(core.lines.splice(0), ['warning: cli_aliases.conf: template: there is no section [b]']);
  assert.equal((await at.run('reload'))[0], 'unknown');
  assert.equal(await at.text('r'), 'reloads \n');
  await core.close();
  assert.equal((await at.run('r'))[0], 'unknown');
});

test('without the file there are no aliases', async () => {
  const { core, at } = await stage();
  assert.deepEqual(core.lines, []);
  assert.match(await at.text('cli show aliases'), /^Alias Command +Real Command *\n$/);
  await core.close();
});

test('a command that a later module of the start brings goes before an alias', async () => {
  const { core, at } = await stage('[general]\ntemplate=a\n[a]\nlate=module reload\nr=module reload\n');
  at.table.add('late', { syntax: 'late {now|then}', summary: '', run: ({ out }) => out.line('it is late') });
  core.events.emit('fullyBooted', { uptime: 1 });
  await core.settled();
  assert.deepEqual(core.lines, [
    "warning: cli_aliases.conf:4: late: there is a command 'late {now|then}'; the line is left out",
  ]);
  assert.deepEqual([await at.text('late now'), await at.text('r')], ['it is late\n', 'reloads \n']);
  await core.close();
});

test('an alias that leads to itself is left out, however its words are written', async () => {
  const { core, at } = await stage('[general]\ntemplate=a\n[a]\nloop="loop"\nround=rou"nd"\nfar=fa\\r\n');
  assert.equal(core.lines.length, 3, core.lines.join('\n'));
  for (const word of ['loop', 'round', 'far']) assert.equal((await at.run(word))[0], 'unknown', word);
  await core.close();
});

test('while the PBX stops, an alias runs what its command may run', async () => {
  const core = await CoreStage.of('res_clialiases', {
    'cli_aliases.conf': '[general]\ntemplate=a\n[a]\nnow=core stop\nr=no\n',
  });
  const table = new CommandTable({ stopping: () => true, failed: () => assert.fail() });
  table.add('core', { syntax: 'core stop', summary: '', whileStopping: true, run: ({ out }) => out.line('it stops') });
  table.add('core', { syntax: 'no', summary: '', run: () => assert.fail() });
  core.registry.provide('core', cli, table);
  core.core.command = (...commands) => void core.core.defer('commands', table.add('res_clialiases', ...commands));
  await module.loadModule(core.core);
  const told: string[] = [];
  const console = { kind: 'internal', width: undefined, verbosity: 0, muted: true } as const;
  for (const line of ['now', 'r']) await table.run(line, console, text => void told.push(text));
  assert.match(told.join(''), /^it stops\nThe PBX is stopping and takes no new work: 'no' was not run\.\n$/);
  await core.close();
});
