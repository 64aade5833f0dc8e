/** handle_incoming: which method goes to whom, and what is asked of every request before (RFC 3261 §8.2). */
import type { DialogLayer } from './dialog/layer.js';
import type { Message } from './message/message.js';
import { replyFlow } from './transport/layer.js';
import { type Flow, formatFlow } from './transport/transport.js';
import { RELIABLE } from './user/abilities.js';
import type { Answer } from './user/answers.js';
import { AWAY, nobody } from './user/decisions.js';
import type { Fates } from './user/fates.js';
import type { Handlers, UserLayer } from './user/layer.js';
import { ACCEPT, NO_CALL, unsupportedBy } from './user/requests.js';
import { type Handler, type Outcome, type Question, type Reply, type Site, symmetricFor } from './user/site.js';

/** What a method comes to outside a dialog. */
interface Row {
  /** Who handles it, or the one answer there is. */
  readonly to: Handler | Answer;
  /** The answer to a To tag: it names a dialog that we do not have. Left out where the handler looks itself. */
  readonly tagged?: Answer;
  /** Whether an extension that it requires must be one of ours. */
  readonly extensions: boolean;
}

const NO_DIALOG: Answer = { status: 481, reason: 'Call/Transaction Does Not Exist' };
const MERGED: Answer = { status: 482, reason: '(Loop Detected)' };
const NO_SUBSCRIPTION: Answer = { status: 481, reason: 'Subscription does not exist' };
const NO_TRANSFER: Answer = { status: 603, reason: 'Declined (No dialog)' };
const BAD_EVENT: Answer = { status: 489, reason: 'Bad Event' };
const UNKNOWN_METHOD: Answer = { status: 501, reason: 'Method Not Implemented', headers: [ACCEPT] };

/** Option tags in Require that we honour; the second is a spelling that phones use. */
const EXTENSIONS = new Set(['replaces', 'replace', 'timer']);
/** Octets of a Require that are said back: an answer is not to be many times what asked for it, nor too long to be sent. */
const LONGEST_UNSUPPORTED = 512;

const rows = (user: Handlers): ReadonlyMap<string, Row> =>
  new Map<string, Row>([
    ['REGISTER', { to: user.register, extensions: false }],
    ['OPTIONS', { to: user.options, tagged: NO_DIALOG, extensions: true }],
    ['INVITE', { to: user.invite, tagged: NO_DIALOG, extensions: true }],
    ['MESSAGE', { to: user.message, tagged: NO_DIALOG, extensions: true }],
    ['SUBSCRIBE', { to: user.subscribe, tagged: NO_SUBSCRIPTION, extensions: true }],
    ['NOTIFY', { to: user.notify, tagged: NO_DIALOG, extensions: true }],
    ['PUBLISH', { to: BAD_EVENT, tagged: NO_DIALOG, extensions: true }],
    ['REFER', { to: NO_TRANSFER, tagged: NO_DIALOG, extensions: true }],
    ['CANCEL', { to: user.cancel, extensions: false }],
    ['BYE', { to: NO_CALL, extensions: true }],
    ['INFO', { to: NO_CALL, extensions: true }],
    ['PRACK', { to: NO_CALL, extensions: true }],
    ['UPDATE', { to: NO_CALL, extensions: true }],
  ]);

/** Takes every request that belongs to no transaction. ACK is not among them. */
export function handleIncoming(user: UserLayer): (request: Message, flow: Flow) => void {
  const { site } = user;
  const table = rows(user.handlers);
  return (request, flow) => {
    const dropped = whyDropped(site, request, flow);
    if (dropped) return count(site, dropped);
    const row = table.get(request.method);
    const entry = request.method === 'CANCEL' ? undefined : site.dialogs.find(request);
    if (entry) return within(site, request, flow, entry);
    if (user.passesOver(request)) return count(site, 'late');
    const busy = user.overload.refusal(request, flow);
    if (busy) return send(site, request, flow, { answer: busy });
    const to = row ? (fault(site, row, request) ?? row.to) : UNKNOWN_METHOD;
    if (typeof to !== 'function') return send(site, request, flow, { answer: to });
    const outcome = to(request, flow);
    if (!outcome) return count(site, 'begun');
    if ('answer' in outcome) return send(site, request, flow, outcome);
    const done = user.directory.waiting.begin(request, flow);
    if (!done) return count(site, 'held');
    site.spawn('look-up of a device', conclude(user, to, request, flow, outcome).finally(done));
    return undefined;
  };
}

