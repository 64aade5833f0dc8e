/** All calls of the stack: how they begin, who is in them, and their end with the module. */
import {
  type Channels,
  type Core,
  channels,
  type Dialplan,
  dialplan,
  messageOf,
  Q850,
  Roster,
  token,
  within,
} from '#core';
import type { RtpEngine } from '../../../res_rtp/token.js';
import type { Message } from '../../message/message.js';
import type { Credential } from '../../options/values/credential.js';
import type { ServerTransaction } from '../../transaction/layer.js';
import type { Admitted } from '../admission.js';
import type { Answer } from '../answers.js';
import type { Directory } from '../directory.js';
import type { Notice } from '../notice.js';
import type { Site } from '../site.js';
import type { CallLeg } from './call-leg.js';
import type { CallSite } from './call-site.js';
import { isAnsweredElsewhere } from './causes.js';
import { IncomingLeg } from './incoming-leg.js';
import { Invitation } from './invitation.js';
import { OutgoingLeg } from './outgoing-leg.js';
import { SipTechnology } from './technology.js';
import { Usage } from './usage.js';

/** How long the other ends may take to hear of our end, in milliseconds. */
const GOODBYE = 2000;

const engineToken = token<RtpEngine>('rtp engine');

export class Calls implements CallSite {
  readonly site: Site;
  readonly channels: Channels;
  readonly usage: Usage;
  readonly technology: SipTechnology;
  readonly random: () => number;
  credentials: readonly Credential[] = [];
  leaving = false;
  readonly #core: Core;
  /** By the names of their channels. */
  readonly #legs = new Roster<string, CallLeg>();
  /** How the Call-IDs of our INVITEs begin. */
  readonly #ours = new Set<string>();
  /** INVITEs that are no calls yet. */
  readonly #pending = new Roster<number, Invitation>();
  #invited = 0;
  readonly #invitations = new WeakMap<ServerTransaction, Invitation>();
  #idle: (() => void) | undefined;

  constructor(core: Core, site: Site, directory: Directory, random: () => number) {
    this.#core = core;
    this.site = site;
    this.random = random;
    this.channels = core.use(channels);
    this.usage = new Usage(name => this.channels.deviceChanged(`SIP/${name}`));
    this.technology = new SipTechnology(this, directory);
    core.technology(this.technology);
    core.on('peerStatus', ({ technology, peer, renewed }) => {
      if (technology !== 'SIP') return;
      // A refresh is what nearly all of them are, and changes the state of nothing.
      if (renewed && this.site.peers.get(peer)) return;
      // Of a row that nobody has asked for nobody is told: it would be read at each registration.
      const asked = this.technology.rows.outdated(peer);
      if (asked || this.site.peers.get(peer)) this.channels.deviceChanged(`SIP/${peer}`);
    });
  }

  get dialplan(): Dialplan | undefined {
    return this.#core.find(dialplan);
  }

  get engine(): RtpEngine | undefined {
    return this.#core.find(engineToken);
  }

  /** Takes a call of somebody who was let in. @returns what to answer where it cannot even be begun */
  invite(admitted: Admitted): Answer | undefined {
    if (this.leaving) return { status: 503, reason: 'Unavailable' };
    const number = this.#invited++;
    const invitation = new Invitation(this, admitted, () => this.#decided(number, invitation));
    const answer = invitation.begin();
    if (answer) return answer;
    if (!invitation.over) {
      this.#invitations.set(invitation.transaction, invitation);
      this.#pending.set(number, invitation);
    }
    return undefined;
  }

  #decided(number: number, invitation: Invitation): void {
    this.#pending.delete(number);
    if (invitation.over) this.#invitations.delete(invitation.transaction);
  }

  /** @returns whether there is an INVITE that it is about */
  cancel(request: Message): boolean {
    const transaction = this.site.transactions.findInvite(request);
    if (!transaction) return false;
    const elsewhere = isAnsweredElsewhere(request.headers('Reason'));
    this.#invitations.get(transaction)?.cancel(elsewhere ? Q850.answeredElsewhere : Q850.normalClearing);
    return true;
  }

  add(leg: CallLeg): void {
    this.#legs.set(leg.channel.name, leg);
    if (leg instanceof OutgoingLeg) for (const id of leg.ids) this.#ours.add(id);
  }

  drop(leg: CallLeg): void {
    this.#legs.delete(leg.channel.name);
    if (leg instanceof OutgoingLeg) for (const id of leg.ids) this.#ours.delete(id);
    if (leg instanceof IncomingLeg) this.#invitations.delete(leg.invitation.transaction);
    leg.dropped();
    if (this.#legs.size === 0) this.#idle?.();
  }

  /** A NOTIFY within a call that is up. @returns whether there is such a call */
  notify(callId: string, notice: Notice): boolean {
    for (const leg of this.legs) if (leg.callId === callId && leg.notify(notice)) return true;
    return false;
  }

  get legs(): Iterable<CallLeg> {
    return this.#legs.values();
  }

  /** Whether an INVITE of ours came back to us. */
  isOurs(callId: string): boolean {
    return this.#ours.has(callId.split('@', 1)[0]!);
  }

  /** Calls that are under way, and INVITEs that may become some. */
  get size(): number {
    return this.#legs.size + this.#pending.size;
  }

  /** All calls end: the other ends hear of it, within bounds. */
  async leave(): Promise<void> {
    this.leaving = true;
    for (const invitation of [...this.#pending.values()]) invitation.refuse();
    for (const leg of [...this.#legs.values()]) {
      leg.channel.requestHangup(Q850.normalClearing);
      leg.hangup();
    }
    if (this.#legs.size === 0) return;
    const idle = new Promise<void>(done => (this.#idle = done));
    await within(this.site.clock, GOODBYE, idle).catch(thrown =>
      this.site.log.warning(`${this.#legs.size} calls ended without an answer to our BYE (${messageOf(thrown)})`),
    );
  }

  /** Nothing is sent or waited for any more. */
  close(): void {
    this.leaving = true;
    for (const invitation of [...this.#pending.values()]) invitation.close();
    this.#pending.clear();
    for (const leg of [...this.#legs.values()]) leg.close();
  }
}
