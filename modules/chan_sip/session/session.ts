/** The media of one leg of a call, as whoever signals for it sees it. */
import type { MediaPort } from '#core';
import type { RtpEngine, RtpFigures } from '../../res_rtp/token.js';
import type { DtmfMode, SessionTerms } from './terms.js';

/** Why an offer or an answer is not taken. Nothing has changed by it. */
export interface Fault {
  readonly fault: 'unacceptable' | 'malformed';
  readonly why: string;
}

/** What a session tells whoever has opened it. */
export interface SessionListener {
  digitBegan(digit: string): void;
  digitEnded(digit: string, durationMs: number): void;
  /** Nothing has come for as long as rtptimeout or rtpholdtimeout says. */
  timedOut(): void;
  /** The far end has put us on hold, or has taken us off it. */
  held(held: boolean): void;
  /** The far end's media has moved or speaks something else: whoever goes direct with it should look again. */
  moved(): void;
}

export interface SessionParts {
  readonly engine: RtpEngine | undefined;
  /** Of this machine, where media comes in. */
  readonly address: string;
  /** What SDP calls it. */
  readonly shown: string;
  readonly terms: SessionTerms;
  readonly listener: SessionListener;
}

/** Where media may go past us. */
export type Detour = 'invite' | 'update' | undefined;

export interface Session {
  readonly media: MediaPort;
  /** What both ends speak, the best first; before they have agreed, what we would. */
  readonly formats: readonly string[];
  readonly held: boolean;
  readonly figures: RtpFigures;
  /** How keys are sent: by the media, or by INFO of either kind. */
  readonly digits: 'rtp' | 'info' | 'shortinfo';
  /** What we said last; undefined: nothing yet. A 200 repeats what its 183 said. */
  readonly local: string | undefined;
  /** Whether both ends have agreed. */
  readonly agreed: boolean;
  /** Where the far end's media is, as it says. */
  readonly remote: { readonly address: string; readonly port: number } | undefined;
  /** Our offer: of an INVITE, or in the 200 to one that brought none. */
  offer(): string;
  /** A re-INVITE without an offer asks for ours; a far end that held us is back by that. */
  offerAsked(): string;
  /** Our offer was refused: what was agreed before stays. */
  withdraw(): void;
  /** The far end's offer, of the first INVITE or of another: our answer, or why there is none. */
  answer(offer: string): { readonly sdp: string } | Fault;
  /** The far end's answer to our offer. */
  accept(answer: string): Fault | undefined;
  /** SIPDtmfMode(): how keys are sent from now on. */
  setDtmfMode(mode: DtmfMode): void;
  /** What another leg speaks that this one hears: what we send is chosen so that nothing need be changed. */
  suit(formats: readonly string[]): void;
  /**
   * Bridged with another leg of ours, or no more. To be asked again whenever either has moved().
   * @returns how the far end is to be told, by an offer(), that its media goes elsewhere now; undefined: not at all
   */
  detour(other: Session | undefined): Detour;
  close(): void;
}

/** Undefined: there is no media, by want of an engine, of a free port, or of encryption that is asked for: 503. */
export type OpenSession = (parts: SessionParts) => Promise<Session | undefined>;
