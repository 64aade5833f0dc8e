/** A dialog: what two ends know of each other once one has answered the other (RFC 3261 §12). */
import { addressParams, parseAddress } from '../message/address.js';
import type { Message } from '../message/message.js';
import { detach } from '../message/octets.js';
import { ParseError } from '../message/parse-error.js';
import { parseUri } from '../message/uri.js';

/** The first CSeq of ours in a dialog that the other end began, as the original counts. */
const FIRST_CSEQ = 102;
/** Proxies that a route may name: a request of ours must stay one that can be sent. */
const MOST_ROUTES = 16;

/** What stands in a request within a dialog. */
export interface DialogParts {
  readonly uri: string;
  readonly routes: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
}

interface Origin {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  readonly routes: readonly string[];
  readonly target: string;
  readonly localCSeq: number;
  readonly remoteCSeq: number | undefined;
}

export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Whether it was made by a final answer. */
  confirmed = false;
  readonly #local: string;
  readonly #remote: string;
  #routes: readonly string[];
  #target: string;
  #localCSeq: number;
  #remoteCSeq: number | undefined;

  private constructor(origin: Origin) {
    this.callId = origin.callId;
    this.localTag = origin.localTag;
    this.remoteTag = origin.remoteTag;
    this.#local = origin.local;
    this.#remote = origin.remote;
    this.#routes = origin.routes;
    this.#target = origin.target;
    this.#localCSeq = origin.localCSeq;
    this.#remoteCSeq = origin.remoteCSeq;
  }

  /** Of an INVITE that we answer (§12.1.1). */
  static ofServer(invite: Message, localTag: string): Dialog {
    return new Dialog({
      callId: detach(invite.callId),
      localTag,
      remoteTag: detach(invite.from.params.get('tag') ?? ''),
      local: detach(`${invite.header('To') ?? ''};tag=${localTag}`),
      remote: detach(invite.header('From') ?? ''),
      routes: routesOf(invite),
      target: targetIn(invite) ?? detach(invite.from.uri.text),
      localCSeq: FIRST_CSEQ - 1,
      remoteCSeq: invite.cseq.number,
    });
  }

  /** Of an answer to an INVITE of ours, to a URI (§12.1.2). */
  static ofClient(response: Message, uri: string): Dialog {
    return new Dialog({
      callId: detach(response.callId),
      localTag: detach(response.from.params.get('tag') ?? ''),
      remoteTag: detach(tagIn(response.header('To'))),
      local: detach(response.header('From') ?? ''),
      remote: detach(response.header('To') ?? ''),
      routes: routesOf(response).toReversed(),
      target: targetIn(response) ?? uri,
      localCSeq: response.cseq.number,
      remoteCSeq: undefined,
    });
  }

  /** Where the other end takes requests. */
  get target(): string {
    return this.#target;
  }

  get routes(): readonly string[] {
    return this.#routes;
  }

  /** The URI whose host requests go to: the first proxy on the way, or the other end. */
  get next(): string {
    const [first] = this.#routes;
    return first === undefined ? this.#target : (uriIn(first) ?? this.#target);
  }

  /** The other end as it names itself, with its tag. */
  get remote(): string {
    return this.#remote;
  }

  /** Takes a request of the other end in. @returns whether it is a new one: its CSeq is higher than all before (§12.2.2) */
  admits(request: Message): boolean {
    const { number } = request.cseq;
    if (this.#remoteCSeq !== undefined && number <= this.#remoteCSeq) return false;
    this.#remoteCSeq = number;
    return true;
  }

  /** The other end has moved: of a request or an answer that may say so (§12.2). */
  refresh(message: Message): void {
    this.#target = targetIn(message) ?? this.#target;
  }

  /** The final answer counts, where the ones before said otherwise (§13.2.2.4). */
  confirm(response: Message): void {
    this.confirmed = true;
    this.#routes = routesOf(response).toReversed();
    this.refresh(response);
  }

  /** The next request of ours. */
  request(): DialogParts {
    this.#localCSeq += 1;
    return this.parts(this.#localCSeq);
  }

  /** The highest CSeq of ours. */
  get localCSeq(): number {
    return this.#localCSeq;
  }

  /** Of a request with this CSeq: an ACK has that of its INVITE (§13.2.2.4). */
  parts(cseq: number): DialogParts {
    const common = { from: this.#local, to: this.#remote, callId: this.callId, cseq };
    const [first, ...rest] = this.#routes;
    // A proxy that does not know loose routing gets the request as its own (§12.2.1.1).
    const strict = first !== undefined && !isLoose(first) ? uriIn(first) : undefined;
    if (strict === undefined) return { ...common, uri: this.#target, routes: this.#routes };
    return { ...common, uri: strict, routes: [...rest, `<${this.#target}>`] };
  }
}

const tagIn = (to: string | undefined): string => addressParams(to ?? '').get('tag') ?? '';

/** Those of a request in their order; of an answer they are turned round by whoever asks. */
const routesOf = (message: Message): readonly string[] =>
  message.list('Record-Route').slice(0, MOST_ROUTES).map(detach);

function targetIn(message: Message): string | undefined {
  const uri = message.contacts[0]?.uri;
  return uri && (uri.scheme === 'sip' || uri.scheme === 'sips') ? detach(uri.text) : undefined;
}

function uriIn(route: string): string | undefined {
  try {
    const { uri } = parseAddress(route);
    return uri.host === '' ? undefined : uri.text;
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}

function isLoose(route: string): boolean {
  const uri = uriIn(route);
  return uri === undefined || parseUri(uri).params.has('lr');
}
