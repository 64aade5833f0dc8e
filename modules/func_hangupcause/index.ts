/** func_hangupcause: why the channels that a call dialled ended. */
import { type Channel, type Core, causeText, type DialplanFunction, defineModule, splitArguments } from '#core';

/** Causes of one call that are remembered. */
const MOST = 100;

interface Ended {
  readonly cause: number;
  readonly technology: string;
}

/** What became of those that each channel dialled, by name. */
class Causes {
  readonly #ended = new WeakMap<Channel, Map<string, Ended>>();

  constructor(core: Core) {
    core.on('dialEnded', ({ caller, callee }) => {
      if (!caller) return;
      const of = this.#of(caller);
      if (of.size < MOST) of.set(callee.name, { cause: callee.hangupCause, technology: callee.technology.type });
    });
  }

  #of(channel: Channel): Map<string, Ended> {
    let of = this.#ended.get(channel);
    if (!of) this.#ended.set(channel, (of = new Map()));
    return of;
  }

  names(channel: Channel): string[] {
    return [...(this.#ended.get(channel)?.keys() ?? [])];
  }

  find(channel: Channel, name: string): Ended | undefined {
    return this.#ended.get(channel)?.get(name);
  }

  clear(channel: Channel): void {
    this.#ended.delete(channel);
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
      const ended = channel && causes.find(channel, name.trim());
      if (!ended) return '';
      return type.trim() === 'tech' ? `${ended.technology} ${ended.cause}` : causeText(ended.cause);
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
