/** The sip commands over real devices and options, in the state in which the original was recorded. */
import assert from 'node:assert/strict';
import { BanTable } from '../../../core/ban-table.js';
import { atOnce, TestClock } from '../../../core/clock.js';
import { parseText } from '../../../core/config/dialect.js';
import type { ReloadOutcome } from '../../../core/loader.js';
import { SchedulerHeap } from '../../../core/sched.js';
import { commands } from '../../../modules/chan_sip/cli/commands.js';
import type { CallRow, DialogRow, DomainRow, RegistryRow, SipView } from '../../../modules/chan_sip/cli/view.js';
import { readSipConfig, type SipConfig } from '../../../modules/chan_sip/options/read.js';
import type { NotifyTypes } from '../../../modules/chan_sip/options/sip-notify.js';
import type { HistoryRow } from '../../../modules/chan_sip/transport/history.js';
import type { NameCounts } from '../../../modules/chan_sip/transport/resolver/name-service.js';
import { Tap } from '../../../modules/chan_sip/transport/tap.js';
import { type ConnectionRow, noCounts } from '../../../modules/chan_sip/transport/transport.js';
import { openBinding } from '../../../modules/chan_sip/user/binding.js';
import type { Counts } from '../../../modules/chan_sip/user/call/usage.js';
import { noFates } from '../../../modules/chan_sip/user/fates.js';
import type { Notice } from '../../../modules/chan_sip/user/notice.js';
import type { Notified } from '../../../modules/chan_sip/user/notifier.js';
import type { AvoidedRow } from '../../../modules/chan_sip/user/outgoing.js';
import type { LoadRow } from '../../../modules/chan_sip/user/overload.js';
import type { Peer } from '../../../modules/chan_sip/user/peer.js';
import { Peers } from '../../../modules/chan_sip/user/peers.js';
import { CliStage } from '../../support/cli-stage.js';
import { MemoryAstDb } from '../../support/core-stage.js';
import { keptLog } from '../../support/wire.js';
import { SIP_CONF } from './recorded.js';

/** Devices that are told apart by their names' case, their types and their places. */
export const PHONES = `
[general]
regcontext=phones
[alice]
type=friend
host=dynamic
secret=s
[Bob]
type=peer
host=dynamic
defaultip=192.0.2.7
[zoe]
type=user
secret=z
`;

/** sip.conf as a text, read as the module reads it. */
export async function sipConfig(text: string, environment = { systemname: '' }): Promise<SipConfig> {
  const { config, problems } = await parseText('sip.conf', text);
  assert.deepEqual(problems, []);
  return readSipConfig(config, environment);
}

/** Of a line of ours, where only the server is of interest. */
export const ACCOUNT = { user: '2001', domain: undefined, domainPort: undefined };

/** What went by, as a test writes it. */
class HistoryRows {
  enabled = false;

  constructor(readonly list: HistoryRow[]) {}

  get size(): number {
    return this.list.length;
  }

  rows(): HistoryRow[] {
    return this.list;
  }
}

