/** What an agreement means for the RTP of a leg. */
import type { RtpFlow } from '../../res_rtp/token.js';
import { type Agreed, packetTime, wantsEvents } from './codecs.js';
import type { Agreement } from './offer-answer.js';
import type { SessionTerms } from './terms.js';

export interface FlowParts {
  readonly terms: SessionTerms;
  readonly digits: 'rtp' | 'info' | 'shortinfo';
  /** Whether media goes past us. */
  readonly direct: boolean;
  /** What another leg speaks that is connected with this one. */
  readonly suited: readonly string[];
  /** What the engine can change into each other. */
  readonly transcodes: readonly string[];
}

export function flowOf(agreement: Agreement, parts: FlowParts): RtpFlow {
  const { terms, digits, direct } = parts;
  const { heard, direction, remote, rtcp, held } = agreement;
  const events = wantsEvents(terms) ? agreement.events : undefined;
  const packet = (one: Agreed) => packetTime(one, agreement.ptime, agreement.maxptime);
  const spoken = spokenOf(agreement, parts);
  return {
    remote,
    rtcp,
    send: { name: spoken.name, payload: spoken.send, ptime: packet(spoken) },
    receive: heard.map(one => ({ name: one.name, payload: one.receive, ptime: packet(one) })),
    events,
    tones: events === undefined && digits === 'rtp',
    sends: direction === 'sendrecv' || direction === 'sendonly',
    receives: direction === 'sendrecv' || direction === 'recvonly',
    symmetric: terms.symmetric,
    timeout: direct ? 0 : held ? terms.holdTimeout : terms.timeout,
    keepalive: direct ? 0 : terms.keepalive,
  };
}

/** The format we send: one the other leg speaks, else one that its can be changed into. */
function spokenOf({ formats }: Agreement, { suited, transcodes }: FlowParts): Agreed {
  const changeable = suited.some(name => transcodes.includes(name));
  return (
    formats.find(({ name }) => suited.includes(name)) ??
    formats.find(({ name }) => changeable && transcodes.includes(name)) ??
    formats[0]!
  );
}
