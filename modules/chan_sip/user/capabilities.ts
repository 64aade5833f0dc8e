/** OPTIONS: what we can do, and whether an extension is there (RFC 3261 §11.2). */
import { type Admission, isAdmitted } from './admission.js';
import type { Answer, Header } from './answers.js';
import { contextFor, findCalled } from './call/called.js';
import { ACCEPT, type Callers, destinationFault } from './requests.js';
import type { Handler, Site } from './site.js';

const OK: Answer = { status: 200, reason: 'OK' };
const NOT_FOUND: Answer = { status: 404, reason: 'Not Found' };

/**
 * As an INVITE would be answered: an extension that is not there gives 404, `s` where none is named.
 * Deviates from the original where there is no such context at all: others take our answer for a sign of life.
 */
export function capabilities(site: Site, admission: Admission, calls: Pick<Callers, 'dialplan'>): Handler {
  return (request, flow, found) => {
    const asked = site.general.auth_options_requests ? admission.admit(request, flow, 'caller', found) : undefined;
    if (asked && !isAdmitted(asked)) return asked;
    const about = asked && { symmetric: asked.symmetric, about: asked };
    const reply = (answer: Answer) => {
      const contact: Header[] = answer.status === 200 ? [['Contact', site.ourAddress.contact(flow)]] : [];
      return { answer: { ...answer, headers: [...contact, ACCEPT] }, ...about };
    };
    const fault = destinationFault(site, request);
    if (fault) return reply(fault);
    const { dialplan } = calls;
    const context = contextFor(site, request, asked?.peer);
    if (!dialplan?.hasContext(context)) return reply(OK);
    const caller = request.from.uri.user;
    return {
      later: findCalled(dialplan, context, request, caller).then(({ lookup }) => reply(lookup.exists ? OK : NOT_FOUND)),
    };
  };
}
