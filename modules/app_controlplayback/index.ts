/** app_controlplayback: plays a file that the caller winds, pauses and stops by keys. */
import {
  type Application,
  ApplicationError,
  type Channel,
  type Core,
  defineModule,
  Prompts,
  readLetters,
  sounds,
  splitArguments,
  timeLength,
} from '#core';

export default defineModule({
  name: 'app_controlplayback',
  description: 'Control Playback Application',
  loadModule: core => core.application(controlPlayback(core)),
});

/** What a key does. */
interface Keys {
  readonly forward: string;
  readonly back: string;
  readonly stop: string;
  readonly pause: string;
  readonly restart: string;
}

type Status = 'SUCCESS' | 'USERSTOPPED' | 'ERROR';

interface Ended {
  readonly status: Status;
  readonly offset: number;
  readonly key?: string;
}

const controlPlayback = (core: Core): Application => {
  const prompts = new Prompts(core.use(sounds), core.log);
  return {
    name: 'ControlPlayback',
    synopsis: 'Play a file with keys that wind it.',
    description:
      'It answers before. The dialplan goes on where it ends or is stopped. Each key may be one of several digits.',
    syntax: 'ControlPlayback(filename[,skipms[,ff[,rew[,stop[,pause[,restart[,options]]]]]]])',
    arguments: [
      { name: 'filename', help: 'A sound without its ending', required: true },
      { name: 'skipms', help: 'Milliseconds by which it is wound; 3000 if left out' },
      { name: 'ff', help: 'Winds forward; # if left out' },
      { name: 'rew', help: 'Winds back; * if left out' },
      { name: 'stop', help: 'Ends it' },
      { name: 'pause', help: 'Pauses it, and goes on when it is pressed again' },
      { name: 'restart', help: 'Begins again' },
    ],
    options: [{ name: 'o(time)', help: 'Milliseconds to begin at' }],
    variables: [
      { name: 'CPLAYBACKSTATUS', help: 'SUCCESS USERSTOPPED ERROR' },
      { name: 'CPLAYBACKOFFSET', help: 'Milliseconds at which it ended' },
      { name: 'CPLAYBACKSTOPKEY', help: 'The key that stopped it' },
    ],
    seeAlso: ['Playback()'],
    async run(channel, data) {
      const [file = '', skip = '', ff = '', rew = '', stop = '', pause = '', restart = '', letters = ''] =
        splitArguments(data);
      if (file === '') throw new ApplicationError('it needs a file to play');
      const { o } = readLetters(letters, { o: 'argument' }, 'ControlPlayback', core.log);
      const keys: Keys = { forward: ff || '#', back: rew || '*', stop, pause, restart };
      channel.answer();
      const from = timeLength(o ?? '', 'ms') ?? 0;
      const { status, offset, key } = await play(prompts, channel, file, keys, timeLength(skip, 'ms') || 3000, from);
      channel.set('CPLAYBACKSTATUS', status);
      channel.set('CPLAYBACKOFFSET', String(offset));
      channel.set('CPLAYBACKSTOPKEY', key ?? '');
    },
  };
};

async function play(
  prompts: Prompts,
  channel: Channel,
  file: string,
  keys: Keys,
  skip: number,
  begin: number,
): Promise<Ended> {
  const all = Object.values(keys).join('');
  let from = begin;
  for (;;) {
    const end = await prompts.play(channel, file, { from, stops: digit => all.includes(digit) });
    if (end.how !== 'digit') return { status: end.how === 'finished' ? 'SUCCESS' : 'ERROR', offset: end.position };
    const key = keys.pause.includes(end.digit) ? await paused(channel, keys) : end.digit;
    if (key === undefined) return { status: 'ERROR', offset: end.position };
    if (keys.stop.includes(key)) return { status: 'USERSTOPPED', offset: end.position, key };
    from = next(keys, key, end.position, skip);
  }
}

/** The key that ends a pause: its own, one that stops or begins again. */
async function paused(channel: Channel, keys: Keys): Promise<string | undefined> {
  const ends = keys.pause + keys.stop + keys.restart;
  let digit = await channel.nextDigit();
  while (digit !== undefined && !ends.includes(digit)) digit = await channel.nextDigit();
  return digit;
}

function next(keys: Keys, key: string, position: number, skip: number): number {
  if (keys.restart.includes(key)) return 0;
  if (keys.forward.includes(key)) return position + skip;
  return keys.back.includes(key) ? Math.max(0, position - skip) : position;
}
