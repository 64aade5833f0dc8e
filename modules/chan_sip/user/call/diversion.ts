/** Who sent the call on, as the Diversion header says it (RFC 5806). */
import { isPrivate, type Party } from '#core';
import { isToken } from '../../message/scan.js';
import type { Flow } from '../../transport/transport.js';
import type { Header } from '../answers.js';
import type { CallLeg } from './call-leg.js';
import { domainOf, quoted, userOf } from './identity.js';

const isKnown = ({ number }: Party): boolean => number !== undefined && number !== '';

export function diversion(leg: Pick<CallLeg, 'channel' | 'desk' | 'peer'>, flow: Flow): Header[] {
  const { from, reason } = leg.channel.redirecting;
  const { site } = leg.desk;
  if (!site.general.send_diversion || !isKnown(from)) return [];
  const domain = domainOf(site, leg.peer, flow);
  const name = from.name ? `${quoted(from.name)} ` : '';
  const said = isToken(reason) ? reason : quoted(reason);
  const hidden = isPrivate(from) ? ';privacy=full' : '';
  return [['Diversion', `${name}<sip:${userOf(from.number!)}@${domain}>;reason=${said}${hidden}`]];
}
