/** How values of a device print in more than one command. */
import type { Credential } from '../options/values/credential.js';
import type { Peer } from '../user/peer.js';

export const setOrNot = (value: string): string => (value === '' ? '<Not set>' : '<Set>');
export const orNotSet = (value: string): string => value || '<Not set>';
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** What is behind a realm's name. */
export const credentialWords = ({ realm, user, secret, md5secret }: Credential): string => {
  const known = secret ? '<Secret set>' : md5secret ? '<MD5secret set>' : '<Not set>';
  return `Realm ${realm.slice(0, 15).padEnd(15)} User ${user.slice(0, 20).padEnd(10)} ${known}`;
};

/** `name = value`, one a line, under `Variables`; the line that came last first. */
export const variableLines = (peer: Peer): string[] => {
  const variables = peer.get('setvar').toReversed();
  const lines = variables.map(({ name, value }) => `                 ${name} = ${value}`);
  return lines.length === 0 ? [] : ['  Variables    :', ...lines];
};
