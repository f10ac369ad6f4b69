// Hints for a picture: strokes of a brush over it, and a list of them that the keyboard reaches.

const MOST = 2000; // points that the server takes
const STEP = 8; // pixels of the screen between the points of a stroke

/** The hints of one picture. */
export class HintEditor {
  #hints = []; // of color, points: one for a point, many for a stroke
  #url = null;
  #stroke = null;

  /**
   * @param {HTMLButtonElement} button opens and closes it
   * @param {HTMLElement} root its elements
   * @param {File} file the picture
   */
  constructor(button, root, file) {
    this.hear = () => {}; // of hints as the query has them
    this.root = root;
    this.file = file;
    this.button = button;
    this.canvas = root.querySelector("canvas");
    root.ariaLabel = `Hints for ${file.name}`;
    this.canvas.ariaLabel = `A brush over ${file.name}`;
    button.onclick = () => this.#toggle();
    this.#find("add").onclick = () => this.#addPoint();
    this.#find("none").onclick = () => { this.#hints = []; this.#list(); };
    this.#find("spread").onclick = () => this.hear(this.query());
    this.canvas.onpointerdown = (event) => this.#begin(event);
    this.canvas.onpointermove = (event) => this.#draw(event);
    this.canvas.onpointerup = this.canvas.onpointercancel = () => this.#end();
  }

  /** The hints and what spreads them, as the server takes them. */
  query() {
    const engine = this.#find("network").checked ? { hint_engine: "network" } : {};
    return { hint: this.words(), ...engine };
  }

  /** The hints: column, row, colour. */
  words() {
    return this.#hints.flatMap(({ color, points }) =>
      points.map(([x, y]) => `${x},${y},${color.slice(1)}`));
  }

  /** Forget the picture. */
  close() {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
  }

  async #toggle() {
    const opened = this.root.hidden;
    this.root.hidden = !opened;
    this.button.ariaExpanded = String(opened);
    if (!opened || this.#url) return;
    this.#url = URL.createObjectURL(this.file);
    const image = this.root.querySelector("img");
    image.src = this.#url;
    try {
      await image.decode();
      [this.canvas.width, this.canvas.height] = [image.naturalWidth, image.naturalHeight];
    } catch {
      this.#say("This browser cannot show the format; points can be listed.");
      this.canvas.parentElement.hidden = true;
    }
    this.#list();
  }

  #addPoint() {
    const [x, y] = [this.canvas.width, this.canvas.height].map((size) => Math.floor(size / 2));
    this.#hints.push({ color: this.#find("color").value, points: [[x, y]] });
    this.#list();
    this.#find("given").lastElementChild.querySelector("input").focus();
  }

  #begin(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.#stroke = { color: this.#find("color").value, points: [] };
    this.#hints.push(this.#stroke);
    this.#draw(event);
  }

  #draw(event) {
    if (!this.#stroke) return;
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    const place = (at, size) => Math.min(size - 1, Math.max(0, Math.floor(at * scale)));
    const x = place(event.clientX - box.left, this.canvas.width);
    const y = place(event.clientY - box.top, this.canvas.height);
    const last = this.#stroke.points.at(-1);
    if (last && Math.hypot(x - last[0], y - last[1]) < STEP * scale) return;
    if (this.words().length >= MOST) {
      this.#say(`No more than ${MOST} points are taken.`);
      return;
    }
    this.#stroke.points.push([x, y]);
    this.#paint();
  }

  #end() {
    if (!this.#stroke) return;
    this.#stroke = null;
    this.#hints = this.#hints.filter(({ points }) => points.length);
    this.#list();
  }

  /** Show all strokes over the picture. */
  #paint() {
    const context = this.canvas.getContext("2d");
    const scale = this.canvas.width / (this.canvas.clientWidth || this.canvas.width);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.lineCap = context.lineJoin = "round";
    for (const { color, points } of this.#hints) {
      for (const [width, style] of [[8, "#ffffff"], [5, color]]) {
        context.lineWidth = width * scale;
        context.strokeStyle = style;
        context.beginPath();
        context.moveTo(...points[0]);
        points.forEach((point) => context.lineTo(...point));
        context.stroke();
      }
    }
  }

  #list() {
    const rows = this.#hints.map((hint, i) => this.#row(hint, i));
    this.#find("given").replaceChildren(...rows);
    this.#changed();
  }

  #row(hint, i) {
    const row = document.getElementById("hint-row").content.cloneNode(true).firstElementChild;
    const find = (name) => row.querySelector(`.${name}`);
    const single = hint.points.length === 1;
    const named = single ? "Point" : `Stroke of ${hint.points.length} points`;
    find("what").textContent = named;
    row.querySelectorAll(".place").forEach((label) => { label.hidden = !single; });
    for (const [axis, size] of [[0, this.canvas.width], [1, this.canvas.height]]) {
      const input = find("xy"[axis]);
      input.max = size - 1;
      input.value = hint.points[0][axis];
      input.disabled = !single;
      input.oninput = () => {
        if (input.validity.valid) hint.points[0][axis] = input.valueAsNumber;
        this.#changed();
      };
    }
    find("color").value = hint.color;
    find("color").oninput = ({ target }) => { hint.color = target.value; this.#changed(); };
    find("drop-hint").ariaLabel = `Remove ${named.toLowerCase()} ${i + 1}`;
    find("drop-hint").onclick = () => {
      this.#hints.splice(i, 1);
      this.#list();
      this.#find("add").focus();
    };
    return row;
  }

  #changed() {
    const numbers = [...this.root.querySelectorAll(".given input[type=number]:enabled")];
    const valid = numbers.every((input) => input.validity.valid);
    this.#find("spread").disabled = !valid || !this.#hints.length;
    this.#paint();
  }

  #say(words) {
    this.#find("error").textContent = words;
    this.#find("error").hidden = false;
  }

  #find(name) {
    return this.root.querySelector(`.${name}`);
  }
}
