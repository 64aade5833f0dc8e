/** `sip set history` and `sip show history`: what went by, for each Call-ID. */
import { type Command, CommandError } from '#core';
import type { SipView } from './view.js';

const setHistory = ({ history }: SipView): Command => ({
  syntax: 'sip set history {on|off}',
  summary: 'Keep what goes by, or no longer',
  help: 'The latest 50 messages of the latest 1,000 Call-IDs are kept. Off: what was kept can still be shown.',
  run({ chosen, out }) {
    history.enabled = chosen.has('on');
    const said = history.enabled ? "Enabled (use 'sip show history')" : 'Disabled';
    out.line(`SIP History Recording ${said}`);
  },
});

const showHistory = ({ history }: SipView): Command => ({
  syntax: 'sip show history <callid>',
  summary: 'What went by under a Call-ID',
  help: 'The beginning of the Call-ID is enough.',
  complete: { callid: () => [...history.rows()].map(({ callId }) => callId) },
  run({ args, out }) {
    const start = args['callid']!;
    if (!history.enabled) out.line("\nNothing is being recorded: 'sip set history on' begins it.");
    const found = [...history.rows()].filter(({ callId }) => callId.startsWith(start));
    if (found.length === 0) throw new CommandError(`No such SIP Call ID starting with '${start}'`);
    for (const { callId, subscription, events } of found) {
      out.line(subscription ? '\n  * Subscription' : '\n  * SIP Call');
      for (const [index, event] of events.entries()) out.line(`${index + 1}. ${event}`);
      if (events.length === 0) out.line(`Call '${callId}' has no history`);
    }
  },
});

export const historyCommands = (view: SipView): Command[] => [setHistory, showHistory].map(make => make(view));
