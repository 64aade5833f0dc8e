/** SIPPEER(): items of a device; CHECKSIPDOMAIN(): whether a domain is ours; SIPDtmfMode(): how keys are sent. */
import { type Application, ApplicationError, type DialplanFunction, splitArguments } from '#core';
import { presentationWord } from '../options/values/callerid.js';
import { groupWords } from '../options/values/groups.js';
import type { Sip } from '../sip.js';
import { CallLeg } from '../user/call/call-leg.js';
import type { Peer } from '../user/peer.js';

type Item = (peer: Peer, sip: Sip) => string;

const ITEMS: Readonly<Record<string, Item>> = {
  ip: ({ address }) => address?.address ?? '',
  port: ({ address }) => (address ? String(address.port) : ''),
  status: ({ status }) => status,
  mailbox: peer => peer.get('mailbox').join(','),
  context: peer => peer.get('context'),
  expire: ({ binding }, sip) =>
    String(binding ? Math.max(0, Math.round((binding.ends - sip.clock.elapsed()) / 1000)) : -1),
  dynamic: ({ dynamic }) => (dynamic ? 'yes' : 'no'),
  callerid_name: peer => peer.get('callerid').name,
  callerid_num: peer => peer.get('callerid').number,
  callgroup: peer => groupWords(peer.get('callgroup')),
  pickupgroup: peer => groupWords(peer.get('pickupgroup')),
  namedcallgroup: peer => peer.get('namedcallgroup').join(','),
  namedpickupgroup: peer => peer.get('namedpickupgroup').join(','),
  codecs: peer =>
    `(${peer
      .get('allow')
      .map(({ name }) => name)
      .join('|')})`,
  regexten: peer =>
    peer
      .get('regexten')
      .map(({ extension }) => extension)
      .join('&'),
  limit: peer => String(peer.get('call-limit')),
  busylevel: peer => String(peer.get('busylevel')),
  curcalls: ({ name }, sip) => String(sip.usage(name).calls),
  language: peer => peer.get('language'),
  accountcode: peer => peer.get('accountcode'),
  useragent: ({ useragent }) => useragent,
  maxforwards: peer => String(peer.get('maxforwards')),
  encryption: peer => (peer.get('encryption') ? '1' : '0'),
  callingpres: peer => presentationWord(peer.get('callingpres')),
};

/** `chanvar[NAME]`, `codec[0]`. */
function indexed(peer: Peer, item: string): string | undefined {
  const [, kind, index = ''] = /^(chanvar|codec)\[([^\]]*)\]$/.exec(item) ?? [];
  if (kind === 'chanvar') return peer.get('setvar').find(({ name }) => name === index)?.value ?? '';
  return kind === 'codec' ? (peer.get('allow')[Number(index)]?.name ?? '') : undefined;
}

export const sipPeer = (sip: Sip): DialplanFunction => ({
  name: 'SIPPEER',
  synopsis: 'Gets an item of a SIP device.',
  syntax: 'SIPPEER(peer[,item])',
  arguments: [
    { name: 'peer', help: 'the name of its section', required: true },
    { name: 'item', help: `${Object.keys(ITEMS).join(' ')} chanvar[NAME] codec[number]; left out: ip` },
  ],
  async read({ data }) {
    const [name = '', item = 'ip'] = splitArguments(data).map(part => part.trim());
    const peer = await sip.load(name, 'register');
    if (!peer) return '';
    const key = item === '' ? 'ip' : item;
    const value = Object.hasOwn(ITEMS, key) ? ITEMS[key]!(peer, sip) : indexed(peer, key);
    if (value === undefined) throw new ApplicationError(`there is no item '${item}'`);
    return value;
  },
});

export const checkDomain = (sip: Sip): DialplanFunction => ({
  name: 'CHECKSIPDOMAIN',
  synopsis: 'Tells whether a domain is one of ours.',
  description: 'The domain, if it is; else nothing.',
  syntax: 'CHECKSIPDOMAIN(domain)',
  arguments: [{ name: 'domain', help: 'a name or an address', required: true }],
  read: ({ data }) => (sip.domains.find(data.trim()) ? data.trim() : ''),
});

const MODES = ['inband', 'info', 'rfc2833', 'shortinfo'] as const;

export const dtmfMode: Application = {
  name: 'SIPDtmfMode',
  synopsis: 'Changes how keys are sent on a SIP channel.',
  syntax: 'SIPDtmfMode(mode)',
  arguments: [{ name: 'mode', help: MODES.join(', '), required: true }],
  run(channel, data) {
    const mode = MODES.find(known => known === data.trim().toLowerCase());
    if (!mode) throw new ApplicationError(`expected ${MODES.join(', ')}, got '${data}'`, 'goes on');
    if (!(channel.leg instanceof CallLeg))
      throw new ApplicationError(`${channel.name} is no channel of SIP`, 'goes on');
    channel.leg.session.setDtmfMode(mode);
  },
};
