// One picture: what is done with it, and its card.

import { ask, Problem } from "./api.js";
import { HintEditor } from "./hints.js";
import { named, sized } from "./names.js";
import { show } from "./viewer.js";

const GRAY = { png: ".gray.png", jpg: ".gray.jpg" };

/** A picture and its card.
 *
 * Its state is "waiting", "working", "done", "failed"; `changed` hears when it changes.
 */
export class Picture {
  #stop = new AbortController();
  #urls = [];

  constructor(file, changed) {
    this.file = file;
    this.state = "waiting";
    this.results = []; // of name, content
    this.changed = changed;
    this.card = document.getElementById("card").content.cloneNode(true).firstElementChild;
    this.#find("name").textContent = file.name;
    this.card.querySelector("article").ariaLabel = file.name;
    this.editor = new HintEditor(this.#find("paint"), this.#find("hints"), file);
    for (const name of ["paint", "colorize", "retry", "remove"]) {
      this.#find(name).setAttribute("aria-label", `${this.#find(name).textContent}: ${file.name}`);
    }
    this.#say("Waiting for its turn.");
  }

  /** Hear a button: "colorize", "retry" or "remove". */
  on(button, hear) {
    this.#find(button).onclick = hear;
  }

  /** Hear that the picture is to be coloured by hints, as the query has them. */
  onHints(hear) {
    this.editor.hear = hear;
  }

  /** Wait for its turn. */
  wait() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#become("waiting", "Waiting for its turn.");
  }

  /** Convert as the options say. */
  async convert(options) {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    this.#become("working", "Sending.");
    try {
      const shown = await this.#converted(options, signal);
      if (!signal.aborted) await this.#show(shown);
    } catch (error) {
      if (signal.aborted) return;
      const words = error instanceof Problem ? error.message : `This page failed: ${error.message}.`;
      this.#become("failed", words);
      this.#find("retry").hidden = false;
      this.#find("colorize").hidden = options.action !== "decode";
    }
  }

  /** Stop what is in work, and forget the pictures. */
  remove() {
    this.#stop.abort();
    this.#forget();
    this.editor.close();
    this.card.remove();
  }

  async #converted(options, signal) {
    const { file } = this;
    const hear = (progress) => this.#hear(progress);
    const request = (operation, picture, query) => ask(operation, picture, query, { signal, hear });
    const action = options.action === "auto" ? await this.#suits(request) : options.action;
    const original = { label: "Original", content: file };
    if (action === "colorize") {
      const { picture, facts } = await request("colorize", file, options.colorize);
      const suffix = `.colorized.${options.colorize.format}`;
      const label = options.colorize.hint ? "Colours from hints" : "Colours made up";
      const made = { label, content: picture, name: named(file.name, suffix) };
      return { facts, pictures: [original, made], action };
    }
    const colors = `.color.${options.decode.format}`;
    if (action === "decode") {
      const { picture, facts } = await request("decode", file, options.decode);
      const restored = { label: "Restored", content: picture, name: named(file.name, colors) };
      return { facts, pictures: [{ label: "Gray", content: file }, restored], action };
    }
    const { picture: gray, facts: made } = await request("encode", file, options.encode);
    const { picture: color, facts } = await request("decode", gray, options.decode);
    const notices = [...(made.notices ?? []), ...(facts.notices ?? [])];
    const pictures = [
      original,
      { label: "Gray", content: gray, name: named(file.name, GRAY[options.encode.format]) },
      { label: "Restored", content: color, name: named(file.name, colors) },
    ];
    return { facts: { ...facts, notices: [...new Set(notices)] }, pictures, action };
  }

  /** A gray is decoded; what cannot be inspected is in colour, or no picture at all. */
  async #suits(request) {
    try {
      await request("inspect", this.file, {});
      return "decode";
    } catch (error) {
      if (error instanceof Problem) return "encode";
      throw error;
    }
  }

  async #show({ facts, pictures, action }) {
    this.#forget();
    for (const picture of pictures) {
      picture.url = URL.createObjectURL(picture.content);
      this.#urls.push(picture.url);
    }
    this.results = pictures.filter(({ name }) => name);
    this.#find("facts").textContent = told(facts);
    this.#find("share").hidden = facts.fine === undefined;
    if (facts.fine !== undefined) {
      const percent = `${Math.round(100 * facts.fine)} % from the fine layer`;
      const [meter, words] = this.#find("share").children;
      meter.value = facts.fine;
      meter.ariaLabel = percent;
      words.textContent = facts.exact ? `${percent}: the original, bit for bit` : percent;
    }
    const notices = (facts.notices ?? []).map((text) => item(`It ${text}.`));
    this.#find("notices").replaceChildren(...notices);
    this.#find("notices").hidden = !notices.length;
    this.#find("downloads").replaceChildren(...this.results.map(download));
    this.#find("colorize").hidden = action !== "decode";
    this.#find("retry").hidden = true;
    await show(this.card, pictures);
    this.#find("result").hidden = false;
    this.#become("done", "");
  }

  #hear({ state, done, total }) {
    const bar = this.#find("progress", "");
    if (state === "working" && done > 0) {
      bar.value = done / total;
      this.#say(`Working, ${Math.floor(100 * done / total)} %.`);
      return;
    }
    bar.removeAttribute("value");
    const words = { receiving: "Sending.", waiting: "Waiting for its turn.", working: "Working." };
    this.#say(words[state]);
  }

  #become(state, words) {
    this.state = state;
    if (state !== "done") {
      this.#find("result").hidden = true;
      this.#find("colorize").hidden = true;
      this.#find("retry").hidden = true;
      this.results = [];
    }
    const bar = this.#find("progress", "");
    bar.hidden = state !== "working";
    bar.removeAttribute("value");
    bar.ariaLabel = `Progress of ${this.file.name}`;
    this.#find("state").classList.toggle("error", state === "failed");
    this.#say(words);
    this.changed(this);
  }

  #say(words) {
    this.#find("state").textContent = words;
  }

  #forget() {
    this.#urls.forEach((url) => URL.revokeObjectURL(url));
    this.#urls = [];
  }

  #find(name, kind = ".") {
    return this.card.querySelector(kind + name);
  }
}

function told({ width, height, preset }) {
  const size = `${width} × ${height} pixels`;
  return preset ? `${size}, preset ${preset}` : size;
}

function item(text) {
  const element = document.createElement("li");
  element.textContent = text;
  return element;
}

function download({ name, url, content }) {
  const element = document.createElement("li");
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.textContent = `Download ${name}`;
  element.append(link, ` (${sized(content.size)})`);
  return element;
}
