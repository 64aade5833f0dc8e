/** Whom the process runs as: started by root, it becomes the user and group that are asked for before it does anything. */
import { execFileSync } from 'node:child_process';
import { existsSync, lchownSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { LoadDeclined, messageOf } from './errors.js';

/** Names or numbers; empty: as it is. */
export interface Wanted {
  readonly user: string;
  readonly group: string;
}

/** What the system knows of them. */
interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly home: string | undefined;
}

/** The program, with its arguments and environment, that a process is to become. */
export interface Becoming {
  readonly program: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly identity: Identity;
}

/** Node itself cannot keep a right for a user: setpriv of util-linux can. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];
/** Ports below 1024, at a reload as at the start. */
const RIGHT = '+net_bind_service';
const DIRECTORY = 0o750;

/**
 * What this process must become to run as it is wanted; undefined when it does already.
 * @param words how it was started: Node, its flags, the program and its own
 * @throws LoadDeclined when it cannot
 */
export function becoming(wanted: Wanted, words: readonly string[]): Becoming | undefined {
  const identity = identityOf(wanted);
  const { uid, gid } = identity;
  if (uid === process.getuid!() && gid === process.getgid!()) return undefined;
  const who = [wanted.user && `user '${wanted.user}'`, wanted.group && `group '${wanted.group}'`]
    .filter(Boolean)
    .join(', ');
  if (process.getuid!() !== 0) throw new LoadDeclined(`it is to run as ${who}: only root can start it as another`);
  const program = SETPRIV.find(place => existsSync(place));
  if (program === undefined) {
    throw new LoadDeclined(
      `it is to run as ${who}: that takes setpriv (util-linux); or leave it to the service manager`,
    );
  }
  const flags = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    wanted.group === '' ? '--init-groups' : '--clear-groups',
    ...(uid === 0 ? [] : [`--inh-caps=${RIGHT}`, `--ambient-caps=${RIGHT}`]),
  ];
  const environment = { ...process.env, ...(identity.home !== undefined && { HOME: identity.home }) };
  return { program, words: ['setpriv', ...flags, '--', ...words], environment, identity };
}

/** Makes the directories that are missing, as /run is emptied at each boot; those that are there stay as they are. */
export function provideDirectories(directories: readonly string[], { uid, gid }: Identity): void {
  for (const directory of directories) {
    const first = mkdirSync(directory, { recursive: true, mode: DIRECTORY });
    if (first === undefined) continue;
    for (let made = directory; made.length >= first.length; made = dirname(made)) lchownSync(made, uid, gid);
  }
}

function identityOf({ user, group }: Wanted): Identity {
  const [, , uid, primary, , home] = user === '' ? [] : entry('passwd', user, 'user');
  const [, , gid] = group === '' ? [] : entry('group', group, 'group');
  return {
    uid: uid === undefined ? process.getuid!() : Number(uid),
    gid: Number(gid ?? primary ?? process.getgid!()),
    home,
  };
}

/** The fields of a line of the system's, wherever it has them from. */
function entry(database: 'passwd' | 'group', name: string, kind: string): readonly string[] {
  try {
    const line = execFileSync('getent', [database, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return line.trimEnd().split(':');
  } catch (thrown) {
    const { status } = thrown as { status?: number | null };
    // As getent(1) has it: not found.
    if (status === 2) throw new LoadDeclined(`it is to run as ${kind} '${name}': there is no such ${kind}`);
    throw new LoadDeclined(`it is to run as ${kind} '${name}': who that is cannot be asked: ${messageOf(thrown)}`);
  }
}
