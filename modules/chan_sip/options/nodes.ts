/** [general]: one registrar on several machines that share a database. */
import { denyInto, permitInto, seconds } from '#core';
import { aclNames } from './values/acl.js';
import { addressPort, NOWHERE } from './values/hostport.js';

export const nodes = {
  nodeaddress: addressPort(
    NOWHERE,
    'Where other nodes on the same database reach us over UDP; without a port the one that we listen on',
    {},
  ),
  nodetimeout: seconds(3, [2, 3600], 'After how long without a sign of life another node is taken for dead'),
  nodeacl: aclNames('Named lists that the address of another node must pass'),
  nodepermit: permitInto('nodeacl', 'Addresses that other nodes may have; without any nobody is believed to be one'),
  nodedeny: denyInto('nodeacl', 'Addresses that other nodes may not have'),
} as const;
