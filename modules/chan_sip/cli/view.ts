/** What the sip commands see of the stack. */
import type { Bans, Clock, ReloadOutcome, Scheduler } from '#core';
import type { RtpFigures } from '../../res_rtp/token.js';
import type { General } from '../options/general.js';
import type { NotifyTypes } from '../options/sip-notify.js';
import type { Credential } from '../options/values/credential.js';
import type { TransactionCounts } from '../transaction/layer.js';
import type { HistoryRow } from '../transport/history.js';
import type { NameCounts } from '../transport/resolver/name-service.js';
import type { Tap } from '../transport/tap.js';
import type { ConnectionRow, Counters } from '../transport/transport.js';
import type { Counts } from '../user/call/usage.js';
import type { Explanations } from '../user/explanations.js';
import type { Fates } from '../user/fates.js';
import type { NodeRow } from '../user/nodes/node-table.js';
import type { Notice } from '../user/notice.js';
import type { Notified } from '../user/notifier.js';
import type { AvoidedRow } from '../user/outgoing.js';
import type { LoadRow } from '../user/overload.js';
import type { Peer } from '../user/peer.js';
import type { Peers } from '../user/peers.js';

/** A domain of ours. */
export interface DomainRow {
  readonly name: string;
  /** Empty: the default one. */
  readonly context: string;
  readonly source: 'Configured' | 'Automatic';
}

/** A dialog, as `sip show channels` lists it. */
export interface DialogRow {
  readonly address: string;
  /** User name or number; empty where there is none. */
  readonly user: string;
  readonly callId: string;
  /** Empty where there is no media. */
  readonly format: string;
  readonly hold: boolean;
  /** Whether it waits for its end. */
  readonly ending: boolean;
  /** `Rx: INVITE`, `Tx: ACK`, `Init: OPTIONS`. */
  readonly lastMessage: string;
  readonly transfer: string;
  /** Empty: a guest. */
  readonly device: string;
}

/** A call, as `sip show channel` tells all of it, and `sip show channelstats` how well it is heard. */
export interface CallRow extends DialogRow {
  /** `Incoming`, `Outgoing`. */
  readonly direction: string;
  readonly channel: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly codecs: { readonly ours: readonly string[]; readonly joint: readonly string[] };
  readonly received: string;
  readonly theoretical: string;
  readonly transferMode: string;
  /** `Auto (No)` and its like. */
  readonly forceRport: string;
  readonly audio: string;
  readonly ourTag: string;
  readonly theirTag: string;
  readonly useragent: string;
  readonly uri: string;
  readonly caller: string;
  readonly promiscredir: boolean;
  readonly route: string;
  readonly dtmf: string;
  readonly transport: string;
  readonly bitrate: number;
  readonly figures: RtpFigures;
}

/** A registration of ours with another server. */
export interface RegistryRow {
  readonly terms: {
    /** The line without its secret, and with it. */
    readonly shown: string;
    readonly text: string;
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly user: string;
    /** Where it is another than the server's. */
    readonly domain: string | undefined;
    readonly domainPort: number | undefined;
  };
  /** Seconds until it is renewed. */
  readonly refresh: number;
  /** Its state. */
  readonly text: string;
  /** Epoch milliseconds of the last success. */
  readonly registeredAt: number | undefined;
}

/** Which messages are printed. */
export interface DebugSwitch {
  enabled: boolean;
  /** `address` or `address:port`; when empty, everyone. */
  readonly filters: Set<string>;
}

/** What went by, for each Call-ID. */
export interface HistoryView {
  enabled: boolean;
  /** Call-IDs that are kept. */
  readonly size: number;
  rows(): Iterable<HistoryRow>;
}

/** Counts since the start: every message that came is in one of them, beside `received`. */
export interface Traffic extends Readonly<Counters>, Readonly<TransactionCounts>, Readonly<Fates> {
  /** Requests that wait for an answer of the database, now. */
  readonly waiting: number;
  /** Transactions, now. */
  readonly transactions: number;
}

export interface SipView {
  readonly general: General;
  readonly peers: Peers;
  readonly credentials: readonly Credential[];
  /** Of sip_notify.conf. */
  readonly notifyTypes: NotifyTypes;
  readonly domains: { rows(): Iterable<DomainRow> };
  readonly sched: Pick<Scheduler, 'counts' | 'waiting' | 'highwater'>;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly debug: DebugSwitch;
  readonly explanations: Pick<Explanations, 'register' | 'last' | 'size'>;
  /** Whom nobody listens to. */
  readonly bans: Pick<Bans, 'ban' | 'lift' | 'rows' | 'dropped'>;
  /** Requests of scanners that were dropped. */
  readonly shield: { readonly scanners: number };
  /** Whether there is too much to do. */
  overload(): LoadRow;
  /** Where messages can be heard. */
  readonly tap: Pick<Tap, 'follow'>;
  readonly history: HistoryView;
  /** Whether show commands print secrets. */
  readonly showsecrets: boolean;
  /** The families that are mapped to a database that can be asked. */
  readonly realtime: { readonly peers: boolean; readonly regs: boolean };
  /** Who shares the database. */
  readonly nodes: { readonly active: boolean; rows(): readonly NodeRow[] };
  dialogs(): Iterable<DialogRow>;
  /** Those of them that are calls. */
  callRows(): Iterable<CallRow>;
  /** Of a device: its calls, how many of them ring and are on hold. */
  usage(name: string): Counts;
  /** Streams that are open. */
  connections(): Iterable<ConnectionRow>;
  /** What came and went, and what became of it. */
  traffic(): Traffic;
  /** What names cost. */
  names(): NameCounts;
  /** Servers that failed of late. */
  avoided(): readonly AvoidedRow[];
  /** Registrations of ours with other servers. */
  registrations(): Iterable<RegistryRow>;
  /** Reads sip.conf again. */
  reload(): Promise<ReloadOutcome>;
  /** Ends the registration. @returns whether there was one */
  unregister(peer: Peer): boolean;
  /** Asks the device whether it is there. */
  qualify(peer: Peer): void;
  /** Sends a NOTIFY to a device, wherever it is, or within the call of a Call-ID, if that is up. */
  notify(whom: Peer | string, notice: Notice): Notified;
  /** Lets go of a device of the database. */
  prune(peer: Peer): void;
  /** A device in memory or in the database, for calls to it or from it. @throws CommandError while the database is away */
  load(name: string, purpose: 'register' | 'caller'): Promise<Peer | undefined>;
}