function whyDropped(site: Site, request: Message, flow: Flow): keyof Fates | undefined {
  if (site.shield.silences(request, flow)) return 'silenced';
  // As the original does: without a From tag nobody could tell our answer from another.
  if (request.from.params.has('tag')) return undefined;
  if (site.log.debugs(1)) site.log.debug(1, `${formatFlow(flow)}: a request without a From tag is dropped`);
  return 'untagged';
}

/** A request of the other end of a dialog: in its order, and if we can do what it requires (RFC 3261 §12.2.2). */
function within(
  site: Site,
  request: Message,
  flow: Flow,
  { dialog, user }: NonNullable<ReturnType<DialogLayer['find']>>,
): void {
  const { method } = request;
  const refuse = (answer: Answer): void => {
    send(site, request, flow, { answer: { ...answer, tag: dialog.localTag }, kept: true });
  };
  const unsupported = unsupportedAnswer(site, request, tag => user.honours(tag));
  if (unsupported) refuse(unsupported);
  else if (dialog.admits(request)) {
    user.request(request, flow);
    count(site, 'inDialog');
  } else {
    // RFC 3261 §14.2.
    const retry = method === 'INVITE' ? [['Retry-After', String(1 + (request.cseq.number % 10))] as const] : [];
    refuse({ status: 500, reason: 'Server error', headers: retry });
  }
}

type Open = Exclude<Outcome, Reply | undefined>;

/** Waits for what a handler waits for. */
async function conclude(user: UserLayer, to: Handler, request: Message, flow: Flow, open: Open): Promise<void> {
  if ('question' in open) return answer(user, to, request, flow, open.question);
  const reply = await open.later;
  if (user.closed) count(user.site, 'late');
  else send(user.site, request, flow, reply);
}

/** Asks the handler again with what was found. While the database is away there is no answer. */
async function answer(user: UserLayer, to: Handler, request: Message, flow: Flow, question: Question): Promise<void> {
  const found = await user.directory.find(question);
  if (user.closed) return count(user.site, 'late');
  if (!found) {
    const { decisions, general } = user.site;
    count(user.site, 'away');
    return decisions.add(request, flow, { answer: AWAY, about: nobody(question.name ?? '') }, general);
  }
  const outcome = to(request, flow, found);
  if (!outcome) return count(user.site, 'begun');
  if ('question' in outcome) return count(user.site, 'away');
  send(user.site, request, flow, 'later' in outcome ? await outcome.later : outcome);
}

const count = ({ fates }: Site, fate: keyof Fates): void => {
  fates[fate] += 1;
};

/** Without a record, unless it is to be repeated. */
function send(site: Site, request: Message, flow: Flow, reply: Reply): void {
  const { answer, symmetric = symmetricFor(site, request, flow), kept } = reply;
  const { answers, transactions, decisions } = site;
  decisions.add(request, flow, reply, site.general);
  const transaction = kept ? transactions.serve(request, replyFlow(request, flow, symmetric)) : undefined;
  if (transaction) transaction.respond(answer.status, answers.text(request, flow, symmetric, answer));
  else answers.send(request, flow, symmetric, answer);
  count(site, 'answered');
}

function fault(site: Site, { extensions, tagged }: Row, request: Message): Answer | undefined {
  // Whether an INVITE may require reliable answers hangs on whose it is.
  const later = (tag: string) => request.method === 'INVITE' && tag === RELIABLE && (site.reliable || site.mapped);
  const unsupported = extensions ? unsupportedAnswer(site, request, later) : undefined;
  if (unsupported) return unsupported;
  if (tagged && request.to.params.has('tag')) return tagged;
  return extensions && site.transactions.isMerged(request) ? MERGED : undefined;
}

/** `more`: extensions that are honoured beside those that always are. */
function unsupportedAnswer(site: Site, request: Message, more: (tag: string) => boolean): Answer | undefined {
  const honours = (tag: string) => tag === '' || EXTENSIONS.has(tag) || more(tag);
  const unsupported = request.list('Require').filter(tag => !honours(tag.trim().toLowerCase()));
  return unsupported.length === 0 ? undefined : unsupportedBy(site, fitting(unsupported));
}

/** As many whole tags as there is room for; of a single one that is too long, its beginning. */
function fitting(tags: readonly string[]): string {
  const text = tags.join(', ');
  if (text.length <= LONGEST_UNSUPPORTED) return text;
  const end = text.lastIndexOf(', ', LONGEST_UNSUPPORTED);
  return text.slice(0, end > 0 ? end : LONGEST_UNSUPPORTED);
}
