/** What is used here of the package, which has no types of its own. */
declare module 'asterisk-manager' {
  type Message = Record<string, string>;

  interface Manager {
    on(event: string, hear: (message: Message) => void): void;
    on(event: 'connect', hear: () => void): void;
    action(action: Message, answered: (error: Message | undefined, answer: Message) => void): string;
    disconnect(): void;
  }

  function connectManager(port: number, host: string, user: string, secret: string, events: boolean): Manager;
  export = connectManager;
}
