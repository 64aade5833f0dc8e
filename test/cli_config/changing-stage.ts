/** Commands that change configuration files, over a directory of their own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { FileReload } from '../../core/configuration.js';
import { ConfigEditor } from '../../core/editor.js';
import { changingCommands } from '../../modules/cli_config/changing.js';
import { CliStage } from '../support/cli-stage.js';
import { Directory, type Texts } from './stage.js';

export const SIP = `[general]
udpbindaddr = 127.0.0.1:5060 ; here
#include phones.conf
`;
export const PHONES = `; phones
[phone](!)
type = friend
host = dynamic
disallow = all
allow = ulaw

[1008](phone) ; eight
secret = 12345678 ; do not tell
`;

export interface Stage {
  readonly directory: Directory;
  readonly cli: CliStage;
  /** Paths that were to be read again. */
  readonly reloaded: string[];
}

/** With a PBX whose reloads end so; without one when that is left out. */
export async function stage(t: TestContext, files: Texts = {}, outcome?: readonly FileReload[]): Promise<Stage> {
  const directory = await Directory.of(t, { 'sip.conf': SIP, 'phones.conf': PHONES, ...files });
  const reloaded: string[] = [];
  const reload = async (path: string): Promise<readonly FileReload[]> => {
    reloaded.push(path.replace(`${directory.path}/`, ''));
    return outcome!;
  };
  const configuration = await directory.configuration();
  const editor = new ConfigEditor(configuration, outcome && reload);
  return { directory, cli: new CliStage(...changingCommands(configuration, editor)), reloaded };
}

export const read = ({ directory }: Stage, name: string): Promise<string> =>
  readFile(join(directory.path, name), 'utf8');

export const TAKEN: readonly FileReload[] = [{ owner: 'chan_sip', result: 'success' }];
