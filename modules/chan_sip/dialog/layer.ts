/** The dialog layer: which dialog a request belongs to, and how many there may be. */
import { Roster } from '#core';
import type { Message } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import type { Dialog } from './dialog.js';

/** Whoever keeps a dialog. */
export interface DialogUser {
  /** A new request of the other end. It must be answered. */
  request(request: Message, flow: Flow): void;
  /** Whether requests in it may require this extension, beside those that all may. */
  honours(tag: string): boolean;
  /** The ACK to a 2xx of ours. */
  acknowledged(ack: Message): void;
}

interface Entry {
  readonly dialog: Dialog;
  readonly user: DialogUser;
}

export class DialogLayer {
  readonly #entries = new Roster<string, Entry>();
  readonly #limit: number;

  /** `limit`: dialogs kept at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether there was room for it */
  add(dialog: Dialog, user: DialogUser): boolean {
    if (this.#entries.size >= this.#limit) return false;
    this.#entries.set(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag), { dialog, user });
    return true;
  }

  remove({ callId, localTag, remoteTag }: Dialog): void {
    this.#entries.delete(keyOf(callId, localTag, remoteTag));
  }

  /** Of a request of the other end; undefined when it names none of ours. */
  find(request: Message): Entry | undefined {
    if (this.#entries.size === 0) return undefined;
    const local = request.to.params.get('tag');
    if (local === undefined) return undefined;
    return this.#entries.get(keyOf(request.callId, local, request.from.params.get('tag') ?? ''));
  }

  has({ callId, localTag, remoteTag }: Dialog): boolean {
    return this.#entries.has(keyOf(callId, localTag, remoteTag));
  }

  /** By Call-ID and tags as Replaces and its like name it. */
  named(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    return this.#entries.get(keyOf(callId, localTag, remoteTag))?.dialog;
  }

  get size(): number {
    return this.#entries.size;
  }
}

const keyOf = (callId: string, local: string, remote: string): string => `${callId}\n${local}\n${remote}`;
