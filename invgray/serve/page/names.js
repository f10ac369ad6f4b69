// File names of results, as the command line gives them.

const GRAYS = [".gray.png", ".gray.jpg", ".gray.jpeg"];

/** The name of a result: photo.jpg to photo.gray.png.
 *
 * @param {string} source file name of the input
 * @param {string} suffix of the result
 */
export function named(source, suffix) {
  const ending = GRAYS.find((end) => source.toLowerCase().endsWith(end) && source.length > end.length);
  const stem = ending ? source.slice(0, -ending.length) : source.replace(/(?<=.)\.[^.]*$/, "");
  return stem + suffix;
}

/** Names that differ: the second photo.gray.png becomes photo.gray (2).png.
 *
 * @param {string[]} names
 */
export function distinct(names) {
  const taken = new Set();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = name.replace(/(\.[^.]*)?$/, ` (${n})$1`);
    taken.add(free.toLowerCase());
    return free;
  });
}

/** A size for people. */
export function sized(bytes) {
  if (bytes < 1e3) return `${bytes} bytes`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
