/** func_hangupcause: why the channels that a call dialled ended. */
import { type Channel, type Core, causeText, type DialplanFunction, defineModule, splitArguments } from '#core';

/** Causes of one call that are remembered. */
const MOST = 100;

interface Dialled {
  cause: number;
  readonly technology: string;
}

/** What became of those that each channel dialled, by name. */
class Causes {
  readonly #callers = new WeakMap<Channel, Map<string, Dialled>>();
  /** The same by who was dialled: one that answered ends later. */
  readonly #callees = new WeakMap<Channel, Dialled>();

  constructor(core: Core) {
    core.on('dialEnded', ({ caller, callee }) => {
      if (!caller) return;
      const of = this.#of(caller);
      if (of.size >= MOST) return;
      const dialled: Dialled = { cause: callee.hangupCause, technology: callee.technology.type };
      of.set(callee.name, dialled);
      this.#callees.set(callee, dialled);
    });
    core.on('channelEnded', ({ channel }) => {
      const dialled = this.#callees.get(channel);
      if (dialled) dialled.cause = channel.hangupCause;
    });
  }

  #of(channel: Channel): Map<string, Dialled> {
    let of = this.#callers.get(channel);
    if (!of) this.#callers.set(channel, (of = new Map()));
    return of;
  }

  names(channel: Channel): string[] {
    return [...(this.#callers.get(channel)?.keys() ?? [])];
  }

  find(channel: Channel, name: string): Dialled | undefined {
    return this.#callers.get(channel)?.get(name);
  }

  clear(channel: Channel): void {
    this.#callers.delete(channel);
  }
}

const functions = (causes: Causes): DialplanFunction[] => [
  {
    name: 'HANGUPCAUSE',
    synopsis: 'Gets why a channel that was dialled ended.',
    syntax: 'HANGUPCAUSE(channel,type)',
    arguments: [
      { name: 'channel', help: 'One of HANGUPCAUSE_KEYS()', required: true },
      { name: 'type', help: 'ast: in the words of Q.850; tech: as the technology says', required: true },
    ],
    read({ channel, data }) {
      const [name = '', type = 'ast'] = splitArguments(data);
      const dialled = channel && causes.find(channel, name.trim());
      if (!dialled) return '';
      return type.trim() === 'tech' ? `${dialled.technology} ${dialled.cause}` : causeText(dialled.cause);
    },
  },
  {
    name: 'HANGUPCAUSE_KEYS',
    synopsis: 'Lists the channels that were dialled and ended.',
    syntax: 'HANGUPCAUSE_KEYS()',
    read: ({ channel }) => (channel ? causes.names(channel).join(',') : ''),
  },
];

export default defineModule({
  name: 'func_hangupcause',
  description: 'HANGUPCAUSE related functions and applications',
  loadModule(core) {
    const causes = new Causes(core);
    core.dialplanFunction(...functions(causes));
    core.application({
      name: 'HangupCauseClear',
      synopsis: 'Forgets why channels that were dialled ended.',
      syntax: 'HangupCauseClear()',
      run: channel => causes.clear(channel),
    });
  },
});
