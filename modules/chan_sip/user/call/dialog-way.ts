/** Where requests within a dialog go: over the connection that it began over, to where its packets come from, or by its URI. */
import { isIP } from 'node:net';
import type { Dialog } from '../../dialog/dialog.js';
import { ParseError } from '../../message/parse-error.js';
import { parseUri, type Uri } from '../../message/uri.js';
import { PROTOCOLS, standardPort } from '../../options/values/transport.js';
import type { Flow, Protocol } from '../../transport/transport.js';
import type { Site } from '../site.js';
import { howTo } from '../way.js';

export interface Came {
  readonly flow: Flow;
  /** Whether the other end is where its packets come from, whatever it says of itself. */
  readonly symmetric: boolean;
}

/** Undefined: nobody knows. A promise where a name must be looked up. */
export function wayIn(
  site: Site,
  dialog: Dialog,
  { flow, symmetric }: Came,
): Flow | Promise<Flow | undefined> | undefined {
  if (flow.reliable && flow.closed !== true) return flow;
  if (symmetric && !flow.reliable) return flow;
  const uri = readUri(dialog.next);
  if (!uri) return undefined;
  const protocol = protocolOf(uri, flow.protocol);
  const { host, port } = uri;
  if (isIP(host) !== 0) {
    const remote = { address: host, port: port ?? standardPort(protocol) };
    return same(flow, protocol, remote) ? flow : site.outward(protocol, remote, host);
  }
  return lookUp(site, uri, protocol);
}

async function lookUp(site: Site, { host, port }: Uri, transport: Protocol): Promise<Flow | undefined> {
  const { names, general, outgoing } = site;
  const hops = await names.locator.locate({ scheme: 'sip', host, port, transport }, howTo(general, [transport]));
  const [first] = outgoing.inOrder(hops);
  return first && site.outward(first.protocol, first.remote, first.name);
}

const same = (flow: Flow, protocol: Protocol, remote: { address: string; port: number }): boolean =>
  flow.protocol === protocol &&
  flow.remote.address === remote.address &&
  flow.remote.port === remote.port &&
  !flow.closed;

export function protocolOf(uri: Uri, otherwise: Protocol): Protocol {
  const asked = uri.params.get('transport')?.toLowerCase();
  const known = PROTOCOLS.find(protocol => protocol === asked) ?? otherwise;
  return uri.scheme === 'sips' && (known === 'tcp' || known === 'udp') ? 'tls' : known;
}

function readUri(text: string): Uri | undefined {
  try {
    const uri = parseUri(text);
    return uri.host === '' ? undefined : uri;
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown;
    return undefined;
  }
}
