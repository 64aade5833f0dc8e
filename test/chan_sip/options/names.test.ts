/** Every option that existing files may use is known, where it may stand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knows } from '../../../core/config/options.js';
import { authentication } from '../../../modules/chan_sip/options/authentication.js';
import { device } from '../../../modules/chan_sip/options/device.js';
import { general } from '../../../modules/chan_sip/options/general.js';

const words = (text: string): string[] => text.trim().split(/\s+/);

const GENERAL = words(`
  context allowguest realm domainsasrealm alwaysauthreject match_auth_username auth_options_requests
  auth_message_requests accept_outofcall_message outofcall_message_context allowsubscribe subscribecontext
  allowtransfer allowoverlap allowexternaldomains autodomain domain autocreatepeer callcounter authfailureevents
  disallowed_methods usereqphone legacy_useroption_parsing shrinkcallerid pedantic
  bindaddr udpbindaddr bindport tcpenable tcpbindaddr tlsenable sslenable tlsbindaddr sslbindaddr
  tlscertfile sslcert tlscert tlsprivatekey sslprivatekey tlscafile tlscapath tlscadir tlscipher sslcipher
  tlsclientmethod sslclientmethod tlsdontverifyserver tlsservercipherorder tlsdisablev1 tlsdisablev11 tlsdisablev12
  tlsverifyclient transport tcpauthtimeout tcpauthlimit websocket_enabled websocket_write_timeout localnet
  externaddr externip externhost externrefresh externtcpport externtlsport
  matchexternaddrlocally matchexterniplocally media_address rtpbindaddr srvlookup nameserver
  dynamic_exclude_static dynamic_excludes_static contactpermit contactdeny contactacl subscribe_network_change_event
  tos_sip tos_audio tos_video tos_text cos_sip cos_audio cos_video cos_text
  maxexpiry maxexpirey minexpiry minexpirey defaultexpiry defaultexpirey submaxexpiry subminexpiry mwiexpiry
  registertimeout registerattempts register_retry_403 register_rate register mwi regcontext regextenonqualify
  qualify qualifyfreq qualifygap qualifypeers keepalive notifymimetype vmexten mwi_from buggymwi
  notifyringing notifyhold notifycid
  rtcachefriends rtupdate rtsavesysname rtsavepath rtautoclear ignoreregexpire supportpath
  allow disallow preferred_codec_only autoframing g726nonstandard dtmfmode relaxdtmf rfc2833compensate
  directmedia canreinvite directrtpsetup ignoresdpversion nat videosupport textsupport maxcallbitrate faxdetect
  t38pt_udptl t38pt_usertpsource rtptimeout rtpholdtimeout rtpkeepalive progressinband prematuremedia promiscredir
  trustrpid sendrpid rpid_update rpid_immediate trust_id_outbound send_diversion use_q850_reason
  refer_addheaders snom_aoc_enabled session-timers session-expires session-minse session-refresher
  timert1 t1min timerb useragent sdpsession sdpowner callerid fromdomain outboundproxy maxforwards compactheaders
  language tonezone mohinterpret mohsuggest parkinglot recordonfeature recordofffeature
  useclientcode discard_remote_hold_retrieval icesupport rtcp_mux
  jbenable jbforce jbmaxsize jbresyncthreshold jbimpl jbtargetextra jblog jbsyncvideo
  sipdebug recordhistory dumphistory storesipcause
`);

const DEVICE = words(`
  type host port defaultip transport secret md5secret remotesecret auth defaultuser username fromuser fromdomain
  callbackextension insecure permit deny acl contactpermit contactdeny contactacl
  directmediapermit directmediadeny directmediaacl context subscribecontext outofcall_message_context
  callerid fullname cid_name cid_number cid_tag trunkname callingpres mailbox hasvoicemail subscribemwi
  unsolicited_mailbox vmexten callcounter call-limit busylevel callgroup pickupgroup namedcallgroup namedpickupgroup
  qualify qualifyfreq keepalive regexten accountcode amaflags language tonezone mohinterpret mohsuggest parkinglot
  setvar header allowtransfer allowsubscribe allowoverlap promiscredir usereqphone trustrpid sendrpid outboundproxy
  maxforwards timert1 timerb encryption encryption_taglen avpf force_avp icesupport rtcp_mux
  dtlsenable dtlsverify dtlsrekey dtlsautogeneratecert dtlscertfile dtlsprivatekey dtlscipher dtlscafile dtlscapath
  dtlssetup dtlsfingerprint rtp_engine ignore_requested_pref
  cc_agent_policy cc_monitor_policy cc_offer_timer ccnr_available_timer ccbs_available_timer cc_recall_timer
  cc_max_agents cc_max_monitors cc_agent_dialstring cc_callback_macro cc_callback_sub
  description disallowed_methods session-timers session-expires session-minse session-refresher
  allow disallow preferred_codec_only autoframing g726nonstandard dtmfmode rfc2833compensate directmedia canreinvite
  ignoresdpversion nat videosupport textsupport maxcallbitrate faxdetect t38pt_udptl t38pt_usertpsource
  rtptimeout rtpholdtimeout rtpkeepalive progressinband rpid_update rpid_immediate trust_id_outbound use_q850_reason
  snom_aoc_enabled recordonfeature recordofffeature useclientcode discard_remote_hold_retrieval buggymwi supportpath
`);

test('[general] knows every option of the original', () => {
  assert.deepEqual(
    GENERAL.filter(name => !knows(general, name)),
    [],
  );
});

test('a device knows every option of the original', () => {
  assert.deepEqual(
    DEVICE.filter(name => !knows(device, name)),
    [],
  );
});

test('no name means two options of a section', () => {
  for (const table of [general, device, authentication]) {
    const all = Object.entries(table).flatMap(([name, row]) => [
      name,
      ...((row as { aliases?: string[] }).aliases ?? []),
    ]);
    assert.deepEqual(
      all.filter((name, index) => all.indexOf(name) !== index),
      [],
    );
  }
});

test('every option says what it is for and what may stand there', () => {
  for (const [name, { help, expects }] of Object.entries({ ...general, ...device, ...authentication })) {
    assert.ok(help.length > 5 && !help.endsWith('.'), `${name}: ${help}`);
    assert.ok(expects.length > 1, name);
  }
});
