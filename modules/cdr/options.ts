/** cdr.conf: the only list of its options. */
import { integer, seconds, type Values, yesno } from '#core';

export const general = {
  enable: yesno(true, 'Whether calls are recorded.'),
  channeldefaultenabled: yesno(true, 'Whether each channel is recorded, unless CDR_PROP(disable) says otherwise.'),
  unanswered: yesno(false, 'Whether a call that reached nobody and was not answered is recorded.'),
  congestion: yesno(false, 'Whether CONGESTION is a disposition of its own; if not, it is FAILED.'),
  ignorestatechanges: yesno(false, 'Make no new record when parties meet and part.'),
  ignoredialchanges: yesno(false, 'Make no new record for each destination that is dialled.'),
  endbeforehexten: yesno(
    true,
    'End the records before the extension h and hangup handlers run; if not, these are in them.',
  ),
  initiatedseconds: yesno(false, 'Count a second that has begun as a whole one.'),
  canceldispositionenabled: yesno(false, 'Whether CANCEL is a disposition of its own; if not, it is NO ANSWER.'),
  batch: yesno(false, 'Gather records and write them together.'),
  size: integer(100, [1, 100_000], 'Records of a batch.'),
  time: seconds(300, [1, 86_400], 'The longest wait of a batch.'),
  scheduleronly: yesno(false, 'Write batches one after the other.', {
    never: 'backends here never hold anybody up',
  }),
  safeshutdown: yesno(true, 'Whether a stop writes what waits.'),
  debug: yesno(false, 'Whether each record is logged at debug level 1.'),
} as const;

export type General = Values<typeof general>;

/** What cdr_csv writes: its section of the same file. */
export const csv = {
  usegmtime: yesno(false, 'Write times of no time zone.'),
  loguniqueid: yesno(false, 'Write the uniqueid.'),
  loguserfield: yesno(false, 'Write the userfield.'),
  accountlogs: yesno(true, 'Write a file for each accountcode, too.'),
  newcdrcolumns: yesno(false, 'Write peeraccount, linkedid and sequence.'),
} as const;

export type Csv = Values<typeof csv>;
