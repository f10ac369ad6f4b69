// The page: where pictures come from, the options, and the list of results.

import { defaults, presets } from "./api.js";
import { distinct } from "./names.js";
import { Picture } from "./picture.js";
import { zip } from "./zip.js";

const AT_ONCE = 2; // pictures that are with the server at a time
const find = (id) => document.getElementById(id);
const form = find("options");
const all = []; // pictures, in the order in which they came
const waiting = []; // of picture, options
let working = 0;
let pasted = 0;

// Where pictures come from

function add(files) {
  for (const file of files) {
    const picture = new Picture(file, tell);
    picture.on("retry", () => enqueue(picture, chosen()));
    picture.on("colorize", () => enqueue(picture, { ...chosen(), action: "colorize" }));
    picture.on("remove", () => remove(picture));
    picture.onHints((hints) => {
      const options = chosen();
      const colorize = { ...options.colorize, ...hints };
      enqueue(picture, { ...options, action: "colorize", colorize });
    });
    all.push(picture);
    find("list").append(picture.card);
    enqueue(picture, chosen());
  }
  tell();
}

find("files").addEventListener("change", (event) => {
  add(event.target.files);
  event.target.value = "";
});

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  find("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) find("drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  find("drop").classList.remove("over");
  add(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (!files.length) return;
  event.preventDefault();
  add(files.map((file) => {
    if (file.name && file.name !== "image.png") return file;
    pasted += 1;
    return new File([file], `pasted-${pasted}.png`, { type: file.type });
  }));
});

// Options

function chosen() {
  const { value: format } = find("gray-format");
  const { value: colors } = find("color-format");
  const common = find("strip").checked ? { strip: "true" } : {};
  const preset = find("preset").value ? { preset: find("preset").value } : {};
  const quality = format === "jpg" ? { quality: find("quality").value } : {};
  return {
    action: find("action").value,
    encode: { ...common, ...preset, ...quality, format },
    decode: { ...common, format: colors },
    colorize: { ...common, format: colors, temperature: find("temperature").value },
  };
}

function showQuality() {
  find("quality-field").hidden = find("gray-format").value !== "jpg";
}

form.addEventListener("submit", (event) => event.preventDefault());
find("gray-format").addEventListener("change", showQuality);
find("quality").addEventListener("change", (event) => {
  if (!event.target.validity.valid) event.target.value = event.target.defaultValue;
});
showQuality();

defaults().then((value) => {
  find("temperature").defaultValue = value("colorize", "temperature");
});
presets().then((known) => {
  const grays = known.filter(({ newest, abilities }) => newest && abilities.hides_colors);
  const options = grays.map(({ name, default: first }) => new Option(name, name, first, first));
  find("preset").replaceChildren(...options);
});

// The work

function enqueue(picture, options) {
  const again = waiting.findIndex((entry) => entry.picture === picture);
  if (again >= 0) waiting.splice(again, 1);
  picture.wait();
  waiting.push({ picture, options });
  next();
}

async function next() {
  if (working >= AT_ONCE || !waiting.length) return;
  const { picture, options } = waiting.shift();
  working += 1;
  try {
    await picture.convert(options);
  } finally {
    working -= 1;
    next();
  }
}

function remove(picture) {
  const place = all.indexOf(picture);
  const again = waiting.findIndex((entry) => entry.picture === picture);
  if (again >= 0) waiting.splice(again, 1);
  all.splice(place, 1);
  picture.remove();
  tell();
  const near = all[Math.min(place, all.length - 1)];
  (near ? near.card.querySelector(".name") : find("files")).focus();
}

function tell() {
  const count = (state) => all.filter((picture) => picture.state === state).length;
  const failed = count("failed") ? `, ${count("failed")} failed` : "";
  find("news").textContent = `${count("done")} of ${all.length} done${failed}`;
  find("results").hidden = !all.length;
  find("all").disabled = !count("done");
}

find("again").addEventListener("click", () => all.forEach((picture) => enqueue(picture, chosen())));
find("clear").addEventListener("click", () => {
  waiting.length = 0;
  all.splice(0).forEach((picture) => picture.remove());
  tell();
  find("files").focus();
});
find("all").addEventListener("click", async () => {
  const results = all.flatMap((picture) => picture.results);
  const names = distinct(results.map(({ name }) => name));
  find("all").disabled = true;
  try {
    const archive = await zip(results.map(({ content }, i) => ({ name: names[i], content })));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(archive);
    link.download = "invgray.zip";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    find("news").textContent = error.message;
  } finally {
    find("all").disabled = false;
  }
});
