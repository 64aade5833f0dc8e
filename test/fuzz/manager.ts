/** What the fuzzer says to the manager interface, over its socket and over HTTP: actions, spoilt or not, and odd requests. */
import type { Chance } from '../support/chance.js';

/** One who may do a lot, and nobody may call the original's name for all of it: what starts programs is left out. */
export const MANAGER_CONF = `[general]
enabled=yes
webenabled=yes
port=0
allowmultiplelogin=yes
httptimeout=1
[fuzz]
secret=pass
read=system,call,log,verbose,agent,user,dtmf,reporting,cdr,dialplan
write=call,user,reporting,dialplan
`;

const LOGIN = 'Action: Login\r\nUsername: fuzz\r\nSecret: pass';

/** None has an effect that lasts but variables and entries of the fuzzer's own. */
const ACTIONS: readonly string[] = [
  LOGIN,
  'Action: Login\r\nUsername: fuzz\r\nSecret: wrong',
  'Action: Challenge\r\nAuthType: MD5',
  'Action: Ping\r\nActionID: 1',
  'Action: Events\r\nEventMask: call,user',
  'Action: Filter\r\nOperation: Add\r\nFilter: Event: Newchannel',
  'Action: Filter\r\nOperation: Add\r\nFilter: !Channel: /.*(a+)+$/',
  'Action: CoreStatus',
  'Action: CoreSettings',
  'Action: CoreShowChannels',
  'Action: ListCommands',
  'Action: Status\r\nChannel: SIP/open-00000001\r\nVariables: A,B',
  'Action: Getvar\r\nVariable: FUZZ',
  'Action: Setvar\r\nVariable: FUZZ\r\nValue: ${FUZZ}1',
  'Action: Originate\r\nChannel: SIP/nobody\r\nContext: fuzz\r\nExten: 600\r\nPriority: 1\r\nTimeout: 100\r\nVariable: A=1,B=2',
  'Action: Hangup\r\nChannel: /^SIP.*/\r\nCause: 16',
  'Action: Redirect\r\nChannel: SIP/open-00000001\r\nContext: fuzz\r\nExten: 600\r\nPriority: 1',
  'Action: ExtensionState\r\nContext: fuzz\r\nExten: 600',
  'Action: ShowDialPlan\r\nContext: fuzz',
  'Action: SIPpeers\r\nActionID: x',
  'Action: SIPshowpeer\r\nPeer: 1008',
  'Action: SIPqualifypeer\r\nPeer: asked',
  'Action: SIPshowregistry',
  'Action: SIPpeerstatus',
  'Action: DBPut\r\nFamily: fuzz\r\nKey: k\r\nVal: v',
  'Action: DBGet\r\nFamily: fuzz\r\nKey: k',
  'Action: DBDel\r\nFamily: fuzz\r\nKey: k',
  'Action: UserEvent\r\nUserEvent: Fuzz\r\nA: b',
  'Action: PlayDTMF\r\nChannel: SIP/open-00000001\r\nDigit: 1',
  'Action: Logoff',
];

const PATHS = ['/rawman', '/mxml', '/manager'];
const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'TRACE', 'X'];
const ODD_HEADERS = [
  'Cookie: mansession_id="00000000000000000000000000000000"',
  `Cookie: mansession_id="${'0'.repeat(5000)}"`,
  'Content-Length: 99999999999',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Content-Type: multipart/form-data; boundary=x',
  'Expect: 100-continue',
  'Connection: keep-alive, upgrade',
  'Authorization: Basic ZnV6ejpwYXNz',
  'Accept-Encoding: gzip;q=nan',
  `X-${'y'.repeat(3000)}: z`,
];
const ENDS = ['\r\n\r\n', '\r\n\r\n', '\r\n\r\n', '\n\n', '\r\n', ''];

/** @param spoil what is done to any text */
export function managerWords(chance: Chance, spoil: (text: string) => string): Buffer {
  const said = Array.from({ length: 1 + chance.below(8) }, () => {
    const action = chance.pick(ACTIONS);
    return (chance.happens(0.6) ? spoil(action) : action) + chance.pick(ENDS);
  });
  if (chance.happens(0.8)) said.unshift(`${LOGIN}\r\n\r\n`);
  return Buffer.from(said.join(''), 'latin1');
}

const queryOf = (action: string): string =>
  action
    .split('\r\n')
    .map(line => line.split(/: ?/, 2).map(encodeURIComponent).join('='))
    .join('&');

/** One or more requests over one connection. */
export function webWords(chance: Chance, spoil: (text: string) => string): Buffer {
  const request = (): string => {
    const [path, query] = [chance.pick(PATHS), queryOf(chance.pick(ACTIONS))];
    const method = chance.happens(0.7) ? chance.pick(['GET', 'POST']) : chance.pick(METHODS);
    const body = method === 'POST' ? (chance.happens(0.3) ? spoil(query) : query) : '';
    const target = method === 'POST' ? path : `${path}?${chance.happens(0.3) ? encodeURI(spoil(query)) : query}`;
    const odd = chance.happens(0.3) ? [chance.pick(ODD_HEADERS)] : [];
    const kind =
      body === '' ? [] : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${body.length}`];
    return [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', ...kind, ...odd, '', body].join('\r\n');
  };
  return Buffer.from(
    Array.from({ length: 1 + chance.below(4) }, () => (chance.happens(0.3) ? spoil(request()) : request())).join(''),
    'latin1',
  );
}
