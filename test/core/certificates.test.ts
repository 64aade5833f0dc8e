/** Certificates as files name them: which is shown to whom, and what our own connections offer. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ConnectionOptions, connect, createServer, DEFAULT_CIPHERS, type TlsOptions } from 'node:tls';
import { type Certificates, readCertificates, type TlsSettings } from '../../core/certificates.js';
import { LoadDeclined } from '../../core/errors.js';
import { certificate, noCertificates, type TestCertificate } from '../support/certificate.js';

const bounded = { timeout: 30_000 };

const PLAIN: TlsSettings = {
  ...{ tlscertfile: [], tlsprivatekey: [], tlscafile: '', tlscapath: '', tlscipher: '' },
  ...{ tlsverifyclient: false, tlsdontverifyserver: true, tlsservercipherorder: false },
  ...{ tlsdisablev1: false, tlsdisablev11: false, tlsdisablev12: false },
};

const reading = (settings: Partial<TlsSettings>, now = Date.now()): Promise<Certificates> =>
  readCertificates({ file: 'x.conf', settings: { ...PLAIN, ...settings }, places: new Map(), directory: '/', now });

const problemsOf = (settings: Partial<TlsSettings>): Promise<string[]> =>
  reading(settings).then(
    () => [],
    (thrown: LoadDeclined) => {
      assert.ok(thrown instanceof LoadDeclined);
      return thrown.problems.map(({ message }) => message);
    },
  );

async function connected<T>(
  server: TlsOptions,
  client: ConnectionOptions,
  see: (socket: ReturnType<typeof connect>) => T,
) {
  const listener = createServer(server).listen(0, '127.0.0.1');
  listener.on('tlsClientError', () => undefined);
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...client });
  try {
    await once(socket, 'secureConnect');
    return see(socket);
  } finally {
    socket.destroy();
    listener.close();
  }
}

const shownTo = (servername: string | undefined, server: TlsOptions): Promise<string> =>
  connected(
    server,
    servername === undefined ? {} : { servername },
    socket => socket.getPeerX509Certificate()!.fingerprint,
  );

const fingerprintOf = (cert: string): string => new X509Certificate(cert).fingerprint;

/** A test that needs certificates. */
const secured = (name: string, run: () => Promise<void>) =>
  test(name, bounded, async t => {
    const absent = await noCertificates();
    if (absent) return t.skip(absent);
    return run();
  });

/** The certificate and its key in one file. */
async function joined({ directory, cert, key }: TestCertificate): Promise<string> {
  const path = join(directory, 'both.pem');
  await writeFile(path, cert + key);
  return path;
}

secured(
  'of several certificates each is shown to who asks for its names, and the last one to anybody else',
  async () => {
    await using one = await certificate('one.example');
    await using many = await certificate('*.wild.example');
    await using own = await certificate('own.wild.example');
    await using last = await certificate('last.example');
    const all = [one, own, many, last];
    const { identity } = await reading({
      tlscertfile: [one.certfile, own.certfile, await joined(many), last.certfile],
      tlsprivatekey: [last.keyfile, one.keyfile, own.keyfile],
    });
    const cases: [asked: string | undefined, shown: TestCertificate][] = [
      ['one.example', one],
      ['ONE.example', one],
      ['own.wild.example', own],
      ['other.wild.example', many],
      ['last.example', last],
      ['stranger.example', last],
      ['a b', last],
      [undefined, last],
    ];
    for (const [asked, shown] of cases) {
      const fingerprint = await shownTo(asked, identity.accepting);
      const found = all.find(({ cert }) => fingerprint === fingerprintOf(cert));
      assert.equal(found?.directory, shown.directory, asked);
    }
    assert.equal(identity.connecting.cert, last.cert);
  },
);

secured('one certificate is for everybody', async () => {
  await using made = await certificate();
  const { identity } = await reading({ tlscertfile: [await joined(made)] });
  assert.equal(identity.accepting.SNICallback, undefined);
  assert.equal(await shownTo('stranger.example', identity.accepting), fingerprintOf(made.cert));
});

secured(
  'what is wrong with one of several is told with its name, and what it shares with the others still holds',
  async () => {
    await using one = await certificate('one.example');
    await using two = await certificate('two.example');
    const { certfile, keyfile } = one;
    assert.deepEqual(await problemsOf({ tlscertfile: [certfile, two.certfile], tlsprivatekey: [keyfile] }), [
      `tlsprivatekey: ${two.certfile}: the key is not that of the certificate`,
    ]);
    const [absent, ...more] = await problemsOf({ tlscertfile: ['/nowhere.pem', certfile], tlsprivatekey: [keyfile] });
    const gone = 'tlscertfile: /nowhere.pem cannot be read; there is no such file: create it, or name the right one';
    assert.deepEqual([absent, more], [gone, []]);
    const { identity, warnings } = await reading(
      { tlscertfile: [certfile, two.certfile], tlsprivatekey: [keyfile, two.keyfile], tlsdisablev12: true },
      0,
    );
    assert.match(warnings[0]!, new RegExp(`^the TLS certificate ${certfile} is good from .* on, which is to come$`));
    assert.equal(warnings.length, 2);
    await assert.rejects(connected(identity.accepting, { servername: 'one.example', maxVersion: 'TLSv1.2' }, () => 0));
  },
);

const WEAK = `${DEFAULT_CIPHERS}:@SECLEVEL=0`;

secured('tlsclientmethod=tlsv1 offers TLS 1.0 and nothing else, auto the best that both ends know', async () => {
  await using made = await certificate();
  const { cert, key } = made;
  const server: TlsOptions = { cert, key, minVersion: 'TLSv1', ciphers: WEAK };
  const cases: [settings: Partial<TlsSettings>, version: string][] = [
    [{ tlsclientmethod: 'auto' }, 'TLSv1.3'],
    [{ tlsclientmethod: 'tlsv1' }, 'TLSv1'],
    [{ tlsclientmethod: 'tlsv1', tlscipher: 'ALL' }, 'TLSv1'],
  ];
  for (const [settings, version] of cases) {
    const { identity } = await reading({ tlscertfile: [await joined(made)], ...settings });
    assert.equal(await connected(server, identity.connecting, socket => socket.getProtocol()), version);
    const { ciphers } = identity.accepting;
    assert.ok(!ciphers?.includes('@SECLEVEL=0'), 'who connects to us finds no weaker ciphers');
  }
  assert.deepEqual(
    await problemsOf({ tlscertfile: [await joined(made)], tlsclientmethod: 'tlsv1', tlsdisablev1: true }),
    ['tlsclientmethod: with tlsdisablev1 nothing is left for our connections to others'],
  );
});
