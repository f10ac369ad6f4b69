// A zip archive of files that are compressed already: stored, and put together without copies.

const LIMIT = 0xffffffff; // bytes, and a quarter of its root entries, without zip64

/** An archive.
 *
 * @param {{name: string, content: Blob}[]} files
 * @returns {Promise<Blob>}
 */
export async function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, content } of files) {
    const encoded = new TextEncoder().encode(name);
    const entry = fields(await checksum(content), content.size, encoded.length);
    const local = record(0x04034b50, [[2, 20], ...entry]);
    directory.push(
      record(0x02014b50, [[2, 20], [2, 20], ...entry, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]),
      encoded,
    );
    parts.push(local, encoded, content);
    offset += local.length + encoded.length + content.size;
    if (offset > LIMIT) throw new Error("More than 4 GB do not fit into one zip.");
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = files.length;
  const end = record(0x06054b50, [
    [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0],
  ]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** What a file's two records share: names in UTF-8, stored, the first day there is. */
function fields(crc, size, nameLength) {
  return [[2, 0x0800], [2, 0], [2, 0], [2, 0x0021], [4, crc], [4, size], [4, size],
    [2, nameLength], [2, 0]];
}

function record(signature, numbers) {
  const length = numbers.reduce((sum, [bytes]) => sum + bytes, 4);
  const view = new DataView(new ArrayBuffer(length));
  let at = 0;
  for (const [bytes, value] of [[4, signature], ...numbers]) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** CRC-32 of a blob, read piece by piece. */
async function checksum(content) {
  let crc = 0xffffffff;
  const reader = content.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return (crc ^ 0xffffffff) >>> 0;
    for (const byte of value) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  }
}
