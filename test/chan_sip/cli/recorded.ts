/** What the original printed for the configuration below, after devices had registered and calls were made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const SIP_CONF = `[general]
context=default
udpbindaddr=127.0.0.1:5960
tcpenable=yes
tcpbindaddr=127.0.0.1:5960
allowguest=no
realm=asterisk
alwaysauthreject=yes
maxexpiry=3600
minexpiry=60
defaultexpiry=120
rtcachefriends=yes
callcounter=yes
regcontext=sipregistrations
allowsubscribe=yes
register => 2001:pass2001@127.0.0.1:5999/2001

[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
allow=alaw
qualify=no

[1008](phone)
secret=pass1008
regexten=1008
callerid="Alice Lee" <1008>
mailbox=1008@default
description=Front desk

[1009](phone)
secret=pass1009
qualify=2000

[1010](phone)
secret=pass1010
nat=force_rport,comedia
deny=0.0.0.0/0.0.0.0
permit=127.0.0.0/255.0.0.0

[trunk]
type=peer
host=127.0.0.1
port=5999
defaultuser=2001
remotesecret=pass2001
context=from-trunk
qualify=yes

[onlyuser]
type=user
secret=abc
context=internal
`;

const FILE = join(__dirname, '../../../../test/chan_sip/cli/recorded.txt');

/** What each command printed, byte by byte. */
const texts: ReadonlyMap<string, string> = new Map(
  readFileSync(FILE, 'utf8')
    .split(/^### /m)
    .slice(1)
    .map(section => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1)] as const;
    }),
);

/** @throws when the command was not recorded */
export function recorded(command: string): string {
  const text = texts.get(command);
  if (text === undefined) throw new Error(`'${command}' was not recorded`);
  return text;
}
