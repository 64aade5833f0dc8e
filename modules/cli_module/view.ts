/** The modules as consoles show them live: loaded, unloaded and reloaded by a key. */
import { type Loader, type ModuleRow, typed, type View } from '#core';

export const modulesView = (loader: Loader): View<ModuleRow> => ({
  name: 'modules',
  title: 'Modules',
  key: 'F5',
  columns: [
    { title: 'Module', key: 'name', width: 20, value: ({ name }) => name },
    { title: 'Status', key: 'status', width: 11, value: ({ status }) => status },
    { title: 'Uses', key: 'useCount', width: 4, right: true, value: ({ useCount }) => useCount },
    { title: 'Description', key: 'description', width: 20, grow: true, value: ({ description }) => description },
    { title: 'Used by', key: 'users', width: 12, value: ({ users }) => users.join(', ') },
  ],
  rows: () => loader.rows(),
  id: ({ name }) => name,
  detail: ({ name }) => `module show ${typed(name)}`,
  actions: [
    { key: 'l', label: 'load', command: ({ name }) => `module load ${typed(name)}` },
    {
      key: 'u',
      label: 'unload',
      confirm: ({ name, description }) => `Unload ${name} (${description})?`,
      command: ({ name }) => `module unload ${typed(name)}`,
    },
    { key: 'r', label: 'reload', command: ({ name }) => `module reload ${typed(name)}` },
  ],
});
