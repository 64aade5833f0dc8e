/** A leg of a call as lists show it. */
import { forceRportWord } from '../../options/values/nat.js';
import { formatEndpoint } from '../../transport/transport.js';
import type { CallLeg } from './call-leg.js';

const MODES: Readonly<Record<string, string>> = { shortinfo: 'info' };

export function callRow(leg: CallLeg) {
  const { channel, session, peer, talk, far } = leg;
  const remote = formatEndpoint(far.flow.remote);
  const { caller, connected } = channel;
  const party = leg.direction === 'Incoming' ? caller : connected;
  const dtmf = leg.option('dtmfmode');
  return {
    address: far.flow.remote.address,
    user: (leg.direction === 'Incoming' ? caller.number : peer?.defaultuser) ?? '',
    callId: leg.callId,
    format: leg.ended ? '' : (session.formats[0] ?? ''),
    hold: leg.isHeld,
    ending: leg.ended,
    lastMessage: leg.lastMessage,
    transfer: '',
    device: peer?.name ?? '',
    direction: leg.direction,
    channel: leg.ended ? '' : channel.name,
    since: channel.createdAt,
    codecs: { ours: leg.option('allow').map(({ name }) => name), joint: session.agreed ? session.formats : [] },
    received: remote,
    theoretical: remote,
    transferMode: leg.option('allowtransfer') ? 'open' : 'closed',
    forceRport: peer?.forceRportWord ?? forceRportWord(leg.desk.site.general.nat, false),
    audio: session.here.address,
    ourTag: talk?.dialog.localTag ?? '',
    theirTag: talk?.dialog.remoteTag ?? '',
    useragent: far.useragent,
    uri: far.ruri,
    caller: party.number ?? '',
    promiscredir: leg.option('promiscredir'),
    route: talk && talk.dialog.routes.length > 0 ? talk.dialog.routes.join(', ') : 'N/A',
    dtmf: MODES[dtmf] ?? dtmf,
    transport: far.flow.protocol.toUpperCase(),
    bitrate: leg.option('maxcallbitrate'),
    figures: session.figures,
  };
}
