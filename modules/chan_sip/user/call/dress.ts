/** What a channel of a call from somebody knows from the start: where it goes, who calls, the settings of the device. */
import { ApplicationError, type Channel } from '#core';
import { decode } from '../../message/octets.js';
import type { General } from '../../options/general.js';
import { groupWords } from '../../options/values/groups.js';
import type { CallLeg } from './call-leg.js';
import type { Called } from './called.js';
import { callerOf, divertedIn } from './caller.js';
import type { IncomingLeg } from './incoming-leg.js';

/** Before anybody hears of it: where it goes, who calls, whose it is. */
export function dress(channel: Channel, leg: IncomingLeg, { context, extension }: Called, general: General): void {
  const { request } = leg.invitation.admitted;
  channel.position = { context, extension, priority: 1 };
  channel.dnid = extension;
  channel.caller = callerOf(request, leg.peer, name => leg.option(name), general);
  channel.ani = channel.caller;
  settle(channel, leg);
}

/** What the dialplan reads of the request, then what the device sets. */
export function equip(channel: Channel, leg: IncomingLeg, { extension }: Called, general: General): void {
  const { request } = leg.invitation.admitted;
  const diverted = divertedIn(request, general);
  if (diverted) {
    const { from, reason, count, domain, priReason } = diverted;
    channel.redirecting = { from, to: { ...channel.redirecting.to, number: extension }, reason, count };
    channel.set('__PRIREDIRECTREASON', priReason);
    channel.set('__SIPREDIRECTREASON', reason);
    channel.set('__SIPRDNISDOMAIN', domain);
  }
  const [contact] = request.contacts;
  if (contact) channel.set('SIPURI', decode(contact.uri.text));
  const domain = decode(request.requestUri.host);
  if (domain !== '') channel.set('SIPDOMAIN', domain);
  const phoneContext = request.requestUri.params.get('phone-context');
  if (phoneContext !== undefined) channel.set('SIPURIPHONECONTEXT', decode(phoneContext));
  channel.set('SIPCALLID', decode(request.callId));
  setVariables(channel, leg);
}

/** What the device says of all its channels. */
export function settle(channel: Channel, leg: CallLeg): void {
  const { peer } = leg;
  const language = leg.option('language');
  if (language !== '') channel.language = language;
  channel.tonezone = leg.option('tonezone');
  channel.musicclass = leg.option('mohinterpret');
  if (!peer) return;
  channel.accountcode = peer.get('accountcode');
  const flags = peer.get('amaflags').toUpperCase();
  if (flags !== 'DEFAULT') channel.amaflags = flags;
  channel.callgroup = groupWords(peer.get('callgroup'));
  channel.pickupgroup = groupWords(peer.get('pickupgroup'));
}

/** The `setvar` lines of the device. */
export function setVariables(channel: Channel, leg: CallLeg): void {
  for (const { name, value } of leg.peer?.get('setvar') ?? []) {
    if (name.endsWith(')')) write(channel, leg, name, value);
    else channel.set(name, value);
  }
}

/** `setvar=CDR(userfield)=x` writes a function, as Set does. */
function write(channel: Channel, { desk, peer }: CallLeg, name: string, value: string): void {
  const { site, dialplan } = desk;
  if (!dialplan) return;
  const written = dialplan.write(channel, name, value).catch((thrown: unknown) => {
    if (!(thrown instanceof ApplicationError)) throw thrown;
    site.log.warning(`peer '${peer?.name}': setvar ${name}: ${thrown.message}`);
  });
  site.spawn('setvar', written);
}
