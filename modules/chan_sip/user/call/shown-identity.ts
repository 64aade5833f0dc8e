/** Who is on the other side of a call, as its device is told: with the answers, and anew when it is another one. */
import type { Party } from '#core';
import type { Header } from '../answers.js';
import type { CallLeg } from './call-leg.js';
import { identityHeaders } from './identity.js';
import type { Talk } from './talk.js';

/** By which the original knows an UPDATE of another of its kind. */
export const UPDATE_MARK: Header = ['X-Asterisk-rpid-update', 'Yes'];

const PARTS = ['number', 'name', 'presentation'] as const;

export class ShownIdentity {
  readonly #leg: CallLeg;
  readonly #role: 'calling' | 'called';
  /** Who went out last. */
  #told: Party | undefined;

  constructor(leg: CallLeg, role: 'calling' | 'called') {
    this.#leg = leg;
    this.#role = role;
  }

  /** For a message that goes out now. */
  headers(flow = this.#leg.far.flow): Header[] {
    const { connected } = this.#leg.channel;
    this.#told = connected;
    return identityHeaders(this.#leg, connected, this.#role, flow);
  }

  /** Whether the device is to be told of another one than it knows. */
  get isNew(): boolean {
    const { connected } = this.#leg.channel;
    const told = this.#told;
    const same = PARTS.every(part => told?.[part] === connected[part]);
    return !same && identityHeaders(this.#leg, connected, this.#role, this.#leg.far.flow).length > 0;
  }

  /** Within a call: by an offer, whose turn may be later; at once, with rpid_update, by an UPDATE where that must wait. */
  tell(talk: Talk): void {
    if (!this.isNew) return;
    if (talk.isBusy && this.#leg.option('rpid_update')) this.update(talk);
    else talk.reoffer(this.#leg.option('directmedia').update ? 'UPDATE' : 'INVITE');
  }

  /** By an UPDATE without SDP. */
  update(talk: Talk): void {
    this.#leg.said('Tx: UPDATE');
    const quiet = { response: () => undefined, failed: () => undefined };
    talk.requests.send({ method: 'UPDATE', headers: [...this.headers(), UPDATE_MARK] }, quiet);
  }
}
