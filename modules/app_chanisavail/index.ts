/** app_chanisavail: says which of several channels could be called now. */
import {
  type Application,
  ApplicationError,
  Channel,
  type Channels,
  type Core,
  channels,
  type DeviceState,
  defineModule,
  Q850,
  readLetters,
  splitArguments,
} from '#core';

export default defineModule({
  name: 'app_chanisavail',
  description: 'Check channel availability',
  loadModule: core => core.application(chanIsAvail(core)),
});

/** As AVAILSTATUS numbers the states of devices. */
const NUMBERS: Readonly<Record<DeviceState, number>> = {
  UNKNOWN: 0,
  NOT_INUSE: 1,
  INUSE: 2,
  BUSY: 3,
  INVALID: 4,
  UNAVAILABLE: 5,
  RINGING: 6,
  RINGINUSE: 7,
  ONHOLD: 8,
};

interface Found {
  /** The channel that was to be had, or what was asked for. */
  readonly channel: string;
  readonly asked: string;
}

interface Answer {
  readonly found?: Found;
  readonly status: number;
  readonly cause: number;
}

const LETTERS = { a: 'flag', s: 'flag', t: 'flag' } as const;

const chanIsAvail = (core: Core): Application => ({
  name: 'ChanIsAvail',
  synopsis: 'Check whether channels can be called.',
  description: 'The first that can is named, and given back at once: nobody is called.',
  syntax: 'ChanIsAvail([Technology/Resource[&Technology2/Resource2[&...]]][,options])',
  arguments: [{ name: 'Technology/Resource', help: 'What to check; several are parted by &', required: true }],
  options: [
    { name: 'a', help: 'Check all of them, and name all that can be called' },
    { name: 's', help: 'One that is in use cannot be called' },
    { name: 't', help: 'Go by the state of the device alone, and ask for no channel' },
  ],
  variables: [
    { name: 'AVAILCHAN', help: 'The channels that could be had, parted by &' },
    { name: 'AVAILORIGCHAN', help: 'What they were asked for by' },
    { name: 'AVAILSTATUS', help: 'The state of the device that was checked last, as a number' },
    { name: 'AVAILCAUSECODE', help: 'Why the last could not be had: a cause of Q.850' },
  ],
  seeAlso: ['Dial()'],
  async run(channel, data) {
    const [list = '', letters = ''] = splitArguments(data);
    if (list === '') throw new ApplicationError('it needs a channel to check');
    const options = readLetters(letters, LETTERS, 'ChanIsAvail', core.log);
    const found: Found[] = [];
    let last: Answer = { status: NUMBERS.UNKNOWN, cause: Q850.none };
    for (const dialString of list.split('&').filter(part => part !== '')) {
      const answer = await channel.race(check(core.use(channels), channel, dialString, options));
      if (!answer) return;
      last = answer;
      if (last.found) found.push(last.found);
      if (last.found && !options.a) break;
    }
    channel.set('AVAILCHAN', found.map(each => each.channel).join('&'));
    channel.set('AVAILORIGCHAN', found.map(each => each.asked).join('&'));
    channel.set('AVAILSTATUS', String(last.status));
    channel.set('AVAILCAUSECODE', String(last.cause));
  },
});

/** States in which a device is free as far as `s` and `t` go. */
const FREE: readonly DeviceState[] = ['UNKNOWN', 'NOT_INUSE'];

async function check(
  all: Channels,
  requestor: Channel,
  dialString: string,
  { s, t }: { readonly s: boolean; readonly t: boolean },
): Promise<Answer> {
  const state = await all.lookUpDeviceState(dialString);
  const status = NUMBERS[state];
  if ((s || t) && !FREE.includes(state)) return { status, cause: Q850.none };
  if (t) return { found: { channel: dialString, asked: dialString }, status, cause: Q850.none };
  const made = await all.request(dialString, { requestor, formats: requestor.leg.formats });
  if (!(made instanceof Channel)) return { status, cause: made.cause };
  const found = { channel: made.name, asked: dialString };
  made.end(Q850.normalClearing);
  return { found, status, cause: Q850.none };
}
