/** Explanations: why the latest requests got their answers, and what a REGISTER would come to that nobody has sent. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { request } from '../message/build.js';
import type { Message } from '../message/message.js';
import { encode } from '../message/octets.js';
import { ParseError } from '../message/parse-error.js';
import { parse, parseHead } from '../message/parser.js';
import { hostPort, parseUri, percentEncode } from '../message/uri.js';
import { standardPort } from '../options/values/transport.js';
import type { Endpoint, Flow, Protocol } from '../transport/transport.js';
import { AWAY, type Decision, decisionOf, nobody } from './decisions.js';
import type { Directory } from './directory.js';
import type { Peer } from './peer.js';
import { type Families, PEERS } from './realtime-families.js';
import type { Registrar } from './registrar.js';
import type { Found, Site } from './site.js';
import { type Step, stepsOf } from './steps.js';

export interface Explanation {
  readonly decision: Decision;
  readonly steps: readonly Step[];
  /** Whether nobody knows where the device may be, and it was taken to be here. */
  readonly guessed: boolean;
}

/** Where a request is thought to come from; what is left out is as it was last. */
export interface From {
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly protocol?: Protocol | undefined;
}

export interface ExplanationParts {
  readonly registrar: Registrar;
  readonly directory: Directory;
  readonly families: Families;
}

/** Decisions that are shown of one device or address. */
const SHOWN = 5;
const LOOPBACK: Endpoint = { address: '127.0.0.1', port: standardPort('udp') };

/** Who asks, as far as that decides anything. */
interface Origin {
  readonly protocol: Protocol;
  readonly remote: Endpoint;
  /** What it would put into Contact, and into Via. */
  readonly contact: string;
  readonly via: Endpoint;
  readonly guessed: boolean;
}

export class Explanations {
  readonly #site: Site;
  readonly #parts: ExplanationParts;

  constructor(site: Site, parts: ExplanationParts) {
    this.#site = site;
    this.#parts = parts;
  }

  /**
   * What a REGISTER would come to whose phone knows the password.
   * @returns undefined when nobody can be called that
   */
  async register(name: string, from: From = {}): Promise<Explanation | undefined> {
    const { peers, mapped, general, clock } = this.#site;
    const known = peers.get(name);
    const found = known || !mapped ? { peer: known } : await this.#parts.directory.find({ purpose: 'register', name });
    const origin = this.#origin(name, found?.peer, from);
    const message = this.#message(name, origin);
    if (!message) return undefined;
    const flow: Flow = { ...NOWHERE, ...origin, reliable: origin.protocol !== 'udp', to: () => flow };
    const decided = found ? this.#rehearsed(message, flow, found) : { answer: AWAY, about: nobody(name) };
    const now = { number: 0, at: clock.now() };
    return { ...this.#explained(decisionOf(now, message, flow, decided, general), true), guessed: origin.guessed };
  }

  /** Decisions that are kept. */
  get size(): number {
    return this.#site.decisions.size;
  }

  /** The latest of a name, or of an address with or without its port; the newest first. */
  last(who: string, port?: number): readonly Explanation[] {
    const isAddress = isIP(who) !== 0;
    const found = this.#site.decisions.find(
      ({ user, peer, remote }) =>
        isAddress
          ? remote.address === who && (port === undefined || remote.port === port)
          : user === who || peer?.name === who,
      SHOWN,
    );
    return found.map(decision => this.#explained(decision));
  }

  #rehearsed(message: Message, flow: Flow, found: Found) {
    const { answer, attempt } = this.#parts.registrar.rehearse(message, flow, found);
    return { answer, ...(attempt && { about: attempt, symmetric: attempt.symmetric }) };
  }

  #explained(decision: Decision, imagined = false): Explanation {
    const { text } = decision;
    const context = {
      site: this.#site,
      decision,
      request: text === '' ? undefined : parseHead(text),
      row: this.#row,
      imagined,
    };
    return { decision, steps: stepsOf(context), guessed: false };
  }

  /** Where the row of a device is. */
  readonly #row = (name: string): string => {
    const targets = this.#parts.families.realtime.targets(PEERS);
    const [place] = targets.map(({ driver, database, table }) => `${driver}:${database}/${table}`);
    return `${place ?? PEERS} name=${name}`;
  };

  /** Where the device was last: registered, or heard of at least. */
  #origin(name: string, peer: Peer | undefined, { address, port, protocol }: From): Origin {
    const [heard] = this.#site.decisions.find(({ user, method }) => user === name && method === 'REGISTER', 1);
    const last = peer?.binding ?? heard;
    const over = protocol ?? last?.protocol ?? peer?.primary ?? 'udp';
    const known = peer?.address ?? heard?.remote;
    const there = known ?? LOOPBACK;
    const moved = address !== undefined && address !== there.address;
    const remote = { address: address ?? there.address, port: port ?? (moved ? standardPort(over) : there.port) };
    const { binding } = peer ?? {};
    const contact =
      binding && !moved ? binding.contact : `sip:${this.#user(name)}@${hostPort(remote.address, remote.port)}`;
    const behind = binding && !moved && peer?.natDetected ? parseUri(binding.contact) : undefined;
    const via = behind ? { address: behind.host, port: behind.port ?? standardPort(over) } : remote;
    return { protocol: over, remote, contact, via, guessed: !known && address === undefined };
  }

  #user(name: string): string {
    return this.#site.general.pedantic ? percentEncode(encode(name)) : encode(name);
  }

  /** Undefined when no message can say that name. */
  #message(name: string, { protocol, contact, via }: Origin): Message | undefined {
    const [domain] = this.#site.domains.rows();
    const aor = `sip:${this.#user(name)}@${hostPort(domain?.name ?? 'localhost')}`;
    const text = request({
      method: 'REGISTER',
      uri: `sip:${hostPort(domain?.name ?? 'localhost')}`,
      via: {
        transport: protocol.toUpperCase(),
        host: via.address,
        port: via.port,
        branch: 'z9hG4bKthought',
        rport: true,
      },
      maxForwards: 70,
      from: `<${aor}>;tag=thought`,
      to: `<${aor}>`,
      contact: `<${contact}>`,
      callId: randomBytes(16).toString('hex'),
      cseq: 1,
    });
    try {
      return parse(text);
    } catch (thrown) {
      if (!(thrown instanceof ParseError)) throw thrown;
      return undefined;
    }
  }
}

/** A way over which nothing goes. */
const NOWHERE = {
  local: { address: '0.0.0.0', port: 0 },
  send: () => undefined,
  trusted: () => undefined,
  promised: () => undefined,
};
