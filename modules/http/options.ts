/** http.conf: the only list of its options. */
import { bindAddress, custom, files, Invalid, integer, milliseconds, text, type Values, yesno } from '#core';

/** A path without the slash at its end: `/asterisk`. */
const prefix = custom('', 'a path', 'What every path begins with.', value => {
  const words = value.split('/').filter(word => word !== '');
  if (words.some(word => !/^[\w.~-]+$/.test(word))) throw new Invalid(`expected a path, got '${value}'`);
  return words.map(word => `/${word}`).join('');
});

const PAGES = { later: 'pages' };

export const general = {
  enabled: yesno(false, 'Whether there is an HTTP server.'),
  bindaddr: bindAddress('127.0.0.1', 'Address on which to listen; 0.0.0.0 or :: is every one.'),
  bindport: integer(8088, [0, 65_535], 'Port on which to listen; 0 is any.', { guard: true }),
  prefix,
  servername: text('', 'How the server names itself in answers; otherwise Obelisk and its version.'),
  sessionlimit: integer(
    100,
    [1, 100_000],
    'Connections at a time that wait for a request or its answer. Beyond them the oldest goes. WebSockets do not count.',
  ),
  session_inactivity: milliseconds(
    30_000,
    [1, 3_600_000],
    'How long a request may take to come, and how long nothing of its answer may be read.',
  ),
  session_keep_alive: milliseconds(15_000, [0, 3_600_000], 'How long a connection may wait for its next request.'),
  enable_static: yesno(false, 'Serve files under /static.', { ...PAGES, aliases: ['enablestatic'] }),
  enable_status: yesno(false, 'Show the state of the server under /httpstatus.', PAGES),
  redirect: text('', 'From one path to another.', PAGES),
  tlsenable: yesno(false, 'Whether there is an HTTPS server too.'),
  tlsbindaddr: bindAddress('', 'Address and port on which to listen for HTTPS; else as for HTTP, with port 8089.'),
  tlscertfile: files(
    ['asterisk.pem'],
    'The certificate, with its key unless that has a file of its own; of several lines the last, and the others for who asks for their names.',
  ),
  tlsprivatekey: files([], 'The key of the certificate, or of each.'),
  tlscipher: text('', 'Ciphers, as OpenSSL names them.'),
  tlsservercipherorder: yesno(true, 'Our order of ciphers goes before theirs.'),
  tlsdisablev1: yesno(true, 'Refuse TLS 1.0.'),
  tlsdisablev11: yesno(false, 'Refuse TLS 1.1.'),
  tlsdisablev12: yesno(false, 'Refuse TLS 1.2.'),
} as const;

export type General = Values<typeof general>;
