/** How long a binding has still to live. */
import type { Binding } from '../user/binding.js';
import type { SipView } from './view.js';

/** Whole seconds until the binding ends; -1 without one. */
export const secondsLeft = (binding: Binding | undefined, { clock }: Pick<SipView, 'clock'>): number =>
  binding ? Math.max(0, Math.ceil((binding.ends - clock.elapsed()) / 1000)) : -1;
