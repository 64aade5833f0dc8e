/** An INVITE of somebody who was let in, from its arrival until there is a channel, or a refusal (facts of the original, in its order). */
import type { Channel, Job } from '#core';
import { type Description, parseSdp } from '../../session/sdp.js';
import { sdpIn } from '../../session/sdp-part.js';
import type { Session } from '../../session/session.js';
import type { ServerTransaction, ServerUser } from '../../transaction/layer.js';
import { replyFlow } from '../../transport/layer.js';
import { abilitiesOf } from '../abilities.js';
import type { Admitted } from '../admission.js';
import type { Answer } from '../answers.js';
import { natSeen } from '../nat.js';
import { NOT_FOUND, noExtension } from '../no-extension.js';
import { SecurityReport } from '../security.js';
import { type CallSite, timersOf } from './call-site.js';
import { type Called, contextFor, findCalled } from './called.js';
import { callerOf } from './caller.js';
import { NOT_ACCEPTABLE } from './causes.js';
import { dress, equip } from './dress.js';
import { IncomingLeg } from './incoming-leg.js';
import { Ear, openMedia } from './media.js';
import type { Share } from './usage.js';

const GOING: Answer = { status: 503, reason: 'Unavailable' };
/** Of transactions, of ports. */
const FULL: Answer = { status: 503, reason: 'Service Unavailable' };
const STOPPED: Answer = { status: 480, reason: 'Temporarily Unavailable' };
/** With a blank at its end, as the original has it. */
const LIMIT: Answer = { status: 480, reason: 'Temporarily Unavailable (Call limit) ' };
const INCOMPLETE: Answer = { status: 484, reason: 'Address Incomplete' };
const CANCELLED: Answer = { status: 487, reason: 'Request Terminated' };
const TRYING: Answer = { status: 100, reason: 'Trying' };

/** Milliseconds after which the caller repeats himself, if nothing was said (RFC 3261 §17.2.1). */
const PROMPT = 200;

export class Invitation implements ServerUser {
  readonly desk: CallSite;
  readonly admitted: Admitted;
  transaction!: ServerTransaction;
  #leg: IncomingLeg | undefined;
  #over = false;
  #trying: Job | undefined;
  #told = false;
  readonly #done: () => void;

  /** `done`: it is a call now, or was refused. */
  constructor(desk: CallSite, admitted: Admitted, done: () => void) {
    this.desk = desk;
    this.admitted = admitted;
    this.#done = done;
  }

