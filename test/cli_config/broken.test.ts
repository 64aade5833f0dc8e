/** Broken configurations: each is told of by a check and refused by a reload, with its line, and changes nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GOOD } from './broken/good.js';
import { BROKEN } from './broken.js';
import { RunningStage } from './running-stage.js';
import { Directory, findingsIn } from './stage.js';

test('there are more than fifty of them, and no two are called the same', () => {
  assert.ok(BROKEN.length > 50);
  assert.equal(new Set(BROKEN.map(({ what, check }) => `${check} ${what}`)).size, BROKEN.length);
});

test('nothing is said of the good one', async t => {
  const directory = await Directory.of(t, { 'extconfig.conf': '[settings]\n' });
  const stage = await directory.cli();
  assert.deepEqual(await stage.run('config check'), ['done', '7 files: nothing to complain of\n']);
});

const told = ({ place, severity, message }: (typeof BROKEN)[number], { path }: Directory): string =>
  `${place}: ${severity}: ${message.replace('<dir>', path)}`;

for (const broken of BROKEN) {
  test(`${broken.check}, ${broken.what}: config check tells it with its line and changes nothing`, async t => {
    const directory = await Directory.of(t, broken.files);
    // asterisk.conf says where everything is: what is wrong with it is told of a PBX that runs, below.
    if (broken.check === 'asterisk.conf' && broken.severity === 'error') return;
    const before = await directory.content();
    const [outcome, json] = await (await directory.cli()).run(`config check ${broken.check} --json`);
    const findings = findingsIn(json);
    assert.ok(findings.includes(told(broken, directory)), findings.join('\n'));
    assert.equal(outcome, findings.some(line => line.includes(': error: ')) ? 'failed' : 'done');
    assert.deepEqual(await directory.content(), before);
  });
}

/** What runs: it must be the same when a reload was refused. */
const SHOWN = ['sip show peers', 'sip show settings', 'acl show office', 'core show config mappings'];

const shownBy = async (stage: RunningStage): Promise<string[]> => {
  const shown: string[] = [];
  for (const line of SHOWN) shown.push(await stage.text(line));
  return shown;
};

/** Read at the start alone. */
const AT_START = new Set(['asterisk.conf', 'modules.conf']);

test('while a PBX runs', async t => {
  const stage = await RunningStage.of(t);
  const before = await shownBy(stage);
  for (const broken of BROKEN) {
    await t.test(`${broken.check}, ${broken.what}: ${broken.severity}`, async () => {
      const { directory, pbx } = stage;
      await directory.write(broken.files);
      const refused = broken.severity === 'error' && !AT_START.has(broken.check);
      // Which modules run is not changed by a file.
      if (broken.files['modules.conf'] === undefined || broken.check === 'modules.conf') {
        const findings = findingsIn(await stage.text(`config check ${broken.check} --json`));
        assert.ok(findings.includes(told(broken, directory)), findings.join('\n'));
      }
      const { result, why = '' } = await pbx.reload('cli');
      assert.equal(result, refused ? 'error' : 'success', why);
      if (refused) {
        const { place, message } = broken;
        assert.ok(why.includes(`${place}: ${message.replace('<dir>', directory.path)}`), why);
        assert.deepEqual(await shownBy(stage), before);
      }
      await directory.remove(Object.keys(broken.files).filter(name => !(name in GOOD)));
      await directory.write(GOOD);
      assert.deepEqual(await pbx.reload('cli'), { result: 'success' });
      assert.deepEqual(await shownBy(stage), before);
    });
  }
});
