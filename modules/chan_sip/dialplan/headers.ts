/** SIP_HEADER() and SIP_HEADERS(): what the INVITE of a caller says; SIPAddHeader() and SIPRemoveHeader(): what ours will. */
import { type Application, ApplicationError, type Channel, type DialplanFunction, splitArguments } from '#core';
import { headerName } from '../message/headers.js';
import { decode } from '../message/octets.js';
import { IncomingLeg } from '../user/call/incoming-leg.js';

/** Headers that one call may add. */
const MOST = 50;
const PREFIX = 'SIPADDHEADER';

function inviteOf(channel: Channel | undefined, what: string) {
  if (!channel) throw new ApplicationError(`${what} needs a channel`);
  if (channel.technology.type !== 'SIP') throw new ApplicationError(`${channel.name} is no channel of SIP`);
  return channel.leg instanceof IncomingLeg ? channel.leg.invitation.admitted.request : undefined;
}

/** Names of the lines of a message, as written, without what only continues a line. */
const namesIn = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .slice(1)
    .flatMap(line => /^([^\s:]+)[ \t]*:/.exec(line)?.[1] ?? []);

export const sipHeader: DialplanFunction = {
  name: 'SIP_HEADER',
  synopsis: 'Gets a header of the INVITE that made the channel.',
  syntax: 'SIP_HEADER(name[,number])',
  arguments: [
    { name: 'name', help: 'long or compact, in any case', required: true },
    { name: 'number', help: 'which of several, from 1' },
  ],
  read({ channel, data }) {
    const request = inviteOf(channel, 'SIP_HEADER');
    const [name = '', number = '1'] = splitArguments(data).map(part => part.trim());
    if (name === '') throw new ApplicationError('it needs the name of a header');
    const at = /^\d{1,4}$/.test(number) ? Number(number) : 1;
    const value = request?.headers(name)[Math.max(at, 1) - 1];
    if (value === undefined) throw new ApplicationError(`there is no header '${name}'`);
    return decode(value);
  },
};

export const sipHeaders: DialplanFunction = {
  name: 'SIP_HEADERS',
  synopsis: 'Gets the names of headers of the INVITE that made the channel.',
  syntax: 'SIP_HEADERS([prefix])',
  arguments: [{ name: 'prefix', help: 'how they begin; left out: all' }],
  read({ channel, data }) {
    const request = inviteOf(channel, 'SIP_HEADERS');
    const prefix = data.trim().toLowerCase();
    const names = new Map(namesIn(request?.text ?? '').map(name => [headerName(name).key, decode(name)]));
    return [...names.values()].filter(name => name.toLowerCase().startsWith(prefix)).join(',');
  },
};

export const addHeader: Application = {
  name: 'SIPAddHeader',
  synopsis: 'Adds a header to the INVITEs of calls that this channel makes.',
  syntax: 'SIPAddHeader(Name: value)',
  arguments: [{ name: 'Name: value', help: 'the header', required: true }],
  run(channel, data) {
    if (!/^[^\s:]+[ \t]*:/.test(data)) throw new ApplicationError("expected 'Name: value'", 'goes on');
    const used = new Set([...channel.variables.entries()].map(([name]) => name));
    for (let number = 1; number <= MOST; number++) {
      const name = `${PREFIX}${String(number).padStart(2, '0')}`;
      if (used.has(name)) continue;
      channel.set(`__${name}`, data);
      return;
    }
    throw new ApplicationError(`${MOST} headers are added already`, 'goes on');
  },
};

export const removeHeader: Application = {
  name: 'SIPRemoveHeader',
  synopsis: 'Takes back headers that SIPAddHeader added.',
  syntax: 'SIPRemoveHeader([prefix])',
  arguments: [{ name: 'prefix', help: 'how they begin, in any case; left out: all' }],
  run(channel, data) {
    const prefix = data.trim().toLowerCase();
    const added = [...channel.variables.entries()].filter(([name]) => name.startsWith(PREFIX));
    for (const [name, value] of added) {
      if (value.toLowerCase().startsWith(prefix)) channel.variables.delete(name);
    }
  },
};
