/** What the original printed for the configuration below, after devices had registered and calls were made. */

export const SIP_CONF = `[general]
context=default
udpbindaddr=127.0.0.1:5960
tcpenable=yes
tcpbindaddr=127.0.0.1:5960
allowguest=no
realm=asterisk
alwaysauthreject=yes
maxexpiry=3600
minexpiry=60
defaultexpiry=120
rtcachefriends=yes
callcounter=yes
regcontext=sipregistrations
allowsubscribe=yes
register => 2001:pass2001@127.0.0.1:5999/2001

[phone](!)
type=friend
host=dynamic
context=internal
disallow=all
allow=ulaw
allow=alaw
qualify=no

[1008](phone)
secret=pass1008
regexten=1008
callerid="Alice Lee" <1008>
mailbox=1008@default
description=Front desk

[1009](phone)
secret=pass1009
qualify=2000

[1010](phone)
secret=pass1010
nat=force_rport,comedia
deny=0.0.0.0/0.0.0.0
permit=127.0.0.0/255.0.0.0

[trunk]
type=peer
host=127.0.0.1
port=5999
defaultuser=2001
remotesecret=pass2001
context=from-trunk
qualify=yes

[onlyuser]
type=user
secret=abc
context=internal
`;

/** The answer of each command, byte by byte. */
export const RECORDED = {
  'sip show peers': `Name/username             Host                                    Dyn Forcerport Comedia    ACL Port     Status      Description                      Realtime
1008/1008                 127.0.0.1                                D  Auto (No)  No             6045     Unmonitored Front desk                       
1009/1009                 127.0.0.1                                D  Auto (No)  No             6009     UNREACHABLE                                  
1010/1010                 127.0.0.1                                D  Yes        Yes         A  6010     Unmonitored                                  
3001/3001                 127.0.0.1                                D  Auto (No)  No             6031     Unmonitored                                  Cached RT
trunk/2001                127.0.0.1                                   Auto (No)  No             5999     OK (1 ms)                                    
5 sip peers [Monitored: 1 online, 1 offline Unmonitored: 3 online, 0 offline]
`,
  'sip show peers like 10': `Name/username             Host                                    Dyn Forcerport Comedia    ACL Port     Status      Description                      Realtime
1008/1008                 127.0.0.1                                D  Auto (No)  No             6045     Unmonitored Front desk                       
1009/1009                 127.0.0.1                                D  Auto (No)  No             6009     UNREACHABLE                                  
1010/1010                 127.0.0.1                                D  Yes        Yes         A  6010     Unmonitored                                  
3 sip peers [Monitored: 0 online, 1 offline Unmonitored: 2 online, 0 offline]
`,
  'sip show peer 1008': `

  * Name       : 1008
  Description  : Front desk
  Realtime peer: No
  Secret       : <Set>
  MD5Secret    : <Not set>
  Remote Secret: <Not set>
  Context      : internal
  Record On feature : automon
  Record Off feature : automon
  Subscr.Cont. : <Not set>
  Language     : 
  Tonezone     : <Not set>
  AMA flags    : Unknown
  Transfer mode: open
  CallingPres  : Presentation Allowed, Not Screened
  Callgroup    : 
  Pickupgroup  : 
  Named Callgr : 
  Nam. Pickupgr: 
  MOH Suggest  : 
  Mailbox      : 1008@default
  VM Extension : asterisk
  LastMsgsSent : 0/0
  Call limit   : 2147483647
  Max forwards : 0
  Dynamic      : Yes
  Callerid     : "Alice Lee" <1008>
  MaxCallBR    : 384 kbps
  Expire       : 291
  Insecure     : no
  Force rport  : Auto (No)
  Symmetric RTP: No
  ACL          : No
  ContactACL   : No
  DirectMedACL : No
  T.38 support : No
  T.38 EC mode : Unknown
  T.38 MaxDtgrm: 4294967295
  DirectMedia  : Yes
  PromiscRedir : No
  User=Phone   : No
  Video Support: No
  Text Support : No
  Ign SDP ver  : No
  Trust RPID   : No
  Send RPID    : No
  Path support : No
  Path         : N/A
  TrustIDOutbnd: Legacy
  Subscriptions: Yes
  Overlap dial : Yes
  DTMFmode     : rfc2833
  Timer T1     : 500
  Timer B      : 32000
  ToHost       : 
  Addr->IP     : 127.0.0.1:6045
  Defaddr->IP  : (null)
  Prim.Transp. : UDP
  Allowed.Trsp : UDP
  Reg. exten   : 1008
  Def. Username: 1008
  SIP Options  : (none)
  Codecs       : (ulaw|alaw)
  Auto-Framing : No
  Status       : Unmonitored
  Useragent    : goldphone/1.0
  Reg. Contact : sip:1008@127.0.0.1:6045
  Qualify Freq : 60000 ms
  Keepalive    : 0 ms
  Sess-Timers  : Accept
  Sess-Refresh : uas
  Sess-Expires : 1800 secs
  Min-Sess     : 90 secs
  RTP Engine   : asterisk
  Parkinglot   : 
  Use Reason   : No
  Encryption   : No
  RTCP Mux     : No

`,
  'sip show peer 1009': `

  * Name       : 1009
  Description  : 
  Realtime peer: No
  Secret       : <Set>
  MD5Secret    : <Not set>
  Remote Secret: <Not set>
  Context      : internal
  Record On feature : automon
  Record Off feature : automon
  Subscr.Cont. : <Not set>
  Language     : 
  Tonezone     : <Not set>
  AMA flags    : Unknown
  Transfer mode: open
  CallingPres  : Presentation Allowed, Not Screened
  Callgroup    : 
  Pickupgroup  : 
  Named Callgr : 
  Nam. Pickupgr: 
  MOH Suggest  : 
  Mailbox      : 
  VM Extension : asterisk
  LastMsgsSent : 0/0
  Call limit   : 2147483647
  Max forwards : 0
  Dynamic      : Yes
  Callerid     : "" <>
  MaxCallBR    : 384 kbps
  Expire       : 279
  Insecure     : no
  Force rport  : Auto (No)
  Symmetric RTP: No
  ACL          : No
  ContactACL   : No
  DirectMedACL : No
  T.38 support : No
  T.38 EC mode : Unknown
  T.38 MaxDtgrm: 4294967295
  DirectMedia  : Yes
  PromiscRedir : No
  User=Phone   : No
  Video Support: No
  Text Support : No
  Ign SDP ver  : No
  Trust RPID   : No
  Send RPID    : No
  Path support : No
  Path         : N/A
  TrustIDOutbnd: Legacy
  Subscriptions: Yes
  Overlap dial : Yes
  DTMFmode     : rfc2833
  Timer T1     : 500
  Timer B      : 32000
  ToHost       : 
  Addr->IP     : 127.0.0.1:6009
  Defaddr->IP  : (null)
  Prim.Transp. : UDP
  Allowed.Trsp : UDP
  Reg. exten   : 
  Def. Username: 1009
  SIP Options  : (none)
  Codecs       : (ulaw|alaw)
  Auto-Framing : No
  Status       : UNREACHABLE
  Useragent    : goldphone/1.0
  Reg. Contact : sip:1009@127.0.0.1:6009
  Qualify Freq : 60000 ms
  Keepalive    : 0 ms
  Sess-Timers  : Accept
  Sess-Refresh : uas
  Sess-Expires : 1800 secs
  Min-Sess     : 90 secs
  RTP Engine   : asterisk
  Parkinglot   : 
  Use Reason   : No
  Encryption   : No
  RTCP Mux     : No

`,
  'sip show peer trunk': `

  * Name       : trunk
  Description  : 
  Realtime peer: No
  Secret       : <Not set>
  MD5Secret    : <Not set>
  Remote Secret: <Set>
  Context      : from-trunk
  Record On feature : automon
  Record Off feature : automon
  Subscr.Cont. : <Not set>
  Language     : 
  Tonezone     : <Not set>
  AMA flags    : Unknown
  Transfer mode: open
  CallingPres  : Presentation Allowed, Not Screened
  Callgroup    : 
  Pickupgroup  : 
  Named Callgr : 
  Nam. Pickupgr: 
  MOH Suggest  : 
  Mailbox      : 
  VM Extension : asterisk
  LastMsgsSent : 0/0
  Call limit   : 2147483647
  Max forwards : 0
  Dynamic      : No
  Callerid     : "" <>
  MaxCallBR    : 384 kbps
  Expire       : -1
  Insecure     : no
  Force rport  : Auto (No)
  Symmetric RTP: No
  ACL          : No
  ContactACL   : No
  DirectMedACL : No
  T.38 support : No
  T.38 EC mode : Unknown
  T.38 MaxDtgrm: 4294967295
  DirectMedia  : Yes
  PromiscRedir : No
  User=Phone   : No
  Video Support: No
  Text Support : No
  Ign SDP ver  : No
  Trust RPID   : No
  Send RPID    : No
  Path support : No
  Path         : N/A
  TrustIDOutbnd: Legacy
  Subscriptions: Yes
  Overlap dial : Yes
  DTMFmode     : rfc2833
  Timer T1     : 500
  Timer B      : 32000
  ToHost       : 127.0.0.1
  Addr->IP     : 127.0.0.1:5999
  Defaddr->IP  : (null)
  Prim.Transp. : UDP
  Allowed.Trsp : UDP
  Reg. exten   : 
  Def. Username: 2001
  SIP Options  : (none)
  Codecs       : (ulaw|alaw|gsm|h263)
  Auto-Framing : No
  Status       : OK (1 ms)
  Useragent    : 
  Reg. Contact : 
  Qualify Freq : 60000 ms
  Keepalive    : 0 ms
  Sess-Timers  : Accept
  Sess-Refresh : uas
  Sess-Expires : 1800 secs
  Min-Sess     : 90 secs
  RTP Engine   : asterisk
  Parkinglot   : 
  Use Reason   : No
  Encryption   : No
  RTCP Mux     : No

`,
  'sip show peer 3001 load': `

  * Name       : 3001
  Description  : 
  Realtime peer: Yes, cached
  Secret       : <Set>
  MD5Secret    : <Not set>
  Remote Secret: <Not set>
  Context      : internal
  Record On feature : automon
  Record Off feature : automon
  Subscr.Cont. : <Not set>
  Language     : 
  Tonezone     : <Not set>
  AMA flags    : Unknown
  Transfer mode: open
  CallingPres  : Presentation Allowed, Not Screened
  Callgroup    : 
  Pickupgroup  : 
  Named Callgr : 
  Nam. Pickupgr: 
  MOH Suggest  : 
  Mailbox      : 
  VM Extension : asterisk
  LastMsgsSent : 0/0
  Call limit   : 2147483647
  Max forwards : 0
  Dynamic      : Yes
  Callerid     : "" <>
  MaxCallBR    : 384 kbps
  Expire       : 284
  Insecure     : no
  Force rport  : Auto (No)
  Symmetric RTP: No
  ACL          : No
  ContactACL   : No
  DirectMedACL : No
  T.38 support : No
  T.38 EC mode : Unknown
  T.38 MaxDtgrm: 4294967295
  DirectMedia  : Yes
  PromiscRedir : No
  User=Phone   : No
  Video Support: No
  Text Support : No
  Ign SDP ver  : No
  Trust RPID   : No
  Send RPID    : No
  Path support : No
  Path         : N/A
  TrustIDOutbnd: Legacy
  Subscriptions: Yes
  Overlap dial : Yes
  DTMFmode     : rfc2833
  Timer T1     : 500
  Timer B      : 32000
  ToHost       : 
  Addr->IP     : 127.0.0.1:6031
  Defaddr->IP  : (null)
  Prim.Transp. : UDP
  Allowed.Trsp : UDP
  Reg. exten   : 
  Def. Username: 3001
  SIP Options  : (none)
  Codecs       : (ulaw|alaw|gsm|h263)
  Auto-Framing : No
  Status       : Unmonitored
  Useragent    : goldphone/1.0
  Reg. Contact : sip:3001@127.0.0.1:6031
  Qualify Freq : 60000 ms
  Keepalive    : 0 ms
  Sess-Timers  : Accept
  Sess-Refresh : uas
  Sess-Expires : 1800 secs
  Min-Sess     : 90 secs
  RTP Engine   : asterisk
  Parkinglot   : 
  Use Reason   : No
  Encryption   : No
  RTCP Mux     : No

`,
  'sip show peer nosuch': `Peer nosuch not found.

`,
  'sip show users': `Username                   Secret           Accountcode      Def.Context      ACL  Forcerport
1010                       pass1010                          internal         Yes  Yes       
onlyuser                   abc                               internal         No   No        
1008                       pass1008                          internal         No   No        
1009                       pass1009                          internal         No   No        
3001                       pass3001                          internal         No   No        
`,
  'sip show user onlyuser': `

  * Name       : onlyuser
  Secret       : <Set>
  MD5Secret    : <Not set>
  Context      : internal
  Language     : 
  AMA flags    : Unknown
  Tonezone     : <Not set>
  Transfer mode: open
  MaxCallBR    : 384 kbps
  CallingPres  : Presentation Allowed, Not Screened
  Call limit   : 2147483647
  Callgroup    : 
  Pickupgroup  : 
  Named Callgr : 
  Nam. Pickupgr: 
  Callerid     : "" <>
  ACL          : No
  Sess-Timers  : Accept
  Sess-Refresh : uas
  Sess-Expires : 1800 secs
  Sess-Min-SE  : 90 secs
  RTP Engine   : asterisk
  Auto-Framing:  No 

`,
  'sip show tcp': `Address                                         Transport   Type
`,
  'sip show domains': `SIP Domain support not enabled.

`,
  'sip show settings': `

Global Settings:
----------------
  UDP Bindaddress:        127.0.0.1:5960
  TCP SIP Bindaddress:    127.0.0.1:5960
  TLS SIP Bindaddress:    Disabled
  RTP Bindaddress:        Disabled
  Videosupport:           No
  Textsupport:            No
  Ignore SDP sess. ver.:  No
  AutoCreate Peer:        Off
  Match Auth Username:    No
  Allow unknown access:   No
  Allow subscriptions:    Yes
  Allow overlap dialing:  Yes
  Allow promisc. redir:   No
  Enable call counters:   Yes
  SIP domain support:     No
  Path support :          No
  Realm. auth:            No
  Our auth realm          asterisk
  Use domains as realms:  No
  Call to non-local dom.: Yes
  URI user is phone no:   No
  Always auth rejects:    Yes
  Direct RTP setup:       No
  User Agent:             Asterisk PBX GIT-20-516d2c60ac
  SDP Session Name:       Asterisk PBX GIT-20-516d2c60ac
  SDP Owner Name:         root
  Reg. context:           sipregistrations
  Regexten on Qualify:    No
  Trust RPID:             No
  Send RPID:              No
  Legacy userfield parse: No
  Send Diversion:         Yes
  Caller ID:              asterisk
  From: Domain:           
  Record SIP history:     Off
  Auth. Failure Events:   Off
  T.38 support:           No
  T.38 EC mode:           Unknown
  T.38 MaxDtgrm:          4294967295
  SIP realtime:           Enabled
  Qualify Freq :          60000 ms
  Q.850 Reason header:    No
  Store SIP_CAUSE:        No

Network QoS Settings:
---------------------------
  IP ToS SIP:             CS0
  IP ToS RTP audio:       CS0
  IP ToS RTP video:       CS0
  IP ToS RTP text:        CS0
  802.1p CoS SIP:         4
  802.1p CoS RTP audio:   5
  802.1p CoS RTP video:   6
  802.1p CoS RTP text:    5
  Jitterbuffer enabled:   No

Network Settings:
---------------------------
  SIP address remapping:  Disabled, no localnet list
  Externhost:             <none>
  Externaddr:             (null)
  Externrefresh:          10

Global Signalling Settings:
---------------------------
  Codecs:                 (ulaw|alaw|gsm|h263)
  Relax DTMF:             No
  RFC2833 Compensation:   No
  Symmetric RTP:          No
  Compact SIP headers:    No
  RTP Keepalive:          0 (Disabled)
  RTP Timeout:            0 (Disabled)
  RTP Hold Timeout:       0 (Disabled)
  MWI NOTIFY mime type:   application/simple-message-summary
  DNS SRV lookup:         Yes
  Pedantic SIP support:   Yes
  Reg. min duration       60 secs
  Reg. max duration:      3600 secs
  Reg. default duration:  120 secs
  Sub. min duration       60 secs
  Sub. max duration:      3600 secs
  Outbound reg. timeout:  20 secs
  Outbound reg. attempts: 0
  Outbound reg. retry 403:No
  Notify ringing state:   Yes
    Include CID:          No
  Notify hold state:      No
  SIP Transfer mode:      open
  Max Call Bitrate:       384 kbps
  Auto-Framing:           No
  Outb. proxy:            <not set> 
  Session Timers:         Accept
  Session Refresher:      uas
  Session Expires:        1800 secs
  Session Min-SE:         90 secs
  Timer T1:               500
  Timer T1 minimum:       100
  Timer B:                32000
  No premature media:     Yes
  Max forwards:           70

Default Settings:
-----------------
  Allowed transports:     UDP
  Outbound transport:	  UDP
  Context:                default
  Record on feature:      automon
  Record off feature:     automon
  Force rport:            Auto (No)
  DTMF:                   rfc2833
  Qualify:                0
  Keepalive:              0
  Use ClientCode:         No
  Progress inband:        No
  Language:               
  Tone zone:              <Not set>
  MOH Interpret:          default
  MOH Suggest:            
  Voice Mail Extension:   asterisk
  RTCP Multiplexing:      No

Realtime SIP Settings:
----------------------
  Realtime Peers:         Yes
  Realtime Regs:          Yes
  Cache Friends:          Yes
  Update:                 Yes
  Ignore Reg. Expire:     No
  Save sys. name:         No
  Save path header:       No
  Auto Clear:             120 (Disabled)

----
`,
  'sip unregister 1010': `Unregistered peer '1010'

`,
  'sip unregister nosuch': `Peer unknown: 'nosuch'. Not unregistered.
`,
  'sip set debug on': `SIP Debugging enabled
`,
  'sip set debug peer 1008': `SIP Debugging Enabled for IP: 127.0.0.1
`,
  'sip set debug off': `SIP Debugging Disabled
`,
} as const;
