/** Several contacts of one account, and what they may ask for: [general] and devices. The original has none of it. */
import { integer, seconds, yesno } from '#core';

/** Contacts that an account may have at most: each costs memory, and a line in every answer. */
export const MOST_CONTACTS = 100;

export const contacts = {
  maxcontacts: integer(1, [1, MOST_CONTACTS], 'Phones that may be registered at a time; 1: a new one replaces the old'),
  removeexisting: yesno(false, 'One too many takes the place of the one longest not heard of, and is not refused'),
  supportoutbound: yesno(false, 'Keep the connections that devices register over (RFC 5626)'),
  supportgruu: yesno(false, 'Give each phone an address of its own that others can call (RFC 5627)'),
  flowtimer: seconds(120, [0, 3600], 'With supportoutbound: how often a device is to send a sign of life; 0: unsaid'),
} as const;
