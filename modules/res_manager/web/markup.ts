/** Answers of the interface in the forms that browsers and scripts in them read: XML for one, a page for the other. */

/** A message as its fields. */
type Fields = readonly (readonly [name: string, value: string])[];

/** The messages of an answer. */
export const messagesOf = (text: string): Fields[] =>
  text
    .split('\r\n\r\n')
    .filter(message => message !== '')
    .map(message =>
      message.split('\r\n').map(line => {
        const end = line.indexOf(': ');
        return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end + 2)];
      }),
    );

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, character => ENTITIES[character]!);

/** A name as that of an attribute; a second one of the same name is told from the first. */
function attributeNames(fields: Fields): string[] {
  const counts = new Map<string, number>();
  return fields.map(([name]) => {
    const plain = name
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '_')
      .replace(/^(?![a-z_])/, '_');
    const count = (counts.get(plain) ?? 0) + 1;
    counts.set(plain, count);
    return count === 1 ? plain : `${plain}-${count}`;
  });
}

/** `destination` and `kind` are what the request asks for as id and element. */
export function xml(text: string, destination: string, kind: string): string {
  const element = /^[A-Za-z_][\w-]{0,63}$/.test(kind) ? kind : 'generic';
  const responses = messagesOf(text).map(fields => {
    const names = attributeNames(fields);
    const attributes = fields.map(([, value], at) => ` ${names[at]}='${escaped(value)}'`).join('');
    return `<response type='object' id='${escaped(destination || 'unknown')}'><${element}${attributes} /></response>\n`;
  });
  return `<ajax-response>\n${responses.join('')}</ajax-response>\n`;
}

const STYLE = 'body{font-family:sans-serif}td{padding:0 1em 0 0;vertical-align:top}input{margin:0 1em 0 .3em}';

const INPUTS = [
  ['action', 'text'],
  ['command', 'text'],
  ['username', 'text'],
  ['secret', 'password'],
] as const;

/** A page to try actions on. */
export function page(text: string): string {
  const inputs = INPUTS.map(([name, type]) => `<label>${name}<input name="${name}" type="${type}"></label>`).join('');
  const tables = messagesOf(text).map(fields => {
    const rows = fields.map(([name, value]) => `<tr><td>${escaped(name)}</td><td>${escaped(value)}</td></tr>\n`);
    return `<table>\n${rows.join('')}</table>\n<hr>\n`;
  });
  const head = `<meta charset="utf-8"><title>Manager interface</title><style>${STYLE}</style>`;
  const form = `<form method="post">${inputs}<button>Run</button></form>`;
  return `<!DOCTYPE html>\n<html><head>${head}</head>\n<body><h1>Manager interface</h1>\n${form}\n<hr>\n${tables.join('')}</body></html>\n`;
}
