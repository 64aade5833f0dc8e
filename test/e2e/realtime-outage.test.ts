/** A PostgreSQL or a MariaDB that stands still, and one that is dead, while phones refresh whose accounts it has. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { onEachServer } from '../support/each-way.js';
import { PhonesOnServer, registerAll, WAYS } from '../support/phones-on-server.js';
import { REGISTRATION, registration } from '../support/realtime-phones.js';

const PHONES = 200;
/** Milliseconds between two rounds: others need the processor, too. */
const BREATH = 2000;

const seconds = (): number => Math.floor(Date.now() / 1000);

onEachServer((kind, it) => {
  it(`, while it stands still, and while it is dead, ${PHONES} phones refresh; all is written when it is back`, async (t, server) => {
    const way = WAYS.find(one => one.kind === kind && one.driver !== 'odbc')!;
    const names = Array.from({ length: PHONES }, (_, index) => `4${String(index).padStart(3, '0')}`);
    const stage = await PhonesOnServer.of(t, way, names, { server });
    const phones = await stage.phones(names);
    await registerAll(phones, 100);
    const outages: readonly [what: 'still' | 'dead', expires: number, away: () => unknown, back: () => unknown][] = [
      ['still', 1000, () => server.signal('SIGSTOP'), () => server.signal('SIGCONT')],
      ['dead', 3000, () => server.kill(), () => server.run()],
    ];
    for (const [what, expires, away, back] of outages) {
      await away();
      // Until it is noticed, which takes as long as a write may take, and once more.
      let noticed = false;
      let rounds = 0;
      for (; !noticed; rounds++) {
        noticed = / down /.test(await stage.pbx.says('sql show connections'));
        await registerAll(phones, expires);
        await setTimeout(noticed ? 0 : BREATH);
      }
      const last = seconds() + expires - 60;
      await back();
      const returned = Date.now();
      await stage.becomes(`SELECT name FROM sippeers WHERE regseconds IS NULL OR regseconds < ${last}`, []);
      t.diagnostic(`${what}: ${rounds} rounds of ${PHONES}; all written ${Date.now() - returned} ms after its return`);
      await stage.becomes(`SELECT ${REGISTRATION} FROM sippeers ORDER BY id`, phones.map(registration));
    }
    await stage.tells(/NOTICE.*writes work again/);
    assert.match(await stage.pbx.says('realtime load sippeers name 4007'), /^ +secret {2}pass4007 *$/m);
    assert.match(await stage.pbx.says('sql show connections'), /^\S+ +(?:pg|mysql2) +up +closed +0 /m);
  });
});
