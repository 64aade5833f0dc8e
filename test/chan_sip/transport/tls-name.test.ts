/** AST-2015-003: a certificate whose name holds a NUL is not for the name that stands before it. */
import assert from 'node:assert/strict';
import { sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { certificate, noCertificates, type TestCertificate } from '../../support/certificate.js';
import { requestText } from '../../support/stage.js';
import { failureOf, transportStage } from '../../support/transport.js';

const LIMITS = { authTimeout: 30_000, authLimit: 100, idle: 600_000 };
/** Stands where the NUL is to be: no certificate with one can be asked of openssl. */
const MARK = 'pbx.exampleXevil.example';
const SEQUENCE = 0x30;
const BIT_STRING = 0x03;

/** One value of DER: where its content begins, and where the next value does. */
function valueAt(der: Buffer, at: number): { content: number; end: number } {
  const first = der[at + 1]!;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
  const content = at + 2 + octets;
  return { content, end: content + length };
}

function der(tag: number, content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x82]), length, content]);
}

/** The same certificate with a NUL in every name of it, signed anew by its key. */
function withNul({ cert, key }: TestCertificate): string {
  const whole = new X509Certificate(cert).raw;
  const outer = valueAt(whole, 0);
  const inner = valueAt(whole, outer.content);
  const algorithm = valueAt(whole, inner.end);
  const text = whole.subarray(outer.content, inner.end).toString('latin1');
  const signed = Buffer.from(text.replaceAll(MARK, MARK.replace('X', '\0')), 'latin1');
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', signed, key)]);
  const made = der(
    SEQUENCE,
    Buffer.concat([signed, whole.subarray(inner.end, algorithm.end), der(BIT_STRING, signature)]),
  );
  return `-----BEGIN CERTIFICATE-----\n${made.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

test('AST-2015-003: a name with a NUL in a certificate is not taken for the name before it', async t => {
  const absent = await noCertificates();
  if (absent) return t.skip(absent);
  await using made = await certificate(MARK, '');
  const cert = withNul(made);
  const identity = { cert, key: made.key };
  await using stage = transportStage(undefined, LIMITS, () => ({
    accepting: identity,
    connecting: { ca: [cert] },
  }));
  const listener = await stage.layer.open('tls', { address: '127.0.0.1', port: 0 });
  const server = createServer(identity).listen(0, '127.0.0.1').unref();
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  const remote = { address: '127.0.0.1', port: (server.address() as { port: number }).port };
  const failure = await failureOf(listener.flow(remote, 'pbx.example'), requestText('OPTIONS'));
  // Its signature is right, and what is wrong is its name.
  assert.equal('code' in failure && failure.code, 'ERR_TLS_CERT_ALTNAME_INVALID', failure.message);
  server.close();
  return undefined;
});
