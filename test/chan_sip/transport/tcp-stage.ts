/** A listener for TCP on a free port of this machine, and phones that connect to it. */
import { requestText } from '../../support/stage.js';
import { StreamPhone } from '../../support/stream-phone.js';
import { transportStage } from '../../support/transport.js';

export const bounded = { timeout: 30_000 };
export const ANY = { address: '127.0.0.1', port: 0 };
export const options = requestText('OPTIONS');

export async function tcpStage(...parts: Parameters<typeof transportStage>) {
  const stage = transportStage(...parts);
  const listener = await stage.layer.open('tcp', ANY);
  return { ...stage, listener, phone: () => StreamPhone.open(listener.local) };
}
