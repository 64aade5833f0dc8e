/** The options of manager.conf: the only list of them anywhere. */
import {
  aclOption,
  banOptions,
  bindAddress,
  custom,
  denyInto,
  files,
  integer,
  listOf,
  milliseconds,
  type Option,
  permitInto,
  seconds,
  text,
  truth,
  type Values,
  type Warn,
  whole,
  yesno,
} from '#core';
import { simpleFilter } from './filters.js';
import { classText, readClasses } from './format.js';

/** Names, of which an empty one is none. */
const names = (
  what: string,
  help: string,
  takes: (name: string, warn: Warn) => boolean = () => true,
): Option<readonly string[]> =>
  custom<readonly string[]>(
    [],
    `${what}, comma-separated`,
    help,
    (value, _before, warn) =>
      value
        .split(',')
        .map(name => name.trim())
        .filter(name => name !== '' && takes(name, warn)),
    { show: value => value.join(',') },
  );

/** An event is told at once; a function may have to wait for its value. */
function isVariable(name: string, warn: Warn): boolean {
  if (/^\w+$/.test(name)) return true;
  warn(`'${name}' is no name of a variable: events do not carry it`);
  return false;
}

export const general = {
  enabled: yesno(false, 'Whether there is a manager interface.'),
  webenabled: yesno(false, 'Whether it is there over HTTP, too: /rawman, /mxml and /manager of http.conf.'),
  bindaddr: bindAddress('127.0.0.1', 'Address on which to listen; 0.0.0.0 or :: is every one.'),
  port: integer(5038, [0, 65_535], 'Port on which to listen; 0 is any.', { guard: true }),
  tlsenable: yesno(false, 'Whether there is an address for TLS, too.'),
  tlsbindaddr: bindAddress('', 'Address and port on which to listen for TLS; else as bindaddr, with tlsbindport.'),
  tlsbindport: integer(5039, [0, 65_535], 'Port on which to listen for TLS.', { guard: true }),
  tlscertfile: files(
    ['asterisk.pem'],
    'The certificate, with its key unless that has a file of its own; of several lines the last, and the others for who asks for their names.',
  ),
  tlsprivatekey: files([], 'The key of the certificate, or of each.'),
  tlscipher: text('', 'Ciphers, as OpenSSL names them.'),
  tlscafile: text('', 'Certificates of those who vouch for clients.'),
  tlscapath: text('', 'A directory of such certificates.'),
  tlsverifyclient: yesno(false, 'Whether a client needs a certificate that somebody vouches for.', { guard: true }),
  tlsservercipherorder: yesno(true, 'Our order of ciphers goes before theirs.'),
  tlsdisablev1: yesno(true, 'Refuse TLS 1.0.'),
  tlsdisablev11: yesno(false, 'Refuse TLS 1.1.'),
  tlsdisablev12: yesno(false, 'Refuse TLS 1.2.'),
  allowmultiplelogin: yesno(true, 'Whether a user may be logged in several times.'),
  displayconnects: yesno(true, 'Whether logins and their ends are told at verbose level 2.'),
  timestampevents: yesno(false, 'Whether events carry the time.'),
  brokeneventsaction: yesno(false, 'Whether the action Events gives no answer when everything is asked for.'),
  channelvars: names(
    'names of variables',
    'Variables of channels that their events carry, where they are set.',
    isVariable,
  ),
  disabledevents: names('names of events', 'Events that nobody is told of.'),
  debug: yesno(false, 'Whether events carry a sequence number.'),
  authtimeout: seconds(30, [1, 3600], 'How long a client may take to log in.', { guard: true }),
  authlimit: integer(50, [1, 100_000], 'Clients at a time that have not logged in; beyond them one of them goes.', {
    guard: true,
  }),
  ...banOptions,
  httptimeout: seconds(60, [1, 86_400], 'How long a session over HTTP lasts without a request.'),
  'block-sockets': yesno(false, 'Writes that wait.', { never: 'no write ever waits' }),
} as const;

export type General = Values<typeof general>;

const classes = (help: string): Option<number> =>
  custom<number>(
    0,
    'classes, comma-separated, or all',
    help,
    (value, _before, warn) => readClasses(value, word => warn(`there is no class '${word}'`)),
    { show: classText, guard: true },
  );

const asGeneral = (help: string): Option<boolean | undefined> =>
  custom<boolean | undefined>(undefined, 'yes or no; else as in [general]', help, value => truth(value) ?? false, {
    show: value => (value === undefined ? '' : value ? 'Yes' : 'No'),
  });

export const user = {
  secret: text('', 'The password. Without one nobody logs in.', { secret: true }),
  read: classes('Classes of events that the user is told.'),
  write: classes('Classes of actions that the user may run.'),
  acl: aclOption('Lists of acl.conf that the address of a client must pass.'),
  permit: permitInto('acl', 'Lets these addresses log in. The last line that matches decides.'),
  deny: denyInto('acl', 'Keeps these addresses out.'),
  setvar: listOf('name=value', 'A variable of the channels that the user makes.', value => value, { repeats: whole }),
  eventfilter: listOf(
    'a regular expression, with ! before it for what is kept away',
    'Passes on events that match, or keeps them away. Also: eventfilter(action(exclude),name(Event),header(Name),method(contains)) = text',
    value => simpleFilter(value),
    { show: value => value.map(({ text: written }) => written).join(', ') },
  ),
  writetimeout: milliseconds(100, [1, 600_000], 'How long the client may read nothing of what waits for it.'),
  displayconnects: asGeneral('Whether logins are told.'),
  allowmultiplelogin: asGeneral('Whether the user may be logged in several times.'),
} as const;

export type UserValues = Values<typeof user>;
