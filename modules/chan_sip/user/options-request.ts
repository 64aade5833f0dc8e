/** The OPTIONS by which a device is watched, header by header as the original sends it (RFC 3261 §11.1). */
import type { ClientRequest } from '../transaction/layer.js';
import type { Flow } from '../transport/transport.js';
import { allowed, supportedTags } from './abilities.js';
import type { Header } from './answers.js';
import type { Binding } from './binding.js';
import { agentHeaders, FIRST_CSEQ, newIdentity, requestTo } from './device-request.js';
import type { Peer } from './peer.js';
import type { Site } from './site.js';

export const optionsTo = (site: Site, peer: Peer, binding: Binding | undefined, flow: Flow): ClientRequest =>
  requestTo(
    site,
    { peer, binding },
    { method: 'OPTIONS', identity: newIdentity(), cseq: FIRST_CSEQ, headers: headersOf(site) },
    flow,
  );

function headersOf(site: Site): Header[] {
  const supported = supportedTags(site.general);
  return [
    ...agentHeaders(site),
    ['Date', site.answers.date()],
    ['Allow', allowed(site.general)],
    ...(supported.length > 0 ? [['Supported', supported.join(', ')] as const] : []),
  ];
}
