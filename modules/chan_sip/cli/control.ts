/** `sip set debug`, `sip reload`, `sip qualify`, `sip unregister`: commands that change something. */
import { isIP } from 'node:net';
import { type Command, CommandError, type Output } from '#core';
import { parseAddressPort } from '../options/values/hostport.js';
import { formatEndpoint } from '../transport/transport.js';
import { callable } from './peers.js';
import type { SipView } from './view.js';

/** Prints what goes to and comes from some places, by what the answer calls them. */
function watch(view: SipView, filters: readonly string[], shown: string, out: Output): void {
  view.debug.filters.clear();
  for (const filter of filters) view.debug.filters.add(filter);
  view.debug.enabled = true;
  out.line(`SIP Debugging Enabled for IP: ${shown}`);
}

function watchAddress(view: SipView, text: string, out: Output): void {
  const filter = filterOf(text);
  watch(view, [filter], filter, out);
}

function watchAll({ debug }: SipView, out: Output): void {
  out.line(debug.enabled && debug.filters.size === 0 ? 'SIP Debugging re-enabled' : 'SIP Debugging enabled');
  debug.filters.clear();
  debug.enabled = true;
}

function watchNone({ debug, general }: SipView, out: Output): void {
  debug.filters.clear();
  debug.enabled = general.sipdebug;
  if (!general.sipdebug) {
    out.line('SIP Debugging Disabled');
    return;
  }
  out.line('SIP Debugging stays on: sip.conf asks for it.');
  out.line("Set 'sipdebug=no' there and reload to turn it off.");
}

/** `address`, `address:port`, `[v6]:port`, as filters are written. */
function filterOf(text: string): string {
  try {
    const { host, port } = parseAddressPort(text);
    return port === undefined ? host : formatEndpoint({ address: host, port });
  } catch (thrown) {
    throw new CommandError(`'${text}' is no address: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

/** A device is its address and port, so that of many behind one NAT one is shown; with several contacts, all of them. */
function watchPeer(view: SipView, name: string, out: Output): void {
  const peer = view.peers.get(name);
  if (!peer) throw new CommandError(`No such peer '${name}'`);
  const where = peer.address ?? peer.defaultAddress;
  if (!where || isIP(where.address) === 0) throw new CommandError(`Unable to get IP address of peer '${name}'`);
  const places = [where, ...peer.bindings.map(({ address, connection }) => connection ?? address)];
  watch(view, places.map(formatEndpoint), where.address, out);
}

const setDebug = (view: SipView): Command => ({
  syntax: 'sip set debug {on|off|ip <address>|peer <name>}',
  summary: 'Print messages as they go by: all, or those of one address or device',
  help: 'An address may have a port. Control characters are made visible.',
  complete: { name: () => [...view.peers.values()].map(({ name }) => name) },
  run({ args, chosen, out }) {
    if (args['address'] !== undefined) watchAddress(view, args['address'], out);
    else if (args['name'] !== undefined) watchPeer(view, args['name'], out);
    else if (chosen.has('on')) watchAll(view, out);
    else watchNone(view, out);
  },
});

const reload = (view: SipView): Command => ({
  syntax: 'sip reload',
  summary: 'Read sip.conf again',
  help: 'Registrations stay. When the file has errors the old values stay too, and every error is told.',
  async run() {
    const { result, why = `the reload ended with: ${result}` } = await view.reload();
    if (result === 'in progress') throw new CommandError('Previous SIP reload not yet done', 'told');
    if (result !== 'success') throw new CommandError(why, 'told');
  },
});

const unregister = (view: SipView): Command => ({
  syntax: 'sip unregister <peer>',
  summary: 'End the registration of a device',
  complete: { peer: () => [...view.peers.values()].filter(({ binding }) => binding).map(({ name }) => name) },
  run({ args, out }) {
    const name = args['peer']!;
    const peer = view.peers.get(name);
    if (!peer || !callable(peer)) throw new CommandError(`Peer unknown: '${name}'. Not unregistered.`);
    if (!view.unregister(peer)) throw new CommandError(`Peer ${name} not registered`);
    out.line(`Unregistered peer '${name}'\n`);
  },
});

const qualify = (view: SipView): Command => ({
  syntax: 'sip qualify peer <name> [load]',
  summary: 'Ask a device now whether it is there',
  help: 'The answer shows in the status of the device. With load, one that is only in the database is read from there.',
  complete: { name: () => [...view.peers.values()].filter(callable).map(({ name }) => name) },
  async run({ args, chosen }) {
    const name = args['name']!;
    const peer = chosen.has('load') ? await view.load(name, 'register') : view.peers.get(name);
    if (!peer || !callable(peer)) throw new CommandError(`Peer '${name}' not found`);
    view.qualify(peer);
  },
});

export const controlCommands = (view: SipView): Command[] =>
  [setDebug, reload, qualify, unregister].map(make => make(view));
