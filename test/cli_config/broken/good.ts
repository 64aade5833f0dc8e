/** A configuration with which nothing is wrong, and what becomes of it when somebody breaks a file. */
import type { Severity } from '../../../core/config/description.js';

export interface Broken {
  readonly what: string;
  /** Written over the good ones. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** The file that is checked. */
  readonly check: string;
  readonly severity: Severity;
  readonly place: string;
  readonly message: string;
}

/** A configuration with which nothing is wrong. */
export const GOOD: Readonly<Record<string, string>> = {
  'asterisk.conf': `[directories]
astetcdir => .
astmoddir => modules
astvarlibdir => lib
astdbdir => lib
astrundir => run
astlogdir => log
`,
  'modules.conf': '[modules]\nautoload=yes\n',
  'logger.conf': '[logfiles]\nmessages => notice,warning,error\n',
  'acl.conf': '[office]\ndeny=0.0.0.0/0\npermit=127.0.0.0/8\n',
  'extconfig.conf': '[settings]\nsippeers => sqlite3,desk\n',
  'res_config_sqlite3.conf': '[desk]\ndbfile=desk.sqlite3\nmigrate=yes\n',
  'sip.conf': `[general]
udpbindaddr=127.0.0.1:0
allowguest=no

[phone](!)
type=friend
host=dynamic

[1008](phone)
secret=long-enough-1008
`,
};

export const HEAD = '[general]\nudpbindaddr=127.0.0.1:0\nallowguest=no\n';

/** [general] has lines 1 to 3; these follow. */
export const sip = (what: string, text: string, severity: Severity, line: number, message: string): Broken => ({
  what,
  files: { 'sip.conf': HEAD + text },
  check: 'sip.conf',
  severity,
  place: `sip.conf:${line}`,
  message,
});

export const of =
  (file: string) =>
  (what: string, text: string | Buffer, severity: Severity, line: number, message: string): Broken => ({
    what,
    files: { [file]: text },
    check: file,
    severity,
    place: line === 0 ? file : `${file}:${line}`,
    message,
  });
