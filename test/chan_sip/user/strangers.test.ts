/** Strangers: REGISTERs from names that nobody has must leave nothing behind, however many come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parse } from '../../../modules/chan_sip/message/parser.js';
import type { Flow } from '../../../modules/chan_sip/transport/transport.js';
import { SiteStage, SOURCE } from './site-stage.js';

const STRANGERS = 20_000;
/** What the heap may differ by for reasons of its own, as code that is optimised meanwhile. One kept string each would be more. */
const SLACK = 512 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** A wire that counts and forgets. */
class Drain implements Flow {
  readonly protocol = 'udp';
  readonly reliable = false;
  readonly local = { address: '192.0.2.1', port: 5060 };
  readonly remote = SOURCE;
  readonly answers = new Map<string, number>();

  send(text: string): void {
    const line = text.slice(0, text.indexOf('\r\n'));
    this.answers.set(line, (this.answers.get(line) ?? 0) + 1);
  }

  to(): Flow {
    return this;
  }

  trusted(): void {}

  promised(): void {}
}

for (const [what, credentials] of [
  ['without credentials', []],
  ['with credentials that cannot be right', ['nobody', '00000000', '0123456789abcdef0123456789abcdef']],
] as const) {
  test(`a flood of REGISTERs from unknown names, ${what}, is answered and leaves no memory behind`, async () => {
    const stage = await SiteStage.of('[general]\n[1008]\ntype=friend\nhost=dynamic\nsecret=pass1008\n');
    const drain = new Drain();
    const [, nonce, response] = credentials;
    const flood = (name: string) => {
      for (let index = 0; index < STRANGERS; index++) {
        const user = `${name}${index}`;
        const headers =
          nonce === undefined
            ? []
            : [
                `Authorization: Digest username="${user}", realm="asterisk", nonce="${nonce}", uri="sip:x", response="${response}"`,
              ];
        stage.transactions.receive(parse(stage.request({ user, callId: `call-${user}`, headers })), drain);
      }
      stage.stage.told.length = 0; // what the stage itself keeps of every fact
    };
    flood('first');
    const before = heap();
    flood('second');
    const grown = heap() - before;
    assert.deepEqual([...drain.answers], [['SIP/2.0 401 Unauthorized', 2 * STRANGERS]]);
    assert.ok(grown < SLACK, `${grown} bytes more after ${STRANGERS} strangers`);
    assert.deepEqual([stage.transactions.size, stage.stage.heap.size, stage.stage.lines.length], [0, 0, 0]);
    await stage.close();
  });
}
