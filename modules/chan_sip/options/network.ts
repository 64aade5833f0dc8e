/** [general]: where we listen, what is inside and what we look like from outside. */
import { denyInto, files, integer, milliseconds, permitInto, seconds, text, yesno } from '#core';
import { aclNames } from './values/acl.js';
import { clientMethod } from './values/client-method.js';
import { addressPort, hostPort, NOWHERE, portNumber } from './values/hostport.js';

import { nameServers } from './values/nameserver.js';
import { origins } from './values/origins.js';

import { typeOfService } from './values/tos.js';
import { networks } from './values/variables.js';

const PACKETS = { never: 'Node has no way to mark the packets of a socket' };

const sockets = {
  udpbindaddr: addressPort({ host: '0.0.0.0', port: undefined }, 'Address and port on which to listen for UDP', {
    aliases: ['bindaddr'],
    label: 'UDP Bindaddress:',
  }),
  bindport: portNumber(5060, 'Port where udpbindaddr names none', { guard: true }),
  tcpenable: yesno(false, 'Listen for TCP'),
  tcpbindaddr: addressPort(NOWHERE, 'Address and port on which to listen for TCP; else as for UDP', {
    label: 'TCP SIP Bindaddress:',
  }),
  tcpauthtimeout: seconds(30, [1, 31_536_000], 'How long a connection may stay without credentials'),
  tcpauthlimit: integer(100, [1, 1_000_000], 'Connections without credentials at a time'),
  websocket_enabled: yesno(true, 'Take SIP over WebSocket from the HTTP server, see http.conf'),
  websocket_write_timeout: milliseconds(100, [1, 3_600_000], 'How long a WebSocket may take to take a message'),
  websocket_origins: origins('Pages that browsers may come from, as https://pbx.example; when empty, from any'),
} as const;

const tls = {
  tlsenable: yesno(false, 'Listen for TLS', { aliases: ['sslenable'] }),
  tlsbindaddr: addressPort(NOWHERE, 'Address and port on which to listen for TLS; else as for UDP, port 5061', {
    aliases: ['sslbindaddr'],
    label: 'TLS SIP Bindaddress:',
  }),
  tlscertfile: files(
    ['asterisk.pem'],
    'Our certificate, with its key unless that has a file of its own; of several lines the last, and the others for who asks for their names',
    { aliases: ['sslcert', 'tlscert'] },
  ),
  tlsprivatekey: files([], 'The key of our certificate, or of each', { aliases: ['sslprivatekey'] }),
  tlscafile: text('', 'Certificates of authorities we trust'),
  tlscapath: text('', 'A directory of such certificates', { aliases: ['tlscadir'] }),
  tlscipher: text('', 'Ciphers, as OpenSSL names them', { aliases: ['sslcipher'] }),
  tlsclientmethod: clientMethod('Protocol of our connections to others: the best that both ends know, or TLS 1.0', {
    aliases: ['sslclientmethod'],
  }),
  tlsdontverifyserver: yesno(false, 'Take any certificate of servers we connect to'),
  tlsverifyclient: yesno(false, 'Let in only who has a certificate of an authority we trust'),
  tlsservercipherorder: yesno(false, 'Our order of ciphers goes before theirs'),
  tlsdisablev1: yesno(false, 'Refuse TLS 1.0'),
  tlsdisablev11: yesno(false, 'Refuse TLS 1.1'),
  tlsdisablev12: yesno(false, 'Refuse TLS 1.2'),
} as const;

const outside = {
  localnet: networks('A network on our side of the firewall', { label: 'Localnet:' }),
  externaddr: hostPort('Our address as seen from outside; looked up once', {
    aliases: ['externip'],
    label: 'Externaddr:',
  }),
  externhost: hostPort('Our name as seen from outside; looked up again every externrefresh', {
    label: 'Externhost:',
  }),
  externrefresh: seconds(10, [1, 31_536_000], 'How often externhost is looked up', {
    label: 'Externrefresh:',
  }),
  externtcpport: portNumber(0, 'Our TCP port as seen from outside', {}),
  externtlsport: portNumber(0, 'Our TLS port as seen from outside', {}),
  matchexternaddrlocally: yesno(false, 'Rewrite only when our own source address is inside', {
    aliases: ['matchexterniplocally'],
  }),
  media_address: addressPort(NOWHERE, 'Address for media in every SDP', {}),
  rtpbindaddr: addressPort(NOWHERE, 'Address of the sockets for media', { label: 'RTP Bindaddress:' }),
  srvlookup: yesno(true, 'Look for SRV records of a host without a port', {
    label: 'DNS SRV lookup:',
  }),
  nameserver: nameServers('Name servers to ask, in place of those in /etc/resolv.conf', {}),
  subscribe_network_change_event: yesno(true, 'Register again when our network changes', {
    later: 'network changes',
  }),
} as const;

/** Which addresses a REGISTER may bring, for every device. */
const contacts = {
  dynamic_exclude_static: yesno(false, 'Refuse contacts at the address of a device with a fixed one', {
    aliases: ['dynamic_excludes_static'],
  }),
  contactacl: aclNames('Named lists that the address of a contact must pass'),
  contactpermit: permitInto('contactacl', 'Addresses that contacts may have'),
  contactdeny: denyInto('contactacl', 'Addresses that contacts may not have'),
} as const;

const quality = {
  tos_sip: typeOfService('DSCP of signalling', { label: 'IP ToS SIP:', ...PACKETS }),
  tos_audio: typeOfService('DSCP of audio', { label: 'IP ToS RTP audio:', ...PACKETS }),
  tos_video: typeOfService('DSCP of video', { label: 'IP ToS RTP video:', ...PACKETS }),
  tos_text: typeOfService('DSCP of text', { label: 'IP ToS RTP text:', ...PACKETS }),
  cos_sip: integer(4, [0, 7], 'Class of service of signalling', { label: '802.1p CoS SIP:', ...PACKETS }),
  cos_audio: integer(5, [0, 7], 'Class of service of audio', { label: '802.1p CoS RTP audio:', ...PACKETS }),
  cos_video: integer(6, [0, 7], 'Class of service of video', { label: '802.1p CoS RTP video:', ...PACKETS }),
  cos_text: integer(5, [0, 7], 'Class of service of text', { label: '802.1p CoS RTP text:', ...PACKETS }),
} as const;

export const network = { ...sockets, ...tls, ...outside, ...contacts, ...quality } as const;
