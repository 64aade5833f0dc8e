/** The actions that concern who asks: logging in and out, and which events are told. */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import {
  Invalid,
  type Logger,
  type ManagerAction,
  type ManagerCall,
  ManagerError,
  quotable,
  type SecurityEvent,
} from '#core';
import { criteriaFilter, LARGEST_FILTERS, MOST_FILTERS, simpleFilter } from '../filters.js';
import { ALL, formatMessage, readClasses } from '../format.js';
import type { User } from '../read.js';
import type { ManagerServer } from '../server.js';
import type { Session } from '../session.js';

/** Whoever guesses waits this long for each try; the answer is the same whatever was wrong. */
const REFUSAL_DELAY = 1000;

const WRONG = 'Authentication failed';

/** As long as an answer to WaitEvent may be waited for, in seconds. */
const LONGEST_WAIT = 3600;

export interface SessionActionParts {
  readonly server: ManagerServer;
  readonly log: Logger;
  security(event: SecurityEvent): void;
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

const same = (one: string, other: string): boolean => timingSafeEqual(hashOf(one), hashOf(other));

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** Ban rules read the address before the name: no name may look like another such line. */
const withoutQuotes = (name: string): string => quotable(name).replaceAll("'", '\\x27');

type Verdict = 'InvalidAccountID' | 'FailedACL' | 'ChallengeResponseFailed' | 'InvalidPassword' | undefined;

/** What is wrong with who wants to log in. Every way takes the same steps. */
function judge(server: ManagerServer, session: Session, user: User | undefined, call: ManagerCall): Verdict {
  const { challenge = '' } = session;
  session.challenge = undefined;
  const hashed = call.get('AuthType').toLowerCase() === 'md5';
  const secret = user?.secret ?? '';
  const right = hashed
    ? same(call.get('Key').toLowerCase(), md5(challenge + secret)) && challenge !== ''
    : same(call.get('Secret'), secret);
  if (!user) return 'InvalidAccountID';
  if (!server.allows(user, session.remote.address)) return 'FailedACL';
  if (!right || secret === '') return hashed ? 'ChallengeResponseFailed' : 'InvalidPassword';
  return undefined;
}

async function login(parts: SessionActionParts, call: ManagerCall): Promise<void> {
  const { server, log } = parts;
  const session = server.performer.sessionOf(call);
  if (session.user) {
    call.reply([['Message', 'Already logged in']]);
    return;
  }
  const account = call.get('Username');
  if (server.ignores(account, session)) await refuse(session, WRONG);
  const user = server.users.get(account);
  const verdict = judge(server, session, user, call);
  if (verdict !== undefined || !user) {
    server.judged(account, session, hashOf(`${session.id} ${call.get('Key')} ${call.get('Secret')}`).toString('hex'));
    // What was sent, and what would have been right, is not written down.
    const fields = verdict === 'FailedACL' ? { ACLName: user?.acl.names.join(',') ?? '' } : {};
    parts.security(session.report(verdict ?? 'InvalidAccountID', account, fields));
    log.notice(`${session.remote.address} failed to authenticate as '${withoutQuotes(account)}'`);
    await refuse(session, WRONG);
    return;
  }
  if (!user.allowmultiplelogin && server.sessions().some(other => other.user?.name === user.name)) {
    parts.security(session.report('SessionLimit', account));
    await refuse(session, 'Login Already In Use');
    return;
  }
  server.judged(account, session, undefined);
  session.user = user;
  session.filters = user.filters;
  session.mask = maskOf(call.get('Events')) ?? ALL;
  if (user.displayconnects) log.verbose(2, `Manager '${user.name}' logged on from ${session.remote.address}`);
  parts.security(session.report('SuccessfulAuth', account, { UsingPassword: '0' }));
  call.reply([['Message', 'Authentication accepted']]);
}

/** @throws ManagerError */
async function refuse(session: Session, answer: string): Promise<never> {
  await session.wait('manager refusal', REFUSAL_DELAY);
  session.leaving = true;
  throw new ManagerError(answer);
}

/** `on`, `off`, names of classes or their bits; undefined for nothing and for what is none of it. */
function maskOf(text: string): number | undefined {
  const word = text.toLowerCase();
  if (/^\d+$/.test(word)) return Number(word) & ALL;
  if (['on', 'yes', 'true', 'y', 't', 'all'].includes(word)) return ALL;
  if (['off', 'no', 'false', 'n', 'f', 'none'].includes(word)) return 0;
  if (word === '') return undefined;
  let known = true;
  const bits = readClasses(word, () => {
    known = false;
  });
  return known ? bits : undefined;
}

function events({ server }: SessionActionParts, call: ManagerCall): void {
  const session = server.performer.sessionOf(call);
  const mask = maskOf(call.get('EventMask'));
  if (mask === undefined) {
    if (server.general.brokeneventsaction) return;
    throw new ManagerError('Invalid event mask');
  }
  session.mask = mask;
  if (server.general.brokeneventsaction && mask === ALL) return;
  call.reply([['Events', mask === 0 ? 'Off' : 'On']]);
}

function filter({ server }: SessionActionParts, call: ManagerCall): void {
  const session = server.performer.sessionOf(call);
  const operation = call.get('Operation');
  if (operation.toLowerCase() !== 'add') throw new ManagerError('Unknown operation');
  if (session.filters.length >= MOST_FILTERS) throw new ManagerError(`There may be ${MOST_FILTERS} filters`);
  const criteria = call.get('MatchCriteria');
  const text = call.get('Filter');
  try {
    const filters = [...session.filters, criteria === '' ? simpleFilter(text) : criteriaFilter(criteria, text)];
    if (filters.reduce((sum, { size }) => sum + size, 0) > LARGEST_FILTERS)
      throw new Invalid('the filters of the session are too much together');
    session.filters = filters;
  } catch (thrown) {
    if (!(thrown instanceof Invalid)) throw thrown;
    throw new ManagerError(`Filter: ${thrown.message}`);
  }
  call.reply([['Message', 'Filter Added Successfully']]);
}

async function waitEvent({ server }: SessionActionParts, call: ManagerCall): Promise<void> {
  const session = server.performer.sessionOf(call);
  const asked = /^\d+$/.test(call.get('Timeout')) ? Number(call.get('Timeout')) : LONGEST_WAIT;
  const ms = Math.min(Math.min(asked, LONGEST_WAIT) * 1000, session.patience);
  await session.wait('manager wait for events', ms, true);
  call.reply([['Message', 'Waiting for Event completed.']]);
  server.performer.append(call, session.take());
  const id = call.id === '' ? [] : [['ActionID', call.id] as const];
  server.performer.append(call, formatMessage([['Event', 'WaitEventComplete'], ...id]));
}

export const sessionActions = (parts: SessionActionParts): ManagerAction[] => [
  {
    name: 'Login',
    privileges: [],
    summary: 'Log in',
    help: 'With AuthType MD5 the key is the hash of the challenge followed by the secret.',
    arguments: [
      { name: 'Username', help: 'Who logs in', required: true },
      { name: 'Secret', help: 'The password' },
      { name: 'AuthType', help: 'MD5, after the action Challenge' },
      { name: 'Key', help: 'The answer to the challenge' },
      { name: 'Events', help: 'on, off or classes of events' },
    ],
    async run(call) {
      await login(parts, call);
      const session = parts.server.performer.sessionOf(call);
      if (session.wants(1) && !parts.server.booting()) {
        parts.server.performer.append(
          call,
          parts.server.event('FullyBooted', ['system'], parts.server.bootFields()).text,
        );
      }
    },
  },
  {
    name: 'Logoff',
    privileges: [],
    summary: 'Log off',
    run(call) {
      parts.server.performer.sessionOf(call).leaving = true;
      call.reply([['Message', 'Thanks for all the fish.']], 'Goodbye');
    },
  },
  {
    name: 'Challenge',
    privileges: [],
    summary: 'Ask for a challenge, to log in without sending the password',
    arguments: [{ name: 'AuthType', help: 'MD5', required: true }],
    run(call) {
      if (call.get('AuthType').toLowerCase() !== 'md5') throw new ManagerError('Must specify AuthType');
      const challenge = String(randomInt(100_000_000, 1_000_000_000_000));
      parts.server.performer.sessionOf(call).challenge = challenge;
      call.reply([['Challenge', challenge]]);
    },
  },
  {
    name: 'Events',
    privileges: [],
    summary: 'Say which events are told here',
    arguments: [{ name: 'EventMask', help: 'on, off or classes, comma-separated', required: true }],
    run: call => events(parts, call),
  },
  {
    name: 'Filter',
    privileges: ['system'],
    summary: 'Add a filter of events to this session',
    arguments: [
      { name: 'Operation', help: 'Add', required: true },
      { name: 'Filter', help: 'As eventfilter in manager.conf', required: true },
      { name: 'MatchCriteria', help: 'As the words in parentheses there' },
    ],
    run: call => filter(parts, call),
  },
  {
    name: 'WaitEvent',
    privileges: [],
    summary: 'Wait for an event, and be told those that wait',
    arguments: [{ name: 'Timeout', help: 'Seconds' }],
    run: call => waitEvent(parts, call),
  },
];