  /** @returns what to answer at once, where it is not kept */
  begin(): Answer | undefined {
    const { request, flow, symmetric, peer } = this.admitted;
    const { site, dialplan } = this.desk;
    const reply = replyFlow(request, flow, symmetric);
    const transaction = dialplan && site.transactions.serve(request, reply, this, timersOf(this.desk, peer));
    if (!transaction) return FULL;
    this.transaction = transaction;
    this.#trying = site.sched.after('100 Trying', PROMPT, () => this.trying());
    site.spawn('call', this.#decide());
    return undefined;
  }

  /** The caller changed his mind: 487, whatever is under way. */
  cancel(cause: number): void {
    if (this.#leg) this.#leg.cancelled(cause);
    else this.#refuse(CANCELLED);
  }

  get over(): boolean {
    return this.#over;
  }

  /** We are going. */
  refuse(): void {
    this.#refuse(GOING);
  }

  /** Nothing is answered any more. */
  close(): void {
    this.#over = true;
    this.#trying?.cancel();
  }

  acknowledged(ack: Parameters<ServerUser['acknowledged']>[0]): void {
    this.#leg?.talk?.acknowledged(ack);
  }

  failed(): void {}

  trying(): void {
    this.#trying?.cancel();
    if (this.#told || this.#over) return;
    this.#told = true;
    const { request, flow, symmetric } = this.admitted;
    const { answers, ourAddress } = this.desk.site;
    const contact = ourAddress.contact(flow, request.requestUri.user ?? '');
    this.transaction.respond(
      100,
      answers.text(request, flow, symmetric, {
        ...TRYING,
        headers: [['Contact', contact]],
        abilities: abilitiesOf(this.#option),
      }),
    );
  }

  /** Refuses what proved nothing without being repeated: its address may be somebody's whom it is aimed at. */
  #refuse(answer: Answer): void {
    if (this.#over) return;
    const { request, flow, symmetric, proven } = this.admitted;
    const { answers, decisions, general } = this.desk.site;
    this.#end();
    decisions.add(request, flow, { answer, symmetric, about: this.admitted }, general);
    if (proven || this.#told) {
      this.transaction.respond(answer.status, answers.text(request, flow, symmetric, answer));
      this.transaction.release();
      return;
    }
    this.transaction.close();
    answers.send(request, flow, symmetric, answer);
  }

  #end(): void {
    this.#trying?.cancel();
    this.#over = true;
    this.#done();
  }

  async #decide(): Promise<void> {
    const { request, flow, peer } = this.admitted;
    const { site, dialplan } = this.desk;
    const sdp = sdpIn(request.header('Content-Type'), request.body);
    if (sdp === undefined && request.body !== '') return this.#refuse(NOT_ACCEPTABLE);
    const offer = sdp === undefined ? undefined : parseSdp(sdp);
    if (offer && 'fault' in offer) return this.#refuse(NOT_ACCEPTABLE);
    const share = peer && this.desk.usage.take(peer);
    if (peer && !share) return this.#limited();
    try {
      const called = await this.#called();
      if (!called || this.#over) return share?.end();
      const ear = new Ear();
      const natted = natSeen(request, flow) || (peer?.forceRport ?? false);
      const session = await openMedia(this.desk, { flow, peer, calling: false, natted }, ear);
      const channel = this.#over ? undefined : this.#open(called, session, offer, share, ear);
      if (!channel) {
        session?.close();
        return share?.end();
      }
      site.spawn('call', dialplan!.run(channel));
    } catch (thrown) {
      share?.end();
      this.#refuse(FULL);
      throw thrown;
    }
  }

  async #called(): Promise<Called | undefined> {
    const { site, dialplan } = this.desk;
    const { request, peer } = this.admitted;
    const context = contextFor(site, request, peer);
    const caller = callerOf(request, peer, this.#option, site.general);
    const called = await findCalled(dialplan!, context, request, caller.number);
    if (called.lookup.exists) return called;
    if (called.lookup.canMatch && this.#option('allowoverlap') === 'yes') this.#refuse(INCOMPLETE);
    else if (!this.#over) {
      noExtension(site, this.admitted, context);
      this.#refuse(NOT_FOUND);
    }
    return undefined;
  }

  readonly #option: IncomingLeg['option'] = name => {
    const { peer } = this.admitted;
    return peer ? peer.get(name) : this.desk.site.peers.defaults[name];
  };

  #open(
    called: Called,
    session: Session | undefined,
    offer: Description | undefined,
    share: Share | undefined,
    ear: Ear,
  ): Channel | undefined {
    if (!session) {
      this.#refuse(FULL);
      return undefined;
    }
    const answer = offer === undefined ? undefined : session.answer(offer);
    if (answer && 'fault' in answer) {
      this.desk.site.log.notice('No compatible codecs, not accepting this offer!');
      this.#refuse(NOT_ACCEPTABLE);
      return undefined;
    }
    return this.#channel(called, session, offer !== undefined, share, ear);
  }

  #channel(
    called: Called,
    session: Session,
    offered: boolean,
    share: Share | undefined,
    ear: Ear,
  ): Channel | undefined {
    const { desk, admitted } = this;
    const { request, peer } = admitted;
    const { channels, technology, site } = desk;
    const device = peer?.name ?? request.from.uri.host;
    const channel = channels.create({
      technology,
      device,
      state: 'Down',
      leg: made => {
        this.#leg = new IncomingLeg({ call: desk, channel: made, session, peer, share }, this, offered);
        ear.leg = this.#leg;
        return this.#leg;
      },
      known: made => dress(made, this.#leg!, called, site.general),
    });
    if (!channel || !this.#leg) {
      this.#refuse(STOPPED);
      return undefined;
    }
    equip(channel, this.#leg, called, site.general);
    channel.toState('Ring');
    this.trying();
    site.decisions.add(
      request,
      admitted.flow,
      { answer: TRYING, symmetric: admitted.symmetric, about: admitted },
      site.general,
    );
    this.#done();
    desk.add(this.#leg);
    return channel;
  }

  #limited(): void {
    const { request, flow, peer } = this.admitted;
    const { site } = this.desk;
    site.log.notice(`Call from '${peer!.name}' refused: it has as many calls as its call-limit allows`);
    site.emit('security', new SecurityReport('SessionLimit', request.requestUri.user ?? '', request, flow, {}));
    this.#refuse(LIMIT);
  }
}
