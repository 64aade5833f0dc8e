/** What regcontext and regexten say: extensions in the dialplan while a device is registered. */
import type { Peer } from './peer.js';
import type { Site } from './site.js';

interface Extension {
  readonly context: string;
  readonly extension: string;
}

interface Shown {
  readonly extensions: readonly Extension[];
  /** Whether they are there now: with regextenonqualify they follow the device. */
  present: boolean;
}

export class RegisteredExtensions {
  readonly #site: Site;
  readonly #shown = new Map<Peer, Shown>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** A device begins to be registered: what it brings is settled now. */
  bring(peer: Peer): void {
    const extensions = this.#extensionsOf(peer);
    if (extensions.length === 0) return;
    this.#shown.set(peer, { extensions, present: false });
    this.show(peer, true);
  }

  /** Brings what a device has into the dialplan, or takes it out. */
  show(peer: Peer, present: boolean): void {
    const shown = this.#shown.get(peer);
    if (!shown || shown.present === present) return;
    shown.present = present;
    for (const { context, extension } of shown.extensions) {
      this.#site.emit('registeredExtension', { context, extension, device: peer.name, registrar: 'SIP', present });
    }
  }

  remove(peer: Peer): void {
    this.show(peer, false);
    this.#shown.delete(peer);
  }

  #extensionsOf(peer: Peer): readonly Extension[] {
    const { regcontext } = this.#site.general;
    const own = peer.get('regexten');
    const wanted = own.length > 0 ? own : [{ extension: peer.name, context: '' }];
    return regcontext.length === 0
      ? []
      : wanted.flatMap(({ extension, context }) =>
          (context === '' ? regcontext : [context]).map(into => ({ context: into, extension })),
        );
  }
}
