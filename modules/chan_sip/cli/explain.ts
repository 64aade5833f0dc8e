/** `sip explain`: why a phone got its answer, or which it would get. */
import { isIP } from 'node:net';
import { type Command, CommandError, compileDate, type Output, type TableShape } from '#core';
import { parseAddressPort } from '../options/values/hostport.js';
import { PROTOCOLS } from '../options/values/transport.js';
import { formatEndpoint } from '../transport/transport.js';
import type { Explanation } from '../user/explanations.js';
import type { Step } from '../user/steps.js';
import { callable } from './peers.js';
import type { SipView } from './view.js';

const { print } = compileDate('%F %T');

const STEPS: TableShape<Step> = {
  layout: '  %-15s %-16s %-24s %s',
  columns: [
    { title: 'Step', key: 'step', value: ({ step }) => step },
    { title: 'Decision', key: 'decision', value: ({ decision }) => decision },
    { title: 'Where', key: 'where', value: ({ where }) => where },
    { title: 'Detail', key: 'detail', value: ({ detail }) => detail },
  ],
};

function tell({ decision, steps, guessed }: Explanation, when: string, out: Output): void {
  const { method, user, remote, protocol, status, reason } = decision;
  const came = status === 0 ? 'no answer' : `${status} ${reason}`;
  const from = `${formatEndpoint(remote)} over ${protocol.toUpperCase()}`;
  out.line(`${when}${method} of '${user}' from ${from}: ${came}`);
  if (guessed) out.line('  No address of it is known; it is taken to be on this machine.');
  out.table(STEPS, steps);
}

/** An address with or without its port; undefined for a name. */
function addressIn(text: string): { address: string; port: number | undefined } | undefined {
  try {
    const { host, port } = parseAddressPort(text);
    return isIP(host) === 0 ? undefined : { address: host, port };
  } catch {
    return undefined;
  }
}

const explainRegister = (view: SipView): Command => ({
  syntax: 'sip explain register <peer> [from <address>] [over <transport>]',
  summary: 'What would come of a REGISTER of a device, step by step',
  help:
    'Nothing is sent and nothing changes. The phone is taken to know the password, and to ask for no certain time. ' +
    'Without an address it comes from where it was last. A device that is only in the database is read from there.',
  complete: {
    peer: () => [...view.peers.values()].filter(callable).map(({ name }) => name),
    transport: () => PROTOCOLS,
  },
  async run({ args, out }) {
    const name = args['peer']!;
    const from = args['address'] === undefined ? undefined : addressIn(args['address']);
    if (args['address'] !== undefined && !from) throw new CommandError(`'${args['address']}' is no address.`);
    const protocol = PROTOCOLS.find(known => known === args['transport']?.toLowerCase());
    if (args['transport'] !== undefined && !protocol) {
      throw new CommandError(`'${args['transport']}' is no transport; expected one of ${PROTOCOLS.join(', ')}.`);
    }
    const explanation = await view.explanations.register(name, { ...from, protocol });
    if (!explanation) throw new CommandError(`No request can name '${name}'.`);
    tell(explanation, 'A ', out);
  },
});

const explainLast = (view: SipView): Command => ({
  syntax: 'sip explain last <peer|address>',
  summary: 'Why the latest requests of a device or an address got their answers',
  help:
    'The newest first, up to five: REGISTER, and other requests that had to say who they are. ' +
    'An address may have a port. What is told is what was in force then, except for lists that were changed since.',
  complete: { 'peer|address': () => [...view.peers.values()].map(({ name }) => name) },
  run({ args, out }) {
    const who = args['peer|address']!;
    const address = addressIn(who);
    const found = address ? view.explanations.last(address.address, address.port) : view.explanations.last(who);
    if (found.length === 0) {
      throw new CommandError(`Nothing is remembered of '${who}' (${view.explanations.size} decisions are kept).`);
    }
    for (const explanation of found) tell(explanation, `${print(explanation.decision.at)}  `, out);
  },
});

export const explainCommands = (view: SipView): Command[] => [explainRegister, explainLast].map(make => make(view));
