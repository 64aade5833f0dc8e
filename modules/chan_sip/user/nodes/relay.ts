/**
 * What other nodes send to devices whose registrations are ours, and what those send back: passed on without keeping
 * anything of it (RFC 3261 §16.11). From nodes to devices of ours, from devices of ours to nodes, and for nobody else.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { type Address, parseAddress } from '../../message/address.js';
import { backward, hopsLeft, onward, viasOf } from '../../message/forward.js';
import type { Message } from '../../message/message.js';
import { decode } from '../../message/octets.js';
import { ParseError } from '../../message/parse-error.js';
import { hostPort, percentDecode } from '../../message/uri.js';
import { parseVia, type Via } from '../../message/via.js';
import { PROTOCOLS, standardPort } from '../../options/values/transport.js';
import { type Endpoint, type Flow, formatEndpoint } from '../../transport/transport.js';
import type { Answer } from '../answers.js';
import type { Directory } from '../directory.js';
import { wayTo } from '../notification.js';
import type { Peer } from '../peer.js';
import type { Site } from '../site.js';
import { type Nodes, routeTo } from './nodes.js';

const FORBIDDEN: Answer = { status: 403, reason: 'Forbidden' };
const TOO_MANY_HOPS: Answer = { status: 483, reason: 'Too Many Hops' };
/** RFC 5626 §11.5: who asks looks again where the device is. */
const FLOW_FAILED: Answer = { status: 430, reason: 'Flow Failed' };

/** What our branches begin with. */
const MARK = 'z9hG4bKnode.';
/** Requests that begin a dialog, whose later requests come this way too. */
const DIALOGS: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE']);

/** A route of ours. */
interface Ticket {
  readonly account: string;
  /** The node that a device's answers in the dialog go to. */
  readonly by: string | undefined;
}

export class Relay {
  readonly #site: Site;
  readonly #nodes: Nodes;
  readonly #directory: Directory;
  /** What was passed on is known by this; the next life of ours knows nothing of it. */
  readonly #secret = randomBytes(32);

  constructor(site: Site, nodes: Nodes, directory: Directory) {
    this.#site = site;
    this.#nodes = nodes;
    this.#directory = directory;
  }

  /** @returns whether it was for somebody else */
  takes(message: Message, flow: Flow): boolean {
    if (!this.#nodes.active) return false;
    if (message.kind === 'response') return message.via.branch?.startsWith(MARK) === true && this.#back(message);
    if (message.header('Route') === undefined) return false;
    const { ticket, rest } = this.#ticketIn(message);
    if (!ticket) return false;
    const node = this.#nodes.at(flow);
    if (hopsLeft(message) <= 0) this.#refuse(message, flow, TOO_MANY_HOPS);
    else if (node !== undefined)
      this.#site.spawn('a request of a node', this.#toDevice(message, flow, ticket, node, rest));
    else this.#toNode(message, flow, ticket, rest);
    return true;
  }

  /** The first of the routes, where they lead to us, without all that do. */
  #ticketIn(message: Message): { ticket: Ticket | undefined; rest: readonly string[] } {
    const rest = [...message.list('Route')];
    let ticket: Ticket | undefined;
    for (
      let first = addressIn(rest[0]);
      first?.uri.params.get('node') === this.#nodes.name;
      first = addressIn(rest[0])
    ) {
      ticket ??= { account: decode(percentDecode(first.uri.user ?? '')), by: first.uri.params.get('by') };
      rest.shift();
    }
    return { ticket, rest };
  }

