/** `record file`: what a caller says, as a WAV file among the sounds or in the spool directory. */
import { join, relative, resolve } from 'node:path';
import { type Directories, recordFrom } from '#core';
import { type Led, patience, WrongUse, wholeNumber } from './command.js';

/** Samples in a millisecond. */
const SAMPLES = 8;

const UNWRITABLE = 'result=-1 (writefile) endpos=0';

/** @returns what stands behind 200. @throws WrongUse */
export async function record({ channel, tools }: Led, given: readonly string[]): Promise<string> {
  const [name = '', format = '', ends = '', timeout, ...more] = given;
  const ms = patience(wholeNumber(timeout));
  if (format.toLowerCase() !== 'wav' || more.some(word => !/^(?:0|beep)$/i.test(word))) throw new WrongUse();
  const path = recordingPath(name, tools.directories);
  const { media } = channel.leg;
  if (path === undefined || !media || channel.interrupted) return UNWRITABLE;
  if (more.some(word => /^beep$/i.test(word))) await tools.prompts.play(channel, 'beep');
  const end = await recordFrom(channel, media, { path, stops: digit => ends.includes(digit), most: ms });
  if (end.how === 'failed') {
    tools.core.log.warning(`${channel.name}: AGI record file: ${path} is not written: ${end.reason}`);
    return UNWRITABLE;
  }
  const endpos = `endpos=${Math.round(end.duration * SAMPLES)}`;
  if (end.how === 'digit') return `result=${end.digit.charCodeAt(0)} (dtmf) ${endpos}`;
  return end.how === 'interrupted' ? `result=-1 (hangup) ${endpos}` : `result=0 (timeout) ${endpos}`;
}

/** Undefined: it leads out of where recordings may be. */
function recordingPath(name: string, { astdatadir, astspooldir }: Directories): string | undefined {
  const sounds = join(astdatadir, 'sounds');
  const path = resolve(sounds, `${name}.wav`);
  const under = (directory: string): boolean => !relative(directory, path).startsWith('..');
  return name !== '' && !name.includes('\0') && (under(sounds) || under(astspooldir)) ? path : undefined;
}
