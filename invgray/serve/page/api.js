// The server's interface: requests, their progress, and what went wrong.

const OUTCOME = "Invgray-Outcome";
const INTERVAL = 400; // milliseconds between questions after the progress

/** What the server answers when there is no result. */
export class Problem extends Error {}

/** All presets. */
export async function presets() {
  return (await fetch("/presets")).json();
}

/** What an option of an operation is when it is not given. */
export async function defaults() {
  const { paths } = await (await fetch("/openapi.json")).json();
  return (operation, option) => paths[`/${operation}`].post.parameters
    .find(({ name }) => name === option).schema.default;
}

/** Do something with a picture.
 *
 * @param {"encode"|"decode"|"colorize"|"inspect"} operation
 * @param {Blob} picture
 * @param {Record<string, string|string[]>} options of the query; a list is repeated
 * @param {{signal: AbortSignal, hear: (progress: object) => void}} watch
 * @returns {Promise<{picture: Blob|null, facts: object}>}
 */
export async function ask(operation, picture, options, { signal, hear }) {
  for (;;) {
    const ticket = crypto.getRandomValues(new Uint32Array(4)).join("-");
    const query = new URLSearchParams(Object.entries({ ...options, ticket })
      .flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
    const ended = new AbortController();
    follow(ticket, hear, AbortSignal.any([signal, ended.signal]));
    try {
      const answer = await send(`/${operation}?${query}`, picture, signal);
      if (answer.ok) return await result(answer);
      const pause = answer.headers.get("Retry-After");
      if (!pause) throw await problem(answer);
      await sleep(1000 * Number(pause), signal);
    } finally {
      ended.abort();
    }
  }
}

async function send(path, body, signal) {
  try {
    return await fetch(path, { method: "POST", body, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem("The server cannot be reached; see whether it still runs.");
  }
}

async function result(answer) {
  const facts = answer.headers.get(OUTCOME);
  if (facts === null) return { picture: null, facts: await answer.json() };
  return { picture: await answer.blob(), facts: JSON.parse(facts) };
}

async function problem(answer) {
  const { detail } = await answer.json().catch(() => ({}));
  const text = detail?.replace(/^the picture:? /, "") ?? `The server answers ${answer.status}.`;
  return new Problem(text.charAt(0).toUpperCase() + text.slice(1));
}

/** Ask again and again how far a request is. */
async function follow(ticket, hear, signal) {
  while (!signal.aborted) {
    try {
      await sleep(INTERVAL, signal);
      const answer = await fetch(`/progress/${ticket}`, { signal });
      if (answer.ok && !signal.aborted) hear(await answer.json());
    } catch {
      // it ended, or the next question will tell
    }
  }
}

function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
