// What all explorers share: labelled controls, a picture, a sentence that tells the result, and settings in the address.
//
// An explorer is a module of these: its `controls`, each with a `name`, a `label` and a `value`, and either `options` or
// `min`, `max` and `step`, where any of these may be a function of the settings, and so may `disabled`; `compute(settings)`, pure mathematics;
// `draw(result, settings, size)`, the picture as SVG; `tell(result, settings)`, the sentence; `caption`, what there is to
// see. It may have `settle(settings, changed)`, which mends settings that do not fit one another, `actions`, settings by
// the words of a button, and `point(settings, place)`, the settings for a place in the picture, in shares of its size.

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const SEPARATOR = "~";
const PAUSE = 300;
const given = (value, settings) => (typeof value === "function" ? value(settings) : value);
const named = (controls, value) => Object.fromEntries(controls.map((control) => [control.name, value(control)]));

// Settings that a control can show. Between two steps of a slider is room for what no slider set.
function within(control, value, settings) {
  if (control.hidden) return control.accepts(value) ? value : control.value;
  const options = given(control.options, settings);
  if (options) return [value, control.value, Object.keys(options).at(-1)].map(String).find((each) => each in options);
  const [least, most] = [given(control.min, settings), given(control.max, settings)];
  const number = value === "" || !Number.isFinite(Number(value)) ? control.value : Number(value);
  const inside = Math.min(most, Math.max(least, number));
  return control.step === 1 ? Math.round(inside) : Number(inside.toPrecision(6));
}

export function settled({ controls, settle = (settings) => settings }, values, changed) {
  const settings = { ...values };
  const fit = () => { for (const control of controls) settings[control.name] = within(control, settings[control.name], settings); };
  fit();
  Object.assign(settings, settle(settings, changed));
  fit();
  return settings;
}

export const defaults = (explorer) => settled(explorer, named(explorer.controls, ({ value }) => value));

export function start(box, key, explorer) {
  const { controls, compute, draw, tell, caption, actions = {}, point } = explorer;
  const id = (name) => `${key}-${name}`;
  let settings = settled(explorer, { ...defaults(explorer), ...fromAddress() });

  const picture = element("div", { className: "explorer-picture" });
  const told = element("p", { className: "explorer-told" });
  told.setAttribute("role", "status");
  const shown = controls.filter(({ hidden }) => !hidden);
  const fields = named(shown, (control) => control.options ? element("select", { id: id(control.name) })
    : element("input", { id: id(control.name), type: "range", step: control.step }));
  const values = named(shown, () => element("span", { className: "explorer-value", ariaHidden: "true" }));
  const rows = shown.map(({ name, label }) => element("div", { className: "explorer-control" },
    element("label", { htmlFor: id(name) }, label), values[name], fields[name]));
  const buttons = element("div", { className: "explorer-actions" });
  for (const [words, change] of Object.entries({ ...actions, Reset: () => defaults(explorer) }))
    buttons.append(element("button", { type: "button", onclick: () => become({ ...settings, ...change(settings) }) }, words));
  const form = element("form", { className: "explorer-controls" }, ...rows, buttons);
  form.setAttribute("aria-label", "Settings of the figure");
  form.addEventListener("submit", (event) => event.preventDefault());

  for (const { name } of shown)
    fields[name].addEventListener("input", () => become({ ...settings, [name]: fields[name].value }, name));
  if (point) {
    picture.classList.add("explorer-pointed");
    const follow = ({ clientX, clientY, buttons: pressed, type }) => {
      if (type === "pointermove" && !pressed) return;
      const { left, top, width, height } = picture.getBoundingClientRect();
      const change = point(settings, { x: (clientX - left) / width, y: (clientY - top) / height, width, height });
      if (change) become({ ...settings, ...change });
    };
    picture.addEventListener("pointerdown", follow);
    picture.addEventListener("pointermove", follow);
  }

  let writing;

  function become(next, changed) {
    settings = settled(explorer, next, changed);
    show();
    // A browser refuses an address that is written with every step of a slider.
    clearTimeout(writing);
    writing = setTimeout(toAddress, PAUSE);
  }

  function show() {
    for (const control of shown) {
      const { name } = control;
      const options = given(control.options, settings);
      if (options) choose(fields[name], options);
      else Object.assign(fields[name], { min: given(control.min, settings), max: given(control.max, settings) });
      fields[name].value = settings[name];
      fields[name].disabled = Boolean(given(control.disabled, settings));
      if (options) continue;
      const text = control.say ? control.say(settings[name], settings) : String(settings[name]).replace("-", "−");
      values[name].textContent = text;
      fields[name].setAttribute("aria-valuetext", text);
    }
    const result = compute(settings);
    told.textContent = tell(result, settings);
    paint(result);
  }

  function paint(result = compute(settings)) {
    const size = { width: picture.clientWidth, height: picture.clientHeight };
    if (!size.width) return;
    picture.innerHTML = `<svg role="img" viewBox="0 0 ${size.width} ${size.height}">${draw(result, settings, size)}</svg>`;
    picture.firstElementChild.setAttribute("aria-label", told.textContent);
  }

  function fromAddress() {
    const parts = new URLSearchParams(location.search).get(key)?.split(SEPARATOR) ?? [];
    return Object.fromEntries(controls.map(({ name }, at) => [name, parts[at]]).filter(([, part]) => part !== undefined));
  }

  function toAddress() {
    const address = new URL(location);
    const written = controls.map(({ name }) => settings[name]).join(SEPARATOR);
    const usual = defaults(explorer);
    if (written === controls.map(({ name }) => usual[name]).join(SEPARATOR)) address.searchParams.delete(key);
    else address.searchParams.set(key, written);
    history.replaceState(history.state, "", address);
  }

  const figure = element("figure", { className: "figure" }, picture, told, form, element("figcaption", {}, caption));
  box.replaceChildren(figure);
  show();
  new ResizeObserver(() => paint()).observe(picture);
}

function choose(select, options) {
  const wanted = Object.entries(options);
  if (select.dataset.options === JSON.stringify(wanted)) return;
  select.dataset.options = JSON.stringify(wanted);
  select.replaceChildren(...wanted.map(([value, words]) => element("option", { value }, words)));
}
