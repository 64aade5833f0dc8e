/** GRUUs: addresses that lead to one phone of an account, one for all to see and others that tell nothing. RFC 5627. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { decode } from '../message/octets.js';
import { hostPort, percentDecode, percentEncode, type Uri } from '../message/uri.js';
import { type Binding, isUsable } from './binding.js';
import type { Peer } from './peer.js';
import type { Peers } from './peers.js';

const CIPHER = 'aes-256-gcm';
const [NONCE, TAG, MARK] = [12, 16, 8];
/** Of a user part that is to be opened: as long as a name can be, and some. */
const LONGEST = 512;

/** What a parameter cannot hold as it is: RFC 3261 §25.1. */
const NO_PARAMETER = /[^\w.!~*'()[\]/:&+$-]/g;

export class Gruus {
  readonly #peers: Pick<Peers, 'get'>;
  /** Temporary ones end with the process: nothing is kept of them, all that they say is in them. */
  readonly #key = randomBytes(32);

  constructor(peers: Pick<Peers, 'get'>) {
    this.#peers = peers;
  }

  /** The address of record with the phone's own mark: the same whenever it registers (RFC 5627 §3.1.1). */
  public({ scheme, user, host }: Uri, instance: string): string {
    return `${scheme}:${user === undefined ? '' : `${user}@`}${hostPort(host)};gr=${percentEncode(instance, NO_PARAMETER)}`;
  }

  /** Another one each time; good until the phone's registration ends or its Call-ID changes (RFC 5627 §3.1.2). */
  temporary(peer: Peer, binding: Binding, { scheme, host }: Uri): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(markOf(binding)), cipher.update(peer.name, 'utf8'), cipher.final()]);
    const token = Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    return `${scheme}:${token}@${hostPort(host)};gr`;
  }

  /** Where a request to a GRUU of ours goes; undefined when it is none, or the phone is not there now. */
  bindingOf({ user, params }: Uri): { readonly peer: Peer; readonly binding: Binding } | undefined {
    const gr = params.get('gr');
    if (gr === undefined || user === undefined || user.length > LONGEST) return undefined;
    if (gr === '') return this.#opened(user);
    const instance = percentDecode(gr);
    return this.#found(decode(percentDecode(user)), ({ traits }) => traits!.instance === instance);
  }

  #opened(token: string): ReturnType<Gruus['bindingOf']> {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length <= NONCE + TAG + MARK) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE), { authTagLength: TAG });
    decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    let plain: Buffer;
    try {
      plain = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      return undefined;
    }
    const mark = plain.subarray(0, MARK);
    return this.#found(plain.subarray(MARK).toString('utf8'), binding => markOf(binding).equals(mark));
  }

  /** Of several connections of one phone the one that came last. */
  #found(name: string, fits: (binding: Binding) => boolean): ReturnType<Gruus['bindingOf']> {
    const peer = this.#peers.get(name);
    if (!peer?.get('supportgruu')) return undefined;
    const binding = peer.bindings.find(one => one.traits?.instance && isUsable(one) && fits(one));
    return binding && { peer, binding };
  }
}

/** Changes with the phone, its Call-ID and each registration that begins anew. */
const markOf = ({ traits, callId }: Binding): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([traits!.instance, callId, traits!.began]))
    .digest()
    .subarray(0, MARK);
