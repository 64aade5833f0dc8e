/** What is left of an INVITE of ours when its call is gone: a 2xx that comes again or late is still answered (RFC 3261 §13.2.2.4, RFC 6026 §7.2). */
import { Q850 } from '#core';
import { Dialog } from '../../dialog/dialog.js';
import type { Message } from '../../message/message.js';
import type { ClientUser } from '../../transaction/layer.js';
import type { Failure } from '../../transaction/record.js';
import type { Hears } from '../outgoing.js';
import { byeHeaders } from './cause-headers.js';
import { DialogRequests, type DialogRequestsParts } from './dialog-requests.js';

/** Phones that may answer too late behind one contact. */
const MOST = 32;

export const tagOf = (message: Message): string => message.to.params.get('tag') ?? '';

/** Where nothing is left to be heard. */
export const NOBODY: ClientUser = { response: () => undefined, failed: () => undefined };

/** Hears what comes for one INVITE, for whoever is there: its transaction lasts longer than the call. */
export class InviteUser implements ClientUser {
  heard: ClientUser;

  constructor(heard: ClientUser) {
    this.heard = heard;
  }

  response(message: Message): void {
    this.heard.response(message);
  }

  failed(how: Failure): void {
    this.heard.failed(how);
  }
}

/** The same of an INVITE that goes to one place after the other. */
export const anywhere = (user: InviteUser): Hears => ({
  response: message => user.response(message),
  failed: missed => user.failed(missed?.how ?? 'error'),
});

export class Latecomers implements ClientUser {
  readonly #parts: Omit<DialogRequestsParts, 'dialog'>;
  readonly #uri: string;
  readonly #dialogs: Map<string, DialogRequests>;

  /** `dialogs`: those that were made by a 2xx, by the tag of the other end. */
  constructor(parts: Omit<DialogRequestsParts, 'dialog'>, uri: string, dialogs: Map<string, DialogRequests>) {
    this.#parts = parts;
    this.#uri = uri;
    this.#dialogs = dialogs;
  }

  response(message: Message): void {
    if (message.status < 200 || message.status >= 300) return;
    const tag = tagOf(message);
    const known = this.#dialogs.get(tag);
    if (known) known.ack(message.cseq.number);
    else if (this.#dialogs.size < MOST) this.#sendAway(message, tag);
  }

  failed(): void {}

  #sendAway(message: Message, tag: string): void {
    const dialog = Dialog.ofClient(message, this.#uri);
    const requests = new DialogRequests({ ...this.#parts, dialog });
    this.#dialogs.set(tag, requests);
    requests.ack(message.cseq.number);
    const { peer, call } = this.#parts;
    const reason = peer ? peer.get('use_q850_reason') : call.site.peers.defaults.use_q850_reason;
    const headers = byeHeaders(Q850.answeredElsewhere, reason);
    requests.send({ method: 'BYE', headers }, NOBODY);
  }
}
