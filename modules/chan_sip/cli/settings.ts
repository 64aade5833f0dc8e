/** `sip show settings`: the values that are in force. */
import type { Command, Field, Output } from '#core';
import { BLOCKS, type Setting } from './settings-blocks.js';
import type { SipView } from './view.js';

const LAYOUT = '  %-24s%s';

const fieldsOf = ({ label, key, value, each = false }: Setting, view: SipView): Field[] => {
  const shown = value(view);
  if (shown === undefined) return [];
  if (typeof shown !== 'object') return [[label, shown, key]];
  return shown.map((one, index) => [each || index === 0 ? label : '', one, key]);
};

function print(settings: readonly Setting[], view: SipView, out: Output): void {
  let fields: Field[] = [];
  for (const setting of settings) {
    if (setting.gap === undefined) fields.push(...fieldsOf(setting, view));
    else {
      out.fields(LAYOUT, fields);
      fields = [];
      out.line(`  ${setting.label}${setting.gap}${String(setting.value(view))}`);
    }
  }
  out.fields(LAYOUT, fields);
}

export const showSettings = (view: SipView): Command => ({
  syntax: 'sip show settings',
  summary: 'The values of [general] that are in force',
  run({ out }) {
    out.line();
    for (const { title, dashes, settings, when } of BLOCKS) {
      if (when && !when(view)) continue;
      out.line();
      out.line(title);
      out.line('-'.repeat(dashes));
      print(settings, view, out);
    }
    out.line();
    out.line('----');
  },
});