  async #toDevice(
    message: Message,
    flow: Flow,
    { account }: Ticket,
    node: string,
    rest: readonly string[],
  ): Promise<void> {
    const known = this.#site.peers.get(account) ?? (await this.#directory.named(account, 'address'));
    const to = known && known !== 'failed' ? this.#wayTo(known, message) : undefined;
    if (!to) {
      this.#refuse(message, flow, FLOW_FAILED);
      return;
    }
    const recorded = DIALOGS.has(message.method) ? this.#records(account, node, flow, to.flow) : [];
    this.#send(message, flow, to.flow, [...to.path, ...rest], recorded);
  }

  /** Only to a contact that is ours: where it is elsewhere by now, the node that asks will know that in a moment. */
  #wayTo(peer: Peer, message: Message): { flow: Flow; path: readonly string[] } | undefined {
    const ours = peer.bindings.filter(({ node }) => node === undefined);
    const binding = ours.find(({ contact }) => contact === message.uri) ?? ours[0];
    const way = binding && wayTo(this.#site, { peer, binding });
    if (!way) return undefined;
    if ('remote' in way) return { flow: way, path: binding.path };
    if (isIP(way.host) === 0) return undefined;
    const remote = { address: way.host, port: way.port ?? standardPort(way.protocol) };
    const flow = this.#site.outward(way.protocol, remote, way.host);
    return flow && { flow, path: binding.path };
  }

  /** A device answers a node in a dialog that came this way. */
  #toNode(message: Message, flow: Flow, { account, by = '' }: Ticket, rest: readonly string[]): void {
    const peer = this.#site.peers.get(account);
    const { address: source } = flow.remote;
    const known = peer?.bindings.some(({ address, connection }) => source === (connection ?? address).address) ?? false;
    const remote = this.#nodes.addressOf(by);
    // Outside of a dialog a device speaks to its own registrar, and that to nodes.
    const within = message.to.params.has('tag') || message.method === 'CANCEL';
    // That one is the other end: what leads on from there would be passed on as if we had asked for it.
    const last = rest.length === 0;
    const onto = known && within && last && remote ? this.#site.outward('udp', remote) : undefined;
    if (onto) this.#send(message, flow, onto, [], []);
    else this.#refuse(message, flow, FORBIDDEN);
  }

  /** Both ends come back by the address of ours that each of them knows (RFC 5658). */
  #records(account: string, node: string, from: Flow, to: Flow): readonly string[] {
    const { ourAddress } = this.#site;
    const near = ourAddress.at(from);
    const far = ourAddress.at(to);
    const by = `;by=${node}`;
    const shared = from.protocol === to.protocol && near.address === far.address && near.port === far.port;
    const over = to.protocol === 'udp' ? '' : `;transport=${to.protocol}`;
    const outer = routeTo(far, this.#nodes.name, account, `${by}${over}`);
    return shared ? [outer] : [outer, routeTo(near, this.#nodes.name, account, by)];
  }

  #send(message: Message, from: Flow, to: Flow, routes: readonly string[], recordRoutes: readonly string[]): void {
    const us = this.#site.ourAddress.at(to);
    const { remote: source } = from;
    const branch = `${MARK}${this.#sign(message.via, source)}`;
    const via = `SIP/2.0/${to.protocol.toUpperCase()} ${hostPort(us.address, us.port)};branch=${branch}`;
    to.send(onward(message, { via, routes, recordRoutes, source }));
  }

  /** An answer goes where its request came from, if it was us who passed that on. */
  #back(response: Message): boolean {
    const next = viaIn(viasOf(response)[1]);
    const address = next?.params.get('received');
    const port = Number(next?.params.get('rport'));
    if (!next || address === undefined || !Number.isInteger(port)) return true;
    const remote = { address, port };
    if (response.via.branch !== `${MARK}${this.#sign(next, remote)}`) return true;
    const protocol = PROTOCOLS.find(known => known === next.transport.toLowerCase());
    if (!protocol || (protocol !== 'udp' && !this.#site.reaches(protocol, remote))) return true;
    this.#site.outward(protocol, remote)?.send(backward(response));
    return true;
  }

  /** The same for a request, its repeats, its CANCEL and the ACK to its refusal; nobody else can make it. */
  #sign({ transport, host, port, branch }: Via, source: Endpoint): string {
    const what = JSON.stringify([transport, host, port ?? 0, branch ?? '', formatEndpoint(source)]);
    return createHmac('sha1', this.#secret).update(what).digest('hex').slice(0, 24);
  }

  #refuse(message: Message, flow: Flow, answer: Answer): void {
    if (message.method !== 'ACK') this.#site.answers.send(message, flow, true, answer);
  }
}

function addressIn(text: string | undefined): Address | undefined {
  try {
    return text === undefined ? undefined : parseAddress(text);
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}

function viaIn(text: string | undefined): Via | undefined {
  try {
    return text === undefined ? undefined : parseVia(text);
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}
