/** A call to an extension that is not there: what the log and whoever watches for attacks hear of it. */

import { percentDecode } from '../message/uri.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Admitted } from './admission.js';
import type { Answer } from './answers.js';
import { quotable } from './quotable.js';
import { SecurityReport } from './security.js';
import type { Site } from './site.js';

export const NOT_FOUND: Answer = { status: 404, reason: 'Not Found', why: 'extension' };

export function noExtension(site: Site, { request, flow, peer }: Admitted, context: string): void {
  const { user } = request.requestUri;
  const extension = quotable(percentDecode(user ?? 's'));
  const from = `'${quotable(peer?.name ?? '')}' (${formatEndpoint(flow.remote)})`;
  site.log.notice(
    `Call from ${from} to extension '${extension}' rejected because extension not found in context '${context}'.`,
  );
  const report = new SecurityReport('FailedACL', user ?? '', request, flow, { ACLName: 'no_extension_match' });
  site.emit('security', report);
}
