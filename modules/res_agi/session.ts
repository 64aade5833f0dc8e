/** A call led by a program: its commands, one after the other, until either is gone. */
import { ApplicationError, type Channel, type ChannelEvent, nextTurn, type Position, type Timer } from '#core';
import { type AgiCommand, FAILED, type Led, WrongUse } from './command.js';
import { findCommand } from './command-table.js';
import type { Peer } from './peer.js';
import type { Tools } from './tools.js';
import { wordsOf } from './words.js';

/** Milliseconds that a program has for what it does after the end of the call. */
const AFTER_THE_END = 30_000;

/** Commands after which others get their turn, whether or not one waited. */
const COMMANDS_AT_ONCE = 20;

const INVALID = '510 Invalid or unknown command';
const DEAD = '511 Command Not Permitted on a dead channel or intercept routine';

export class Session {
  readonly #channel: Channel;
  readonly #peer: Peer;
  readonly #tools: Tools;
  readonly #led: Led;
  #placed = false;
  #dead: boolean;
  /** It was ended because the call is wanted elsewhere, or over. */
  #cut = false;
  #grace: Timer | undefined;
  #ended: Promise<boolean> | undefined;

  constructor(channel: Channel, peer: Peer, tools: Tools) {
    this.#channel = channel;
    this.#peer = peer;
    this.#tools = tools;
    this.#dead = channel.hangingUp;
    this.#led = {
      channel,
      tools,
      send: line => this.#send(line),
      placed: () => {
        this.#placed = true;
      },
    };
  }

  /** @returns AGISTATUS */
  async run(environment: string): Promise<'SUCCESS' | 'FAILURE' | 'HANGUP'> {
    const begun = this.#channel.position;
    const before = this.#dead;
    const unlisten = this.#channel.listen(event => this.#hears(event));
    if (this.#dead) this.#limit();
    let well = false;
    try {
      this.#peer.send(environment);
      for (let count = 1; ; count++) {
        const line = await this.#peer.next();
        if (line === undefined || this.#ended) break;
        if (count % COMMANDS_AT_ONCE === 0) await nextTurn();
        this.#send(await this.#answer(line));
      }
    } finally {
      unlisten();
      this.#grace?.cancel();
      well = await this.#end();
    }
    this.#settle(begun);
    if ((this.#dead && !before) || this.#cut) return 'HANGUP';
    return well ? 'SUCCESS' : 'FAILURE';
  }

  #hears(event: ChannelEvent): void {
    if (event.kind !== 'interrupted') return;
    if (event.by !== 'hangup' || this.#flag('AGIEXITONHANGUP')) {
      this.#dead = event.by === 'hangup';
      this.#cut = true;
      void this.#end();
      return;
    }
    this.#dead = true;
    if (this.#channel.variables.get('AGISIGHUP')?.toLowerCase() !== 'no') this.#peer.hungUp();
    this.#limit();
  }

  #flag(variable: string): boolean {
    return /^(?:yes|true|1|on|y|t)$/i.test(this.#channel.variables.get(variable) ?? '');
  }

  /** From now on its time is counted. */
  #limit(): void {
    const { clock, name, running } = this.#channel;
    this.#grace = clock.after(AFTER_THE_END, () => {
      const why = `${AFTER_THE_END / 1000} seconds after the hangup are over`;
      this.#tools.core.log.warning(`${name}: AGI ${running?.data}: it is ended, ${why}`);
      void this.#end();
    });
  }

  #end(): Promise<boolean> {
    this.#ended ??= this.#tools.peers.end(this.#peer);
    return this.#ended;
  }

  /** Where it was sent elsewhere without a priority, the one behind AGI's follows there. */
  #settle(begun: Position): void {
    const { position } = this.#channel;
    if (position !== begun && !this.#placed) this.#channel.position = { ...position, priority: position.priority + 1 };
  }

  async #answer(line: string): Promise<string> {
    this.#debug('<<', line);
    const words = wordsOf(line);
    const found = words && findCommand(words);
    if (!found) return INVALID;
    const { command, given } = found;
    if (this.#dead && !command.dead) return DEAD;
    const [least, most] = command.takes;
    if (given.length < least || given.length > most) return usage(command);
    try {
      return `200 ${await command.run(this.#led, given)}`.replaceAll(/[\r\n\0]/g, ' ');
    } catch (thrown) {
      if (thrown instanceof WrongUse) return usage(command);
      if (!(thrown instanceof ApplicationError)) throw thrown;
      this.#tools.core.log.warning(`${this.#channel.name}: AGI ${command.name}: ${thrown.message}`);
      return `200 ${FAILED}`;
    }
  }

  #send(line: string): void {
    this.#debug('>>', line);
    this.#peer.send(`${line}\n`);
  }

  #debug(way: string, line: string): void {
    if (this.#tools.debug.on) this.#tools.core.log.verbose(0, `<${this.#channel.name}>AGI ${way} ${line}`);
  }
}

/** What is told to a program that uses a command wrongly. */
function usage({ name, syntax, summary }: AgiCommand): string {
  const lines = [
    '520-Invalid command syntax.  Proper usage follows:',
    ` Usage: ${name.toUpperCase()} ${syntax}`.trimEnd(),
  ];
  return [...lines, ` ${summary}.`, '520 End of proper usage.'].join('\n');
}