export class SipStage implements SipView {
  readonly clock = new TestClock();
  readonly #heap = new SchedulerHeap(this.clock, (_label, thrown) => assert.ifError(thrown)).open();
  readonly sched = this.#heap.sched;
  readonly historyRows: HistoryRow[] = [];
  readonly history = new HistoryRows(this.historyRows);
  readonly explanations = { register: async () => undefined, last: () => [], size: 0 };
  readonly bans = new BanTable({
    clock: this.clock,
    astdb: new MemoryAstDb(),
    log: keptLog().log,
    emit: () => undefined,
  });
  readonly shield = { scanners: 0 };
  loadRow: LoadRow = { level: 0, delay: 0, queue: 0, backlog: 0, shed: { unknown: 0, new: 0, refresh: 0 } };
  readonly overload = () => this.loadRow;
  readonly debug = { enabled: false, filters: new Set<string>() };
  readonly tap = new Tap(thrown => assert.ifError(thrown));
  readonly realtime = { peers: false, regs: false };
  readonly general;
  readonly credentials;
  readonly peers: Peers;
  readonly domainRows: DomainRow[] = [];
  readonly dialogRows: DialogRow[] = [];
  readonly lines: RegistryRow[] = [];
  /** Devices that were to be asked. */
  readonly qualified: string[] = [];
  notifyTypes: NotifyTypes = new Map();
  /** NOTIFYs that were to be sent. */
  readonly notified: [name: string, notice: Notice][] = [];
  /** What becomes of them. */
  became: Notified = 'sent';
  showsecrets = false;
  outcome: ReloadOutcome = { result: 'success' };
  readonly domains = { rows: () => this.domainRows };
  readonly nodes = { active: false, rows: () => [] };
  readonly dialogs = () => this.dialogRows;
  readonly callLines: CallRow[] = [];
  readonly callRows = () => this.callLines;
  readonly counts = new Map<string, Counts>();
  readonly usage = (name: string) => this.counts.get(name) ?? { calls: 0, ringing: 0, held: 0 };
  readonly connectionRows: ConnectionRow[] = [];
  readonly connections = () => this.connectionRows;
  nameCounts: NameCounts = { cached: 0, hits: 0, misses: 0, stale: 0, dropped: 0, servers: [] };
  readonly traffic = () => ({
    ...noCounts(),
    ...noFates(),
    ...{ repeats: 0, acks: 0, strayAcks: 0, responses: 0, strayResponses: 0, refused: 0 },
    ...{ waiting: 0, transactions: 0 },
  });
  readonly names = () => this.nameCounts;
  avoidedRows: readonly AvoidedRow[] = [];
  readonly avoided = () => this.avoidedRows;
  readonly registrations = () => this.lines;
  readonly cli = new CliStage(...commands(this));

  constructor(config: SipConfig) {
    this.general = config.general;
    this.credentials = config.credentials;
    this.peers = new Peers(config.general);
    atOnce(this.peers.apply(config.devices, config.general));
  }

  static async of(text: string): Promise<SipStage> {
    return new SipStage(await sipConfig(text));
  }

  /** As recorded: the devices registered and the database mapped. */
  static async recorded(extra = ''): Promise<SipStage> {
    const stage = await SipStage.of(SIP_CONF.replace('[general]\n', `[general]\n${extra}\n`));
    stage.realtime.peers = stage.realtime.regs = true;
    const own = {
      ...stage.peers.get('onlyuser')!.section.own,
      secret: 'pass3001',
      host: stage.peers.get('1008')!.get('host'),
    };
    stage.peers.create({ name: '3001', type: 'friend', own }, 'realtime');
    stage.register('1008', 6045, 291);
    stage.register('1009', 6009, 279);
    stage.register('1010', 6010, 282);
    stage.register('3001', 6031, 284);
    stage.peers.get('1009')!.lastMs = -1;
    stage.peers.get('trunk')!.lastMs = 1;
    return stage;
  }

  /** The device has registered from a port of this machine, and so many seconds are left. */
  register(name: string, port: number, seconds: number): Peer {
    const peer = this.peers.get(name)!;
    const address = { address: '127.0.0.1', port };
    const contact = `sip:${name}@127.0.0.1:${port}`;
    const now = this.clock.now();
    const ends = this.clock.elapsed() + seconds * 1000;
    const facts = { granted: 300, protocol: 'udp', callId: 'c', cseq: 1, path: [] } as const;
    const binding = { ...openBinding({ contact, address, ...facts }, peer.lastMs), since: now, ends };
    peer.binding = binding;
    peer.address = address;
    peer.fullcontact = contact;
    peer.useragent = 'goldphone/1.0';
    peer.defaultuser ||= name;
    this.peers.moved(peer);
    return peer;
  }

  async reload(): Promise<ReloadOutcome> {
    return this.outcome;
  }

  unregister(peer: Peer): boolean {
    const bound = peer.binding !== undefined;
    peer.binding = undefined;
    peer.address = undefined;
    this.peers.moved(peer);
    return bound;
  }

  qualify(peer: Peer): void {
    this.qualified.push(peer.name);
  }

  notify(whom: Peer | string, notice: Notice): Notified {
    if (typeof whom === 'string') return 'nowhere';
    this.notified.push([whom.name, notice]);
    return this.became;
  }

  prune(peer: Peer): void {
    this.peers.remove(peer.name);
  }

  async load(name: string, _purpose?: 'register' | 'caller'): Promise<Peer | undefined> {
    return this.peers.get(name);
  }

  text(line: string): Promise<string> {
    return this.cli.text(line);
  }
}
