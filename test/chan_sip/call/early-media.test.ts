/** What a caller hears of before the answer: ringing by signalling or in band, and what is played to him. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Channel } from '../../../core/channel/channel.js';
import { CallStack } from '../../support/call-stack.js';

const phones = (general: string, device: string): string => `[general]
allowguest=no
${general}
[1008]
type=friend
host=dynamic
context=internal
secret=pass1008
disallow=all
allow=ulaw
${device}
`;

const PLAN = { internal: '600, Wait()' };

type Step = 'ringing' | 'progress' | 'play';

const STEPS: Readonly<Record<Step, (channel: Channel) => boolean | undefined>> = {
  ringing: channel => channel.indicate('ringing'),
  progress: channel => channel.indicate('progress'),
  play: channel => void channel.play({ kind: 'tone', tones: '440' }),
};

/** For each step whether it is told by signalling, and what the caller gets in all. */
const CASES: [general: string, device: string, steps: Step[], told: (boolean | undefined)[], answers: string[]][] = [
  ['', '', ['ringing'], [true], ['180']],
  ['', '', ['progress', 'ringing'], [true, false], ['183']],
  ['', '', ['ringing', 'progress'], [true, true], ['180', '183']],
  ['', 'progressinband=yes', ['ringing'], [false], ['183']],
  ['progressinband=yes', '', ['ringing', 'ringing'], [false, false], ['183']],
  ['', 'progressinband=never', ['progress'], [true], ['180']],
  ['', 'progressinband=never', ['progress', 'ringing'], [true, true], ['180', '180']],
  ['', 'progressinband=never', ['ringing', 'progress'], [true, true], ['180']],
  ['', '', ['play'], [undefined], []],
  ['prematuremedia=yes', '', ['ringing', 'play'], [true, undefined], ['180']],
  ['prematuremedia=no', '', ['play'], [undefined], ['183']],
  ['prematuremedia=no', '', ['ringing', 'play', 'play'], [true, undefined, undefined], ['180', '183']],
  ['prematuremedia=no', 'progressinband=never', ['play'], [undefined], ['180']],
];

for (const [general, device, steps, told, answers] of CASES) {
  const options = [general, device].filter(text => text !== '').join(', ') || 'as by default';
  test(`${options}: ${steps.join(', ')} gives ${answers.join(', ') || 'nothing'}`, async () => {
    await using stack = await CallStack.of(phones(general, device), PLAN);
    const phone = await stack.phone('1008');
    await phone.call('600');
    await stack.turns();
    assert.deepEqual(
      steps.map(step => STEPS[step](stack.channel)),
      told,
    );
    for (const status of answers) {
      const answer = await phone.expect(`${status} INVITE`);
      assert.equal(answer.body !== '', status === '183', 'only a 183 has SDP');
    }
    // Anything more would come before the end of it.
    await phone.giveUp();
  });
}
