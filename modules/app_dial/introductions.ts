/** Introductions: the names that callers have said, as files among the sounds, one for each caller. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Channel, recordFrom } from '#core';
import type { Tools } from './tools.js';

/** Milliseconds of a name. */
const LONGEST = 4000;
/** Files that are kept; beyond them a name is of this call alone, so that strangers fill no disk. */
const MOST_KEPT = 1000;
/** Characters of a file's name. */
const LONGEST_NAME = 100;

export interface Introduction {
  /** As sounds are played: without its ending. */
  readonly sound: string;
  /** Whether it may stay for the next call. */
  readonly keeps: boolean;
}

/** Any text as a file's name, no two of them the same: `a/b` is `a=2fb`. */
const fileName = (text: string): string =>
  text.replace(/[^\w+-]/g, char => `=${char.charCodeAt(0).toString(16)}`).slice(0, LONGEST_NAME);

/**
 * What the caller is heard to say: kept from an earlier call, or said now, which answers the caller.
 * `known`: by what they are known again; undefined: by nothing.
 * @returns undefined where there is nothing: it cannot be recorded, or the caller is wanted elsewhere
 */
export async function introductionOf(
  tools: Tools,
  caller: Channel,
  known: string | undefined,
): Promise<Introduction | undefined> {
  const { prompts, sounds, core, introductions } = tools;
  const sound = join(introductions, fileName(known ?? `NOCALLERID_${caller.position.extension}${caller.name}`));
  const kept = await sounds.find(sound, caller.language);
  if (known !== undefined && kept !== undefined) return { sound, keeps: true };
  caller.answer();
  await prompts.play(caller, 'priv-recordintro');
  await prompts.play(caller, 'beep');
  const { media } = caller.leg;
  if (caller.interrupted) return undefined;
  const said = media
    ? await recordFrom(caller, media, { path: `${sound}.wav`, stops: () => true, most: LONGEST })
    : ({ how: 'failed', reason: 'it has no media' } as const);
  if (said.how === 'failed') {
    core.log.warning(`${caller.name}: the name of who calls is not recorded: ${said.reason}`);
    return undefined;
  }
  if (said.how === 'interrupted') {
    await forget({ sound });
    return undefined;
  }
  await prompts.play(caller, 'vm-dialout');
  return { sound, keeps: known !== undefined && (await countIn(introductions)) <= MOST_KEPT };
}

export const forget = ({ sound }: Pick<Introduction, 'sound'>): Promise<void> => rm(`${sound}.wav`, { force: true });

const countIn = (directory: string): Promise<number> =>
  readdir(directory).then(
    names => names.length,
    // Not there: then nothing is kept in it.
    (_notThere: unknown) => 0,
  );
