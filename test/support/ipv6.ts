/** Whether this machine speaks IPv6 with itself. */
import { networkInterfaces } from 'node:os';

/** Why tests over IPv6 are skipped, or false. */
export const noIPv6 = (): string | false =>
  Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === '::1'))
    ? false
    : 'this machine has no ::1';
