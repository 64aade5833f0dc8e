/** Whom we are to a realm that challenges us: the first credentials that name it, else those of the one we speak to. */
import type { Account } from '../message/client-digest.js';
import type { Credential } from '../options/values/credential.js';

export function accountFor(realm: string, credentials: readonly Credential[], otherwise: Account): Account {
  const known = credentials.find(one => one.realm.toLowerCase() === realm.toLowerCase());
  return known ? { username: known.user, secret: known.secret, md5secret: known.md5secret } : otherwise;
}
