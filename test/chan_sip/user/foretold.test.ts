/** What `sip explain` foretells is what happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stageOf, whyOf } from './explanation-stage.js';
import { SOURCE, type Source } from './site-stage.js';

/** Settings, the device, and where it comes from: what is foretold is what happens. */
const FORETOLD: readonly (readonly [general: string, user: string, source: Source])[] = [
  ...['1008', 'open', 'fixed', 'caller', 'denied', 'listed', 'tcponly', 'barred', 'many', 'ghost'].flatMap(user =>
    [
      '',
      'alwaysauthreject=no',
      'autocreatepeer=yes',
      'contactpermit=10.0.0.0/8\ncontactdeny=198.51.100.0/24',
      'nat=no',
      'domain=pbx.example',
    ].flatMap(general =>
      [
        SOURCE,
        { address: '10.0.0.1', port: 5060 },
        { address: '198.51.100.9', port: 5070 },
        { ...SOURCE, protocol: 'tcp' } as const,
      ].map(source => [general, user, source] as const),
    ),
  ),
  ['dynamic_exclude_static=yes', '1008', { address: '192.0.2.50', port: 5060 }],
];

for (const [general, user, source] of FORETOLD) {
  const { protocol = 'udp' } = source;
  test(`${user} from ${protocol} ${source.address} with '${general.replace('\n', ' ')}' gets what was foretold`, async () => {
    const stage = await stageOf(general);
    const { address, port } = source;
    const foretold = await stage.user.explanations.register(user, { address, port, protocol });
    assert.deepEqual(
      [stage.stage.lines, stage.stage.told, stage.stage.astdb.writes, stage.peers.get(user)?.binding],
      [[], [], 0, undefined],
    );
    const { status, reason } = foretold!.decision;
    const real = stage.login({
      user,
      source,
      protocol,
      ...(general.startsWith('domain') && { to: `sip:${user}@pbx.example` }),
    });
    assert.equal(`${status} ${reason}`, real.line);
    assert.equal(whyOf(stage, user), foretold!.decision.why);
    await stage.close();
  });
}

test('a device that is registered is taken to come from where it is, with the contact that it has', async () => {
  const stage = await stageOf();
  stage.login({ via: '10.1.1.1:5060;branch=z9hG4bK1', contact: '<sip:1008@10.1.1.1:5060>' });
  const { decision, steps } = (await stage.user.explanations.register('1008'))!;
  assert.deepEqual([decision.remote, decision.status], [{ address: '192.0.2.7', port: 5062 }, 200]);
  assert.match(steps.find(({ step }) => step === 'NAT')!.detail, /^Via says 10\.1\.1\.1:5060/);
  assert.equal(steps.find(({ step }) => step === 'Contact')!.detail, 'sip:1008@10.1.1.1:5060');
  assert.equal(steps.find(({ step }) => step === 'Password')!.detail, 'the phone is taken to know the password');
  stage.ask({ user: 'denied', source: { address: '203.0.113.5', port: 5099 } });
  assert.equal((await stage.user.explanations.register('denied'))!.decision.remote.address, '203.0.113.5');
  await stage.close();
});
