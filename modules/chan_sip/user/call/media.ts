/** The media of a call: opened under the options of its device before there is a channel, heard by its leg after. */
import { openSession, type Session, type SessionListener } from '../../session/session.js';
import { sessionTerms } from '../../session/terms.js';
import type { Flow } from '../../transport/transport.js';
import type { Peer } from '../peer.js';
import type { CallSite } from './call-site.js';

/** Hears a session for whoever is there. */
export class Ear implements SessionListener {
  leg: SessionListener | undefined;

  digitBegan(digit: string): void {
    this.leg?.digitBegan(digit);
  }

  digitEnded(digit: string, durationMs: number): void {
    this.leg?.digitEnded(digit, durationMs);
  }

  timedOut(failure?: string): void {
    this.leg?.timedOut(failure);
  }

  held(held: boolean): void {
    this.leg?.held(held);
  }

  moved(): void {
    this.leg?.moved();
  }
}

export interface MediaWish {
  /** Where signalling goes. */
  readonly flow: Flow;
  readonly peer: Peer | undefined;
  readonly calling: boolean;
  readonly natted: boolean;
  /** Formats of the other leg. */
  readonly wanted?: readonly string[] | undefined;
}

/** Undefined: there is none to be had. */
export function openMedia(call: CallSite, wish: MediaWish, listener: Ear): Promise<Session | undefined> {
  const { site, engine } = call;
  const { flow, peer, calling, natted, wanted } = wish;
  const option: Peer['get'] = name => (peer ? peer.get(name) : site.peers.defaults[name]);
  const allows = (address: string): boolean => site.acls.allows(option('directmediaacl'), address);
  const terms = sessionTerms(option, site.general, { natted, calling, allows, ...(wanted && { wanted }) });
  return openSession({ engine, ...site.ourAddress.forMedia(flow, site.general), terms, listener });
}
