/** Several PBXs on one database server: real processes, each a node, and what each of them says of a device. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Cable } from './cable.js';
import type { Cells, DatabaseServer, ServerKind } from './database-server.js';
import { Obelisk } from './obelisk.js';
import { Phone } from './phone.js';
import { PATIENCE } from './realtime-phones.js';

const FEEDS: Readonly<Record<ServerKind, string>> = { postgresql: 'notify=calls', mariadb: 'poll=200' };
const DRIVERS: Readonly<Record<ServerKind, string>> = { postgresql: 'pgsql', mariadb: 'mysql' };

const EXTENSIONS = '[general]\n[globals]\n[internal]\nexten => _X.,1,Dial(SIP/${EXTEN},20)\n';

export interface NodeArrangement {
  /** Lines of sip.conf [general]. */
  readonly general?: string;
  readonly split?: boolean;
  /** Columns of each device, beside its name. */
  readonly columns?: Readonly<Record<string, string>>;
}

/** One PBX. */
export class Node {
  readonly name: string;
  readonly pbx: Obelisk;
  /** Its way to the database. */
  readonly cable: Cable;
  port = 0;

  constructor(name: string, pbx: Obelisk, cable: Cable) {
    this.name = name;
    this.pbx = pbx;
    this.cable = cable;
  }

  async start(): Promise<void> {
    await this.pbx.start();
    this.port = await this.pbx.port();
  }

  says(command: string): Promise<string> {
    return this.pbx.says(command);
  }

  /** `127.0.0.1:5070 by a`: where it takes a device to be, and the node that leads there; `nowhere`. */
  async place(account: string): Promise<string> {
    const text = await this.says(`sip show peer ${account} load`);
    const address = /^ {2}Addr->IP +: (\S+)/m.exec(text)?.[1] ?? '';
    const node = /^ {2}Node +: (\S+)/m.exec(text)?.[1] ?? this.name;
    return address === '(null)' || address === '' ? 'nowhere' : `${address} by ${node}`;
  }

  async kill(): Promise<void> {
    this.pbx.kill('SIGKILL');
    await this.pbx.exited();
  }
}

export class NodeStage {
  readonly server: DatabaseServer;
  readonly nodes: readonly Node[];
  readonly #test: TestContext;
  readonly #database: string;

  private constructor(t: TestContext, server: DatabaseServer, database: string, nodes: readonly Node[]) {
    this.#test = t;
    this.server = server;
    this.#database = database;
    this.nodes = nodes;
  }

  static async of(
    t: TestContext,
    server: DatabaseServer,
    names: readonly string[],
    accounts: readonly string[],
    arrangement: NodeArrangement = {},
  ): Promise<NodeStage> {
    const { general = '', split = false, columns = {} } = arrangement;
    const { kind } = server;
    const database = await server.database();
    const nodes: Node[] = [];
    const driver = DRIVERS[kind];
    const families = ['sippeers', 'sipnodes', ...(split ? ['sipregs'] : [])];
    for (const name of names) {
      const cable = await Cable.to(server.port);
      t.after(() => cable.close());
      const pbx = await Obelisk.create(
        {
          'sip.conf': `[general]\nudpbindaddr=127.0.0.1:0\noverloaddelay=0\nnodeaddress=127.0.0.1\nnodepermit=127.0.0.1\nrtcachefriends=yes\n${general}\n`,
          'extconfig.conf': `[settings]\n${families.map(family => `${family} => ${driver},asterisk`).join('\n')}\n`,
          'extensions.conf': EXTENSIONS,
          [kind === 'mariadb' ? 'res_config_mysql.conf' : 'res_pgsql.conf']:
            `[${kind === 'mariadb' ? 'asterisk' : 'general'}]\ndbhost=127.0.0.1\ndbport=${cable.port}\ndbname=${database}\n` +
            `dbuser=${server.user}\ndbpass=${server.password}\nmigrate=yes\n${FEEDS[kind]}\nbatch=20\n`,
        },
        { start: false },
      );
      t.after(() => pbx.remove());
      await pbx.write('asterisk.conf', `${await pbx.read('asterisk.conf')}[options]\nsystemname=${name}\n`);
      nodes.push(new Node(name, pbx, cable));
    }
    const stage = new NodeStage(t, server, database, nodes);
    // The first makes the tables.
    await nodes[0]!.start();
    for (const family of families) await server.has(database, family);
    await Promise.all(nodes.slice(1).map(node => node.start()));
    const more = Object.entries(columns);
    const rows = accounts.map(name => {
      const values = [name, `pass${name}`, 'dynamic', 'friend', 'internal', ...more.map(([, value]) => value)];
      return `(${values.map(value => `'${value}'`).join(', ')})`;
    });
    const names_ = ['name', 'secret', 'host', 'type', 'context', ...more.map(([name]) => name)];
    await stage.ask(`INSERT INTO sippeers (${names_.join(', ')}) VALUES ${rows.join(', ')}`);
    if (split) await stage.ask(`INSERT INTO sipregs (name) VALUES ${accounts.map(name => `('${name}')`).join(', ')}`);
    await stage.living(nodes);
    return stage;
  }

  ask(text: string): Promise<Cells[]> {
    return this.server.ask(this.#database, text);
  }

  /** Waits until each of these knows that exactly these live. */
  async living(nodes: readonly Node[]): Promise<void> {
    const alive = `, ${nodes.length} alive`;
    let shown = '';
    for (const node of nodes)
      await this.comes(
        async () => (shown = await node.says('sip show nodes')).includes(alive),
        () => `${node.name} does not know that ${nodes.map(({ name }) => name).join(', ')} live:\n${shown}`,
      );
  }

  async phone(account: string, node: Node): Promise<Phone> {
    const phone = await Phone.open(node.port, account, `pass${account}`);
    this.#test.after(() => phone.close());
    return phone;
  }

  /** Waits until it is so. @returns how many milliseconds that took */
  async comes(so: () => boolean | Promise<boolean>, otherwise: string | (() => string)): Promise<number> {
    const began = Date.now();
    while (!(await so())) {
      assert.ok(Date.now() < began + PATIENCE, typeof otherwise === 'string' ? otherwise : otherwise());
      await setTimeout(20);
    }
    return Date.now() - began;
  }

  /** Waits until all of these say that the device is there. @returns how many milliseconds the last one took */
  async allSay(account: string, place: string, nodes: readonly Node[] = this.nodes): Promise<number> {
    const times = await Promise.all(
      nodes.map(node => {
        let said = '';
        return this.comes(async () => (said = await node.place(account)) === place, '').catch(() =>
          assert.fail(`${node.name} says that ${account} is at ${said}, and not at ${place}`),
        );
      }),
    );
    return Math.max(...times);
  }
}
