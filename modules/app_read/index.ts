/** app_read: reads digits into a variable. */
import {
  type Application,
  ApplicationError,
  type Channel,
  type Core,
  type DigitsRead,
  defineModule,
  type Playback,
  Prompts,
  readDigits,
  readLetters,
  sounds,
  splitArguments,
  timeLength,
  toneZones,
} from '#core';

export default defineModule({
  name: 'app_read',
  description: 'Read Variable Application',
  loadModule: core => core.application(read(core)),
});

const MOST_DIGITS = 255;

const LETTERS = { s: 'flag', i: 'flag', n: 'flag', t: 'argument', e: 'flag' } as const;

/** What is read, and how. */
interface Question {
  readonly variable: string;
  readonly files: readonly string[];
  readonly most: number;
  readonly attempts: number;
  readonly timeout: number | undefined;
  readonly terminators: string;
  /** The files are names of tones. */
  readonly tones: boolean;
  /** A terminator alone is what was read. */
  readonly keepsTerminator: boolean;
}

const read = (core: Core): Application => ({
  name: 'Read',
  synopsis: 'Read digits into a variable.',
  description: `It answers before, unless told otherwise. ${MOST_DIGITS} digits at most; # ends them.`,
  syntax: 'Read(variable[,filename1[&filename2[&...]][,maxdigits[,options[,attempts[,timeout]]]]])',
  arguments: [
    { name: 'variable', help: 'Where the digits are put', required: true },
    { name: 'filename', help: 'Sounds to play before, or with option i tones' },
    { name: 'maxdigits', help: 'So many digits are enough' },
    { name: 'options', help: 'Letters, see below' },
    { name: 'attempts', help: 'How often to ask where nothing is entered' },
    { name: 'timeout', help: 'Seconds to wait for a digit; TIMEOUT(response) and TIMEOUT(digit) if left out' },
  ],
  options: [
    { name: 's', help: 'Return at once where the channel is not up' },
    { name: 'i', help: 'The file is a name of indications.conf' },
    { name: 'n', help: 'Do not answer before' },
    { name: 't(x)', help: 'Any of the digits x ends them instead of #; t() none' },
    { name: 'e', help: 'What ends them is itself read where nothing is before it' },
  ],
  variables: [{ name: 'READSTATUS', help: 'OK ERROR HANGUP INTERRUPTED SKIPPED TIMEOUT' }],
  seeAlso: ['SendDTMF()', 'WaitDigit()'],
  async run(channel, data) {
    const [variable = '', files = '', most = '', letters = '', attempts = '', timeout = ''] = splitArguments(data);
    if (variable === '') return noVariable(channel);
    const options = readLetters(letters, LETTERS, 'Read', core.log);
    if (!channel.isUp && options.s) {
      channel.set(variable, '');
      channel.set('READSTATUS', 'SKIPPED');
      return;
    }
    if (!options.n) channel.answer();
    const wanted = Number(most);
    const status = await ask(core, channel, {
      variable,
      files: files.split('&').filter(file => file !== ''),
      most: wanted >= 1 && wanted < MOST_DIGITS ? Math.floor(wanted) : MOST_DIGITS,
      attempts: Math.max(1, Math.floor(Number(attempts)) || 1),
      timeout: timeLength(timeout, 's') || undefined,
      terminators: options.t ?? '#',
      tones: options.i,
      keepsTerminator: options.e,
    });
    channel.set('READSTATUS', channel.hangingUp ? 'HANGUP' : status);
  },
});

/** @throws ApplicationError, which ends no call */
function noVariable(channel: Channel): never {
  channel.set('READSTATUS', 'ERROR');
  throw new ApplicationError('it needs a variable to read into', 'goes on');
}

const STATUS: Readonly<Record<DigitsRead['how'], string>> = {
  terminated: 'OK',
  full: 'OK',
  timeout: 'TIMEOUT',
  interrupted: 'INTERRUPTED',
};

async function ask(core: Core, channel: Channel, question: Question): Promise<string> {
  const { variable, attempts, keepsTerminator } = question;
  let status = 'ERROR';
  for (let left = attempts; left > 0; left--) {
    const { digits, how, terminator = '' } = await once(core, channel, question);
    status = STATUS[how];
    const text = digits === '' && keepsTerminator ? terminator : digits;
    channel.set(variable, text);
    if (text !== '' || how === 'interrupted') break;
    core.log.verbose(3, `${channel.name}: nothing was entered, ${left - 1} more attempts`);
  }
  return status;
}

async function tellFailed(core: Core, name: string, tone: Playback): Promise<void> {
  const { how, reason } = await tone.ended;
  if (how === 'failed') core.log.warning(`Read: the tone '${name}' is not played: ${reason}`);
}

async function once(core: Core, channel: Channel, question: Question): Promise<DigitsRead> {
  const { files, tones: areTones, most, timeout, terminators } = question;
  const prompts = new Prompts(core.use(sounds), core.log);
  const wanted = { prompts: areTones ? [] : files, most, timeout, terminators };
  const [name] = files;
  if (!areTones || name === undefined) return readDigits(prompts, channel, wanted);
  const tones = core.use(toneZones).tones(channel.tonezone, name) ?? name;
  const tone = channel.play({ kind: 'tone', tones });
  const unlisten = channel.listen(({ kind }) => kind === 'digit began' && tone.stop());
  core.spawn(`tone of ${channel.name}`, tellFailed(core, name, tone));
  const digits = await readDigits(prompts, channel, wanted);
  unlisten();
  tone.stop();
  return digits;
}
