/** Frames and their scan: known vectors, torn and corrupt tails, and bytes of every kind. */
import t from 'tap';
import fc from 'fast-check';
import { crc32c } from '../../agent/apply/crc32c.ts';
import { encodeFrame, frameSize, FRAME_HEADER, scanFrames } from '../../agent/apply/frames.ts';
import { replay } from '../../agent/apply/replay.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const reader = { agent: '1', kinds: {} };

/** Frames in a row, as the journal writes them, with room after. */
function file(batches: readonly (readonly string[])[], room = 256): Uint8Array {
  let seq = 10;
  const frames = batches.map((batch, index) => {
    if (index > 0) seq += batch.length;
    return encodeFrame(batch, seq);
  });
  return Uint8Array.from(Buffer.concat([...frames, new Uint8Array(room)]));
}

const three = [['{"t":"header"}'], ['{"a":1}', '{"b":2}'], ['{"c":3}']];

t.test('CRC-32C of RFC 3720', async (t) => {
  t.equal(crc32c(ascii('123456789')), 0xe3069283);
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.equal(crc32c(Uint8Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e);
  t.equal(crc32c(ascii('6789'), crc32c(ascii('12345'))), 0xe3069283, 'in parts');
  t.equal(crc32c(new Uint8Array(0)), 0);
});

t.test('frames are read back, numbers go on, zeros are the end', async (t) => {
  const bytes = file(three);
  const scan = scanFrames(bytes);
  t.same(
    scan.frames.map(({ seq, records }) => [seq, records]),
    [
      [10, 1],
      [12, 2],
      [13, 1],
    ],
  );
  t.equal(Buffer.from(scan.frames[1]?.payload ?? []).toString(), '[{"a":1},{"b":2}]');
  t.same(scan.tail, { is: 'clean' });
  t.equal(scan.end, bytes.length - 256);
  t.equal(frameSize(0), FRAME_HEADER);
  t.same(scanFrames(new Uint8Array(0)).tail, { is: 'clean' });
});

t.test('a bad last frame is torn, a bad one before whole ones is corrupt', async (t) => {
  const last = file(three);
  const end = last.length - 256;
  last[end - 10] = (last[end - 10] ?? 0) ^ 1;
  const torn = scanFrames(last);
  t.equal(torn.frames.length, 2);
  t.match(torn.tail, { is: 'torn' });

  const middle = file(three);
  const second = scanFrames(middle).frames[1]?.offset ?? 0;
  middle[second + FRAME_HEADER] = 0;
  const corrupt = scanFrames(middle);
  t.equal(corrupt.frames.length, 1);
  t.match(corrupt.tail, { is: 'corrupt', at: second });

  const gone = file(three);
  gone.fill(0, second, scanFrames(gone).frames[2]?.offset);
  t.match(scanFrames(gone).tail, { is: 'corrupt', at: second }, 'zeros before a whole frame are no end');
});

t.test('a frame that does not follow its predecessor is corrupt', async (t) => {
  const bytes = Uint8Array.from(Buffer.concat([encodeFrame(['1'], 5), encodeFrame(['2'], 7)]));
  t.match(scanFrames(bytes).tail, { is: 'corrupt' });
});

t.test('what a torn tail hides behind zeros is found', async (t) => {
  const bytes = file([['{"t":"header"}']]);
  bytes[bytes.length - 1] = 7;
  const { end, tail } = scanFrames(bytes);
  t.same(tail, { is: 'torn', bytes: bytes.length - end });
});

t.test('any flip is seen: the prefix is right, nothing is invented', async () => {
  const whole = scanFrames(file(three)).frames.map((frame) => Buffer.from(frame.payload).toString());
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 6 }),
      (flips) => {
        const bytes = file(three, 64);
        for (const [at, flip] of flips) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
        const { frames } = scanFrames(bytes);
        return frames.every((frame, index) => Buffer.from(frame.payload).toString() === whole[index]);
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('a cut at any length leaves a prefix, torn or clean', async (t) => {
  const bytes = file(three, 0);
  for (let length = 0; length <= bytes.length; length += 1) {
    const padded = new Uint8Array(bytes.length + 64);
    padded.set(bytes.subarray(0, length));
    for (const cut of [bytes.subarray(0, length), padded]) {
      const { tail } = scanFrames(cut);
      if (tail.is === 'corrupt') t.fail(`corrupt at ${length}`);
    }
  }
});

t.test('no bytes crash scan or replay', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      replay(scanFrames(bytes), reader);
    }),
    { numRuns: 1000 },
  );
  const header = JSON.stringify({ t: 'header', format: 1, agent: 'x', kinds: {}, bootId: 'b', at: 1 });
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.json(),
          fc
            .record({
              t: fc.constantFrom(
                'checkpoint',
                'open',
                'intent',
                'done',
                'verdict',
                'close',
                'override',
                'block',
                'repair',
                'disown',
                'undone',
                'refresh',
                'accept',
                'want',
                'safe-mode',
                'header',
                'nonsense',
              ),
              tx: fc.constantFrom('1', null, 7),
              drafts: fc.constantFrom([], [null], [{ address: 'a:b' }]),
              cause: fc.constant('repair'),
              bootId: fc.constant('b'),
              changes: fc.constantFrom([], [{ address: 'a:b', id: '1-1', to: {} }]),
              ids: fc.constantFrom(['1-1'], 3),
            })
            .map((one) => JSON.stringify(one)),
        ),
      ),
      (texts) => {
        const { refused } = replay(
          scanFrames(Uint8Array.from(Buffer.concat([encodeFrame([header], 1), encodeFrame(texts, 1 + texts.length)]))),
          reader,
        );
        return refused === null || refused.code === 'KSN-APPLY-007';
      },
    ),
    { numRuns: 1000 },
  );
});
