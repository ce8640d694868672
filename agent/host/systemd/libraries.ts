/**
 * What the conversation with systemd needs of others, in one module: the bundle keeps it in a file beside it, which is
 * read with the first call. An agent whose specs name no unit does without.
 */
export { default as createConnection } from 'dbus-next/lib/connection.js';
export { Message } from 'dbus-next/lib/message-type.js';
export { Variant } from 'dbus-next/lib/variant.js';
