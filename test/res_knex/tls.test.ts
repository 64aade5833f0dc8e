/** TLS to a server whose certificate is signed by itself: what of it is looked at, and what is said when it is not good. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TlsSettings } from '../../modules/res_knex/token.js';
import { certificate, noCertificates } from '../support/certificate.js';
import { DatabaseServer } from '../support/database-server.js';
import { KINDS, ServerStage } from './server-stage.js';

interface Case {
  readonly what: string;
  readonly tls: TlsSettings;
  /** Undefined: it is let in. */
  readonly told?: RegExp;
  /** By its name. */
  readonly named?: boolean;
}

/** `good` and `other` stand for files with certificates. */
const CASES: readonly Case[] = [
  { what: 'whoever it is', tls: { verify: 'none' } },
  { what: 'with its authority', tls: { verify: 'authority', ca: 'good' } },
  { what: 'without its authority', tls: { verify: 'authority' }, told: /authority in sslrootcert/ },
  { what: 'with another authority', tls: { verify: 'authority', ca: 'other' }, told: /authority in sslrootcert/ },
  { what: 'with its authority and its name', tls: { verify: 'name', ca: 'good' }, named: true },
  {
    ...{
      what: 'with its authority, by an address that the certificate does not have',
      tls: { verify: 'name', ca: 'good' },
    },
    told: /not for this name of it|write the name of the server as its host/,
  },
  {
    what: 'with a file that is not there',
    tls: { verify: 'authority', ca: '/nosuch' },
    told: /file for TLS cannot be read/,
  },
];

for (const kind of KINDS) {
  test(`${kind} over TLS: let in where its certificate is good enough, and else told why not`, {
    skip: DatabaseServer.lacks(kind) ?? false,
  }, async t => {
    const why = await noCertificates();
    if (why) return t.skip(why);
    // For localhost, and not for 127.0.0.1.
    await using good = await certificate('localhost', '');
    await using other = await certificate('localhost', '');
    const server = await DatabaseServer.start(kind, good);
    t.after(() => server.remove());
    const files: Readonly<Record<string, string>> = { good: good.certfile, other: other.certfile };
    for (const { what, tls, told, named = false } of CASES) {
      await t.test(what, async one => {
        const ca = tls.ca === undefined ? undefined : (files[tls.ca] ?? tls.ca);
        const host = named ? 'localhost' : '127.0.0.1';
        const stage = await ServerStage.of(one, server, '', { host, tls: { ...tls, ca } });
        if (kind === 'mariadb') await stage.sql(`ALTER USER ${server.user} REQUIRE SSL`);
        const asked = stage.connection.addColumns('phones', [{ column: 'name', type: 'char' }]);
        if (told) assert.match(await stage.refusal(asked), told);
        else await asked;
        if (kind === 'mariadb' || told) return;
        const [row] = await stage.sql(
          `SELECT COUNT(*) AS many FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND datname = '${stage.database}'`,
        );
        assert.ok(Number(row!['many']) > 0);
      });
    }
    return undefined;
  });

  test(`${kind} with a certificate for another name is not spoken to where its name counts`, {
    skip: DatabaseServer.lacks(kind) ?? false,
  }, async t => {
    const why = await noCertificates();
    if (why) return t.skip(why);
    await using foreign = await certificate('db.example', '');
    const server = await DatabaseServer.start(kind, foreign);
    t.after(() => server.remove());
    const stage = await ServerStage.of(t, server, '', {
      host: 'localhost',
      tls: { verify: 'name', ca: foreign.certfile },
    });
    assert.match(await stage.refusal(stage.connection.columns('phones')), /not for this name of it/);
    return undefined;
  });

  test(`${kind} without TLS is not spoken to by who wants it`, {
    skip: DatabaseServer.lacks(kind) ?? false,
  }, async t => {
    const server = await DatabaseServer.start(kind);
    t.after(() => server.remove());
    const stage = await ServerStage.of(t, server, '', { tls: { verify: 'none' } });
    assert.match(await stage.refusal(stage.connection.columns('phones')), /does not support (?:SSL|secure)|TLS/);
  });
}
