/** Devices and settings that tests of the registrar share. */
import { SiteStage } from './site-stage.js';

export const DEVICES = `
[phone](!)
type=friend
host=dynamic
[1008](phone)
secret=pass1008
[1009](phone)
secret=pass1009
[open](phone)
[fixed]
type=peer
host=192.0.2.50
secret=passfixed
[caller]
type=user
secret=passcaller
[denied](phone)
secret=passdenied
deny=192.0.2.0/24
[tcponly](phone)
secret=passtcponly
transport=tcp
[hashed](phone)
md5secret=8c5a5b1cbb4ba42d4e5b1b1f5bdc1e70
`;
export const CONF = `[general]\ntcpenable=yes\n${DEVICES}`;
export const PLAIN = `[general]\ntcpenable=yes\nalwaysauthreject=no\n${DEVICES}`;
export const stageOf = (general = '') => SiteStage.of(`[general]\n${general}\n${DEVICES}`);
export const EXPIRES = { headers: ['Expires: 300'] };
