/** OPTIONS: what we can do, told to everyone alike (RFC 3261 §11.2). */
import { type Admission, isAdmitted } from './admission.js';
import type { Answer } from './answers.js';
import { ACCEPT, destinationFault } from './requests.js';
import type { Handler, Site } from './site.js';

/** Deviates from the original's 404 for an extension that is not there: others take our answer for a sign of life. */
export function capabilities(site: Site, admission: Admission): Handler {
  return (request, flow, found) => {
    const asked = site.general.auth_options_requests ? admission.admit(request, flow, 'caller', found) : undefined;
    if (asked && !isAdmitted(asked)) return asked;
    const fault = destinationFault(site, request);
    const answer: Answer = fault
      ? { ...fault, headers: [ACCEPT] }
      : { status: 200, reason: 'OK', headers: [['Contact', site.ourAddress.contact(flow)], ACCEPT] };
    return asked ? { answer, symmetric: asked.symmetric, about: asked } : { answer };
  };
}
