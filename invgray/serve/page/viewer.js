// Pictures side by side and one over the other, with a slider between them and zoom.

/** Show pictures in a card.
 *
 * @param {HTMLElement} root has the elements of the card's template
 * @param {{label: string, url: string}[]} all two or three pictures
 */
export async function show(root, all) {
  const find = (name) => root.querySelector(`.${name}`);
  const loaded = await Promise.all(all.map(load));
  const pictures = loaded.filter(({ image }) => image);
  find("panes").replaceChildren(...loaded.map(pane));
  find("over").hidden = pictures.length < 2;
  if (pictures.length < 2) return;

  const pair = find("pair");
  const pairs = pictures.flatMap((_, i) => pictures.slice(i + 1).map((_, j) => [i, i + 1 + j]));
  pairs.sort(([a, b], [c, d]) => d - c - (b - a)); // first and last first
  pair.replaceChildren(...pairs.map(([a, b], n) =>
    new Option(`${pictures[a].label} and ${pictures[b].label.toLowerCase()}`, n)));
  const { naturalWidth: width, naturalHeight: height } = pictures.at(-1).image;

  const choose = () => {
    const [before, after] = pairs[pair.value].map((n) => pictures[n]);
    for (const [place, picture] of [["before", before], ["after", after]]) {
      const image = find(place);
      image.src = picture.url;
      image.alt = picture.label;
    }
    find("left").textContent = before.label;
    find("right").textContent = after.label;
    find("compare").ariaLabel = `${before.label} on the left of the slider, `
      + `${after.label.toLowerCase()} on the right`;
  };
  const split = () => {
    const compare = find("compare");
    const shown = Math.min(compare.clientWidth, compare.scrollWidth);
    const share = Number(find("split").value) / 100;
    compare.style.setProperty("--split", `${compare.scrollLeft + share * shown}px`);
    find("split").ariaValueText = `${100 - find("split").value} % ${find("right").textContent}`;
  };
  const zoom = () => {
    const factor = Number(find("zoom").value);
    root.classList.toggle("zoomed", factor > 0);
    root.style.setProperty("--wide", factor ? `${factor * width}px` : "100%");
    root.style.setProperty("--most", factor ? `${factor * width}px` : `80vh * ${width / height}`);
    split();
  };
  pair.onchange = () => { choose(); split(); };
  find("zoom").onchange = zoom;
  find("split").oninput = split;
  const drag = (event) => {
    if (event.pointerType !== "mouse" || !(event.buttons & 1)) return;
    const box = find("compare").getBoundingClientRect();
    find("split").value = 100 * (event.clientX - box.left) / find("compare").clientWidth;
    split();
  };
  find("compare").onpointerdown = drag;
  find("compare").onpointermove = drag;
  scrollTogether(root, split);
  new ResizeObserver(split).observe(find("compare"));
  choose();
  zoom();
}

/** A picture with an image of it; without one if the browser cannot show it. */
async function load(picture) {
  const image = new Image();
  image.src = picture.url;
  try {
    await image.decode();
    return { ...picture, image };
  } catch {
    return picture;
  }
}

function pane({ label, image }) {
  const figure = document.getElementById("pane").content.cloneNode(true).firstElementChild;
  const view = figure.querySelector(".viewport");
  figure.querySelector("figcaption").textContent = label;
  view.ariaLabel = label;
  if (image) {
    image.alt = label;
    view.append(image);
  } else {
    const words = document.createElement("p");
    words.className = "unshown";
    words.textContent = "This browser cannot show the format; it can be downloaded.";
    view.replaceWith(words);
  }
  return figure;
}

/** Scroll all views of a card to the same place. */
function scrollTogether(root, moved) {
  const views = [...root.querySelectorAll(".viewport")];
  for (const view of views) {
    view.onscroll = () => {
      for (const other of views) {
        if (other === view) continue;
        other.scrollLeft = view.scrollLeft;
        other.scrollTop = view.scrollTop;
      }
      moved();
    };
  }
}
