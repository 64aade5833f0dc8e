/** What connections may cost, as [general] of sip.conf has it. */
import type { General } from '../options/general.js';
import type { StreamLimits } from '../transport/strangers.js';
import type { WebLimits } from '../transport/transport.js';

/** A refresh may come late by this much. */
const IDLE_GRACE = 60_000;

/** A connection with credentials outlives any registration: what comes in between may be what it is there for. */
export const connectionLimits = ({ tcpauthtimeout, tcpauthlimit, maxexpiry }: General): StreamLimits => ({
  authTimeout: tcpauthtimeout * 1000,
  authLimit: tcpauthlimit,
  idle: maxexpiry * 1000 + IDLE_GRACE,
});

export const webLimits = ({ websocket_write_timeout, websocket_origins }: General): WebLimits => ({
  writeTimeout: websocket_write_timeout,
  origins: websocket_origins,
});
