/** One file of systeminformation: its index loads all of them. */
declare module 'systeminformation/lib/cpu.js' {
  export { cpu } from 'systeminformation';
}
