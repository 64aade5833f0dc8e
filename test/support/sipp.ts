/** SIPp at both ends of a call through the PBX: scenarios made of steps, and the programs that run them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Finished } from './obelisk.js';

/** One element of a scenario. */
export type Step = string;

/** An offer or an answer of audio. */
export const SDP = [
  'v=0',
  'o=sipp 53655765 2353687637 IN IP4 [local_ip]',
  's=-',
  'c=IN IP4 [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
].join('\n');

export interface RequestShape {
  readonly method: string;
  readonly cseq: number;
  /** Whom the call is for, until the dialog is there. */
  readonly to?: string;
  readonly from?: string;
  /** Within the dialog that the last answer with rrs made. */
  readonly dialog?: boolean;
  readonly body?: string | undefined;
  /** `username=… password=…`: answers the challenge that came last. */
  readonly auth?: string | undefined;
  readonly headers?: readonly string[];
  /** Without repeats: an ACK. */
  readonly once?: boolean;
  /** Of the transaction that the request before made: an ACK to a refusal, a CANCEL. */
  readonly sameBranch?: boolean;
}

/** A request of the caller. */
export function request(shape: RequestShape): Step {
  const { method, cseq, to = '1009', from = '1008', dialog = false, body, auth, headers = [], once } = shape;
  const uri = dialog ? '[next_url]' : `sip:${to}@[remote_ip]:[remote_port]`;
  const lines = [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branchOf(shape)};rport`,
    'Max-Forwards: 70',
    ...(dialog ? ['[routes]'] : []),
    `From: <sip:${from}@[remote_ip]>;tag=[pid]SIPpTag00[call_number]`,
    `To: <sip:${to}@[remote_ip]>${dialog || shape.sameBranch === true ? '[peer_tag_param]' : ''}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    `Contact: <sip:${from}@[local_ip]:[local_port]>`,
    ...(auth === undefined ? [] : [`[authentication ${auth}]`]),
    ...headers,
    ...(body === undefined ? [] : ['Content-Type: application/sdp']),
    'Content-Length: [len]',
  ];
  const repeats = once || method === 'ACK' ? '' : ' retrans="500"';
  return `<send${repeats}><![CDATA[\n${lines.join('\n')}\n\n${body ?? ''}\n]]></send>`;
}

/** Told apart by what it is: a CANCEL, and the ACK to a refusal, have that of their INVITE. */
const branchOf = ({ method, cseq, sameBranch }: RequestShape): string =>
  `z9hG4bK-[pid]-[call_number]-${cseq}-${sameBranch ? 'INVITE' : method}`;

/** An answer of the one that is called, to the request that came last. */
export function answer(
  status: number,
  reason: string,
  options: { body?: string; headers?: readonly string[]; once?: boolean } = {},
): Step {
  const { body, headers = [] } = options;
  const lines = [
    `SIP/2.0 ${status} ${reason}`,
    '[last_Via:]',
    '[last_Record-Route:]',
    '[last_From:]',
    `[last_To:]${status === 100 ? '' : ';tag=[pid]SIPpTag01[call_number]'}`,
    '[last_Call-ID:]',
    '[last_CSeq:]',
    'Contact: <sip:callee@[local_ip]:[local_port]>',
    ...headers,
    ...(body === undefined ? [] : ['Content-Type: application/sdp']),
    'Content-Length: [len]',
  ];
  const repeats = status >= 200 && !options.once ? ' retrans="500"' : '';
  return `<send${repeats}><![CDATA[\n${lines.join('\n')}\n\n${body ?? ''}\n]]></send>`;
}

/** An answer to a request within the dialog: its To has its tag. */
export const answerWithin = (status: number, reason: string, body?: string): Step =>
  answer(status, reason, { once: true, ...(body !== undefined && { body }) }).replace(
    ';tag=[pid]SIPpTag01[call_number]',
    '',
  );

