/** Parts of dbus-next by file: its index loads the services of a bus, introspection and XML too. */
declare module 'dbus-next/lib/connection.js' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { Message } from 'dbus-next';
  interface Connection extends EventEmitter {
    readonly stream: Socket;
    message(message: Message): void;
  }
  const createConnection: (options: { readonly busAddress: string; readonly authMethods: string[] }) => Connection;
  export default createConnection;
}
declare module 'dbus-next/lib/message-type.js' {
  export { Message } from 'dbus-next';
}
declare module 'dbus-next/lib/variant.js' {
  export { Variant } from 'dbus-next';
}
