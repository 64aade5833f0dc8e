/** Extensions that registered devices bring into the dialplan: each does nothing but be there, under its device's name. */
import { Invalid } from '../config/options.js';
import { messageOf } from '../errors.js';
import type { Events, Facts } from '../events.js';
import type { Logger } from '../logger.js';
import { ApplicationError } from './application.js';
import type { Contexts } from './contexts.js';

export interface RegisteredParts {
  readonly contexts: Contexts;
  readonly events: Events;
  readonly log: Logger;
}

/** Follows what is told of them. @returns what ends it */
export function followRegistered({ contexts, events, log }: RegisteredParts): () => void {
  /** Who has an extension, the last that came last: it is the one that counts. */
  const devices = new Map<string, string[]>();
  return events.on('registeredExtension', fact => {
    const key = `${fact.registrar}\0${fact.context}\0${fact.extension}`;
    const others = (devices.get(key) ?? []).filter(device => device !== fact.device);
    if (fact.present) others.push(fact.device);
    if (others.length > 0) devices.set(key, others);
    else devices.delete(key);
    try {
      put(contexts, fact, others.at(-1));
    } catch (thrown) {
      if (!(thrown instanceof ApplicationError || thrown instanceof Invalid)) throw thrown;
      log.warning(`${fact.extension}@${fact.context} of ${fact.device}: ${messageOf(thrown)}`);
    }
  });
}

function put(
  contexts: Contexts,
  { context, extension, registrar }: Facts['registeredExtension'],
  device?: string,
): void {
  const present = contexts.get(context)?.extension(extension, undefined)?.steps.get(1);
  // What somebody else wrote there stays.
  if (present && present.registrar !== registrar) {
    if (device !== undefined) throw new ApplicationError(`it is there already, of ${present.registrar}`);
    return;
  }
  if (device === undefined) contexts.removeExtension(context, extension, 1);
  else if (present?.data !== device) {
    contexts.addExtension({ context, extension, priority: 1, application: 'Noop', data: device, registrar }, true);
  }
}