export interface ExpectShape {
  readonly optional?: boolean;
  /** Takes the routes and the target from it. */
  readonly makesDialog?: boolean;
  readonly challenge?: boolean;
  /** What must stand in it: a regular expression of SIPp. */
  readonly contains?: string;
  /** Milliseconds. */
  readonly within?: number;
  /** Keeps its From as `[$caller]`. */
  readonly keepsFrom?: boolean;
}

const expectation = (what: string, shape: ExpectShape): Step => {
  const { optional, makesDialog, challenge, contains, within, keepsFrom } = shape;
  const attributes = [
    what,
    optional ? 'optional="true"' : '',
    makesDialog ? 'rrs="true"' : '',
    challenge ? 'auth="true"' : '',
    within === undefined ? '' : `timeout="${within}"`,
  ].filter(one => one !== '');
  const actions = [
    ...(contains === undefined
      ? []
      : [`<ereg regexp="${contains}" search_in="msg" check_it="true" assign_to="seen"/>`, '<log message="[$seen]"/>']),
    ...(keepsFrom ? ['<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>'] : []),
  ];
  const inside = actions.length === 0 ? '' : `<action>${actions.join('')}</action>`;
  return `<recv ${attributes.join(' ')}>${inside}</recv>`;
};

export const expectAnswer = (status: number, shape: ExpectShape = {}): Step =>
  expectation(`response="${status}"`, shape);
/** Behind a request with credentials: the answer to a repeat of the one before, which was sent because the first was late. */
export const CHALLENGED_AGAIN: Step = expectAnswer(401, { optional: true });
export const expectRequest = (method: string, shape: ExpectShape = {}): Step =>
  expectation(`request="${method}"`, shape);
export const wait = (ms: number): Step => `<pause milliseconds="${ms}"/>`;

export const scenario = (name: string, steps: readonly Step[]): string =>
  `<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n<scenario name="${name}">\n${steps.join('\n')}\n</scenario>\n`;

export interface SippRun {
  readonly directory: string;
  readonly name: string;
  readonly steps: readonly Step[];
  /** Its own port. */
  readonly port: number;
  /** Of the PBX, for a caller; undefined: it waits to be called. */
  readonly server?: number | undefined;
  readonly calls?: number;
  readonly arguments?: readonly string[];
}

/** SIPp on its way. */
export interface Sipp {
  readonly ended: Promise<Finished & { readonly messages: string }>;
  readonly process: ChildProcess;
}

/** Starts SIPp; whoever is called listens when this resolves. */
export async function sipp({
  directory,
  name,
  steps,
  port,
  server,
  calls = 1,
  arguments: more = [],
}: SippRun): Promise<Sipp> {
  const file = join(directory, `${name}.xml`);
  const log = join(directory, `${name}.log`);
  const errors = join(directory, `${name}.err`);
  await writeFile(file, scenario(name, steps));
  const child = spawn(
    'sipp',
    [
      ...(server === undefined ? [] : [`127.0.0.1:${server}`]),
      ...['-sf', file, '-i', '127.0.0.1', '-mi', '127.0.0.1', '-p', String(port), '-m', String(calls), '-nostdin'],
      ...['-buff_size', '4194304'],
      ...['-timeout', '50s', '-timeout_error', '-trace_msg', '-message_file', log, '-trace_err', '-error_file', errors],
      ...more,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('latin1');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('latin1');
  });
  const ended = new Promise<Awaited<Sipp['ended']>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', async code => {
      const messages = await readFile(log, 'latin1').catch(() => '');
      const said = await readFile(errors, 'latin1').catch(() => '');
      resolve({ code, stdout, stderr: stderr + said, messages });
    });
  });
  if (server === undefined) await listening(port, child);
  return { ended, process: child };
}

/** Resolves when somebody has bound the UDP port. */
async function listening(port: number, child: ChildProcess): Promise<void> {
  const sign = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  while (child.exitCode === null) {
    if ((await readFile('/proc/net/udp', 'latin1')).includes(sign)) return;
    await pause(20);
  }
  throw new Error(`SIPp ended with ${child.exitCode} before it listened on ${port}`);
}
