/** [general]: what is turned away while there is too much to do. None of it is in the original. */
import { integer, milliseconds, seconds } from '#core';

export const overload = {
  overloaddelay: milliseconds(500, [0, 60_000], 'How late the event loop may be for a second; 0: it does not matter', {
    label: 'Overload delay:',
  }),
  overloadqueue: integer(50, [0, 100], 'How full, in percent, the queues of requests may be; 0: it does not matter', {
    label: 'Overload queue:',
  }),
  overloadbacklog: seconds(
    0,
    [0, 3600],
    'How long datagrams may come faster than they are read; 0: it does not matter',
    {
      label: 'Overload backlog:',
    },
  ),
  overloadretry: seconds(10, [1, 3600], 'When who is turned away may come again; up to twice that, by chance', {
    label: 'Overload retry:',
  }),
} as const;
