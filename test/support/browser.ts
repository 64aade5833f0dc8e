/** A page in a headless Chromium: a script with the packages it requires, and what it reports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the package has for browsers where that is not what it has for Node. */
const FOR_BROWSERS: Readonly<Record<string, string>> = { debug: 'debug/src/browser.js', events: 'events/events.js' };

/** One script of a package and all that it requires, whose exports are the global `name`. */
function bundle(entry: string, name: string): string {
  const modules: Record<string, string> = {};
  const add = (from: NodeJS.Require, specifier: string): string => {
    const path = from.resolve(FOR_BROWSERS[specifier] ?? specifier);
    if (path in modules) return path;
    const text = readFileSync(path, 'utf8');
    modules[path] = '';
    if (path.endsWith('.json')) modules[path] = `module.exports = ${text}`;
    else {
      modules[path] = text.replace(/\brequire\((['"])([^'"]+)\1\)/g, (_all, _quote, wanted: string) => {
        return `require(${JSON.stringify(add(createRequire(path), wanted))})`;
      });
    }
    return path;
  };
  const main = add(createRequire(__filename), entry);
  const functions = Object.entries(modules).map(
    ([path, text]) => `${JSON.stringify(path)}: function (require, module, exports) {\n${text}\n}`,
  );
  return `const process = { env: {} };
const sources = {${functions.join(',\n')}};
const loaded = {};
const require = path => {
  if (!loaded[path]) sources[path](require, loaded[path] = { exports: {} }, loaded[path].exports);
  return loaded[path].exports;
};
const ${name} = require(${JSON.stringify(main)});`;
}

export class Browser {
  readonly #directory: string;
  readonly #server: Server;
  readonly #reports: { text: string; release: () => void }[] = [];
  #process: ChildProcess | undefined;
  #exited: Promise<unknown> | undefined;
  #said = '';
  #taken = 0;

  private constructor(directory: string, script: string) {
    this.#directory = directory;
    this.#server = createServer(async (request, response) => {
      if (request.method !== 'POST') {
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.end(request.url === '/' ? `<!doctype html><script>${script}</script>` : '');
        return;
      }
      let text = '';
      for await (const chunk of request) text += String(chunk);
      this.#reports.push({ text, release: () => void response.end() });
      this.#server.emit('report');
    });
  }

  /**
   * Opens a page that runs the script, with the package JsSIP and `report(text)` in reach. `trusted` certificates are
   * taken whoever signed them.
   */
  static async open(script: string, trusted: readonly string[]): Promise<Browser> {
    const report = "const report = text => fetch('/report', { method: 'POST', body: text });";
    const whole = `${report}\nonerror = text => void report('error: ' + text);\n${bundle('jssip', 'JsSIP')}\n${script}`;
    const browser = new Browser(
      await mkdtemp(join(tmpdir(), 'obelisk-browser-')),
      whole.replaceAll('</script', '<\\/script'),
    );
    const server = browser.#server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    browser.#start(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, trusted.map(fingerprint));
    return browser;
  }

  /** The next report; who made it waits until the one after it is asked for. @throws with what the browser said when it ends before */
  async next(): Promise<string> {
    this.#reports[this.#taken - 1]?.release();
    const ended = this.#exited!.then(() => {
      throw new Error(`the browser ended:\n${this.#said}`);
    });
    while (this.#reports.length === this.#taken) await Promise.race([once(this.#server, 'report'), ended]);
    return this.#reports[this.#taken++]!.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill('SIGTERM');
    await this.#exited;
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  #start(url: string, fingerprints: readonly string[]): void {
    const child = spawn(
      'chromium',
      [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        ...['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1', `--user-data-dir=${this.#directory}`],
        ...[`--ignore-certificate-errors-spki-list=${fingerprints.join(',')}`, '--remote-debugging-pipe', url],
      ],
      // Its debugger ends it when these pipes close: it never outlives us.
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] },
    );
    this.#process = child;
    this.#exited = new Promise(resolve => child.on('close', resolve));
    for (const output of [child.stdout!, child.stderr!]) {
      output.on('data', (chunk: Buffer) => {
        this.#said += chunk.toString();
      });
    }
  }
}

const fingerprint = (certificate: string): string =>
  createHash('sha256')
    .update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
