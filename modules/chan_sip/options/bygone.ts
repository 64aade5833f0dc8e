/** Options that sip.conf once had and that old files still carry: what is to be done about each. */

const OUT = 'take it out';

const NOW: Readonly<Record<string, string>> = {
  callevents: `the manager tells these events in any case, ${OUT}`,
  cancallforward: `a phone that sends calls on does so by itself, ${OUT}`,
  checkmwi: `nothing is asked for at such times any more, ${OUT}`,
  constantssrc: `chan_sip came to pass it over too, ${OUT}`,
  counteronpeer: `a device counts its calls once, whatever its type, ${OUT}`,
  dtmf: "it is 'dtmfmode' now",
  incominglimit: "it is 'call-limit' now, for calls both ways",
  limitonpeers: `a device counts its calls once, whatever its type, ${OUT}`,
  musicclass: "it is 'mohinterpret' now",
  musiconhold: "it is 'mohinterpret' now",
  outgoinglimit: "it is 'call-limit' now, for calls both ways",
  restrictcid: "it is 'callingpres = prohib' now",
};

/** What to say of such a line; undefined: the option is none of them. */
export function bygone(option: string): string | undefined {
  const name = option.toLowerCase();
  return Object.hasOwn(NOW, name) ? `unknown option '${option}': ${NOW[name]}` : undefined;
}
