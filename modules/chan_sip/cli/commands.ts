/** The sip commands. They read the stack and say what it says of itself. */
import type { Command } from '#core';
import { banCommands } from './bans.js';
import { callCommands } from './calls.js';
import { controlCommands } from './control.js';
import { explainCommands } from './explain.js';
import { historyCommands } from './history.js';
import { listCommands } from './lists.js';
import { showNames } from './names.js';
import { showNodes } from './nodes.js';
import { sendNotify } from './notify.js';
import { showOverload } from './overload.js';
import { showPeer, showUser } from './peer.js';
import { showPeers } from './peers.js';
import { prune } from './prune.js';
import { showRegistry } from './registry.js';
import { showSettings } from './settings.js';
import { showTraffic } from './traffic.js';
import { showUsers } from './users.js';
import type { SipView } from './view.js';

export const commands = (view: SipView): Command[] => [
  ...[
    showPeers,
    showPeer,
    showUsers,
    showUser,
    showRegistry,
    showSettings,
    showNames,
    showNodes,
    showOverload,
    showTraffic,
    prune,
    sendNotify,
  ].map(make => make(view)),
  ...banCommands(view),
  ...listCommands(view),
  ...callCommands(view),
  ...controlCommands(view),
  ...historyCommands(view),
  ...explainCommands(view),
];
