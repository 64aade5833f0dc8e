/** Devices that are refused for every reason there is, and what `sip explain` says of them. */
import { explainCommands } from '../../../modules/chan_sip/cli/explain.js';
import type { SipView } from '../../../modules/chan_sip/cli/view.js';
import type { Why } from '../../../modules/chan_sip/user/why.js';
import { CliStage } from '../../support/cli-stage.js';
import { type Ask, type Login, SiteStage } from './site-stage.js';

export const SECTIONS = `
[1008]
type=friend
host=dynamic
secret=pass1008
[open]
type=friend
host=dynamic
[fixed]
type=peer
host=192.0.2.50
secret=passfixed
[caller]
type=user
secret=passcaller
[denied]
type=friend
host=dynamic
secret=passdenied
deny=0.0.0.0/0
permit=10.0.0.0/8
[listed]
type=friend
host=dynamic
secret=passlisted
acl=office
[tcponly]
type=friend
host=dynamic
secret=passtcponly
transport=tcp
[barred]
type=friend
host=dynamic
secret=passbarred
contactdeny=192.0.2.0/24
[many]
type=friend
host=dynamic
secret=passmany
maxcontacts=2
`;
export const ACL_CONF = '[office]\ndeny=0.0.0.0/0\npermit=198.51.100.0/24\n';

export const stageOf = (general = '') =>
  SiteStage.of(`[general]\ntcpenable=yes\n${general}\n${SECTIONS}`, { 'acl.conf': ACL_CONF });

/** The line of SECTIONS at which a section, or a line behind it, is in the file. */
export const lineOf = (text: string, general = '') =>
  `sip.conf:${`[general]\ntcpenable=yes\n${general}\n${SECTIONS}`.split('\n').indexOf(text) + 1}`;

export const consoleOf = (stage: SiteStage) =>
  new CliStage(...explainCommands({ explanations: stage.user.explanations, peers: stage.peers } as unknown as SipView));

/** The step that decided, as `step: decision @ where`. */
export function decided(stage: SiteStage, who: string): string {
  const [newest] = stage.user.explanations.last(who);
  const { step, decision, where } = newest!.steps
    .filter(({ step: name }) => name !== 'NAT' && name !== 'Answer')
    .at(-1)!;
  return `${step}: ${decision}${where === '' ? '' : ` @ ${where}`}`;
}

export const whyOf = (stage: SiteStage, who: string) => stage.user.explanations.last(who)[0]?.decision.why;

export type Case = readonly [why: Why, ask: Ask, login: Login, line: string, told: string, general?: string];
