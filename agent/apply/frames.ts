/**
 * The journal's frames: one frame is one batch of records, written in one go and fsynced before the next is
 * written. So:
 *
 * - A frame is there whole or not at all; a batch is atomic.
 * - A frame that does not read, with a later one that does, was durable once: the disk lost it (`corrupt`).
 * - A frame that does not read, with none after it, was being written when the power went: nobody was told that
 *   it is durable (`torn`), and it is cut by zeroing everything after the last whole frame. Everything: of a
 *   larger write any sectors may have arrived, and what looks like a frame must not come to life later.
 * - Zeros to the end are the space filled in advance.
 *
 * Layout, little endian, from a multiple of 8: magic (4), length of the payload (4), number of the last record
 * in the batch (8), records in the batch (4), CRC-32C of the 16 bytes before and of the payload (4), payload
 * (JSON array), zeros up to a multiple of 8. The magic begins with 0xff, which no UTF-8 payload has.
 *
 * The first frame of a file gives the number to go on from; each further one follows without a gap.
 */
import { crc32c } from './crc32c.ts';

const magic = 0x4a_4e_53_ff; // ff 'S' 'N' 'J'
export const FRAME_HEADER = 24;
const encoder = new TextEncoder();

/** Bytes that a payload of `length` takes as a frame. */
export function frameSize(length: number): number {
  return Math.ceil((FRAME_HEADER + length) / 8) * 8;
}

/** `records`: each already JSON. `seq`: the number of the last of them. */
export function encodeFrame(records: readonly string[], seq: number): Uint8Array {
  const payload = encoder.encode(`[${records.join(',')}]`);
  const frame = new Uint8Array(frameSize(payload.length));
  const view = new DataView(frame.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, payload.length, true);
  view.setBigUint64(8, BigInt(seq), true);
  view.setUint32(16, records.length, true);
  frame.set(payload, FRAME_HEADER);
  view.setUint32(20, checksum(frame, payload.length), true);
  return frame;
}

/** One whole frame, as a scan found it; layout above. */
export interface Frame {
  /** Where it begins. */
  readonly offset: number;
  /** Bytes with header and padding. */
  readonly size: number;
  /** Number of its last record. */
  readonly seq: number;
  readonly records: number;
  readonly payload: Uint8Array;
}

/** Every whole frame in order of numbers, and what follows the last one. */
export interface Scan {
  readonly frames: readonly Frame[];
  /** Where the next frame goes. */
  readonly end: number;
  readonly tail:
    | { readonly is: 'clean' }
    /** `bytes`: from `end` up to the last byte that is not zero. */
    | { readonly is: 'torn'; readonly bytes: number }
    /** `at`: the bad frame; `next`: a whole one after it, or one that does not follow its predecessor. */
    | { readonly is: 'corrupt'; readonly at: number; readonly next: number }
    /** The file has more bytes than any journal grows to: not one of them was read. */
    | { readonly is: 'overlong'; readonly bytes: number };
}

/** Never throws, whatever the bytes. */
export function scanFrames(bytes: Uint8Array): Scan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let at = 0;
  for (;;) {
    const frame = frameAt(bytes, view, at);
    if (frame === null) break;
    const before = frames.at(-1);
    if (before !== undefined && frame.seq !== before.seq + frame.records) {
      return { frames, end: at, tail: { is: 'corrupt', at, next: at } };
    }
    frames.push(frame);
    at += frame.size;
  }
  const used = usedLength(bytes, at);
  if (used === at) return { frames, end: at, tail: { is: 'clean' } };
  for (let later = at + 8; later < used; later += 8) {
    if (frameAt(bytes, view, later) !== null) return { frames, end: at, tail: { is: 'corrupt', at, next: later } };
  }
  return { frames, end: at, tail: { is: 'torn', bytes: used - at } };
}

function frameAt(bytes: Uint8Array, view: DataView, offset: number): Frame | null {
  if (offset + FRAME_HEADER > bytes.length || view.getUint32(offset, true) !== magic) return null;
  const length = view.getUint32(offset + 4, true);
  const size = frameSize(length);
  if (offset + size > bytes.length) return null;
  const frame = bytes.subarray(offset, offset + size);
  if (view.getUint32(offset + 20, true) !== checksum(frame, length)) return null;
  const seq = view.getBigUint64(offset + 8, true);
  if (seq > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return {
    offset,
    size,
    seq: Number(seq),
    records: view.getUint32(offset + 16, true),
    payload: frame.subarray(FRAME_HEADER, FRAME_HEADER + length),
  };
}

/** Of the header from the length on (without the checksum), then the payload. */
function checksum(frame: Uint8Array, length: number): number {
  return crc32c(frame.subarray(FRAME_HEADER, FRAME_HEADER + length), crc32c(frame.subarray(4, 20)));
}

const zeros = [4096, 64, 1].map((size) => Buffer.alloc(size));

/** Offset after the last byte that is not zero, at least `from`. By blocks: most of a journal is space filled in advance. */
function usedLength(bytes: Uint8Array, from: number): number {
  let end = bytes.length;
  for (const block of zeros) {
    while (end - block.length >= from && block.equals(bytes.subarray(end - block.length, end))) end -= block.length;
  }
  return end;
}
