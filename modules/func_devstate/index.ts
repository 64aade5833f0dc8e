/** func_devstate: states of devices, and devices of the dialplan's own: `Custom:lamp`. */
import {
  ApplicationError,
  type AstDb,
  astdb,
  type Channels,
  type Command,
  CommandError,
  channels,
  type DeviceState,
  type Dialplan,
  type DialplanFunction,
  defineModule,
  deviceStates,
  dialplan,
  splitArguments,
} from '#core';

/** Where the states of custom devices outlive the process. */
const FAMILY = 'CustomDevstate';
const PREFIX = 'Custom:';
/** Custom devices at most. */
const MOST = 10_000;

const stateNamed = (text: string): DeviceState | undefined =>
  deviceStates.find(state => state === text.trim().toUpperCase());

class CustomDevices {
  constructor(
    readonly database: AstDb,
    readonly channels: Channels,
  ) {}

  state(device: string): DeviceState {
    return stateNamed(this.database.get(FAMILY, device) ?? '') ?? 'UNKNOWN';
  }

  /** @throws ApplicationError */
  set(device: string, value: string): void {
    const name = device.startsWith(PREFIX) ? device.slice(PREFIX.length) : '';
    const state = stateNamed(value);
    if (name === '') throw new ApplicationError(`only ${PREFIX}… can be set, not '${device}'`);
    if (!state) throw new ApplicationError(`'${value}' is no state: ${deviceStates.join(' ')}`);
    if (this.database.get(FAMILY, name) === undefined && this.all().length >= MOST) {
      throw new ApplicationError(`there are ${MOST} custom devices already`);
    }
    this.database.put(FAMILY, name, state);
    this.channels.deviceChanged(device);
  }

  all(): { readonly name: string; readonly state: string }[] {
    return this.database.entries(FAMILY).map(([key, state]) => ({ name: key.slice(FAMILY.length + 2), state }));
  }
}

const functions = (devices: CustomDevices, plan: Dialplan): DialplanFunction[] => [
  {
    name: 'DEVICE_STATE',
    synopsis: 'Gets the state of a device, or sets that of a custom one.',
    syntax: 'DEVICE_STATE(device)',
    arguments: [{ name: 'device', help: 'As Dial would call it, or Custom:… ', required: true }],
    read: ({ data }) => devices.channels.lookUpDeviceState(data.trim()),
    write: ({ data }, value) => devices.set(data.trim(), value),
  },
  {
    name: 'HINT',
    synopsis: 'Gets the devices of the hint of an extension.',
    syntax: 'HINT(extension[@context][,options])',
    arguments: [
      { name: 'extension', help: 'Of the context of the call, where none is named', required: true },
      { name: 'options', help: 'n: the name of the hint, which hints here do not have' },
    ],
    read({ channel, data }) {
      const [place = '', options = ''] = splitArguments(data);
      const [extension = '', context = channel?.position.context ?? 'default'] = place.trim().split('@', 2);
      return options.includes('n') ? '' : (plan.hint(context, extension)?.devices ?? '');
    },
  },
];

const commands = (devices: CustomDevices): Command[] => [
  {
    syntax: 'devstate list',
    summary: 'List custom devices and their states',
    run({ out }) {
      const rows = devices.all();
      out.line();
      out.line('---------------------------------------------------------------------');
      out.line('--- Custom Device States --------------------------------------------');
      out.line('---------------------------------------------------------------------');
      for (const { name, state } of rows) out.line(`--- Name: '${PREFIX}${name}'  State: '${state}'`);
      out.line('---------------------------------------------------------------------');
    },
  },
  {
    syntax: 'devstate change <device> <state>',
    summary: 'Set the state of a custom device',
    complete: { device: () => devices.all().map(({ name }) => PREFIX + name), state: () => deviceStates },
    run({ args, out }) {
      try {
        devices.set(args['device']!, args['state']!);
      } catch (thrown) {
        if (thrown instanceof ApplicationError) throw new CommandError(thrown.message);
        throw thrown;
      }
      out.line(`Changing ${args['device']} to ${args['state']!.toUpperCase()}`);
    },
  },
];

export default defineModule({
  name: 'func_devstate',
  description: 'Gets or sets a device state in the dialplan',
  loadModule(core) {
    const devices = new CustomDevices(core.use(astdb), core.use(channels));
    core.deviceStates('Custom', device => devices.state(device));
    core.dialplanFunction(...functions(devices, core.use(dialplan)));
    core.command(...commands(devices));
  },
});
