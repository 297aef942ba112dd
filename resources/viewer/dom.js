// Creates and updates elements. Text from the network is never parsed as markup.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  heart: ["M12 20.4S3.6 15.6 3.6 9.4A4.7 4.7 0 0 1 12 6.5a4.7 4.7 0 0 1 8.4 2.9c0 6.2-8.4 11-8.4 11Z"],
  plus: ["M12 5v14M5 12h14"],
  check: ["m5 12.5 4.6 4.6L19.5 7"],
  zoom: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5M11 8v6m-3-3h6"],
  close: ["m6 6 12 12M18 6 6 18"],
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.4 12h17.2M12 3c2.6 2.7 3.6 5.7 3.6 9s-1 6.3-3.6 9c-2.6-2.7-3.6-5.7-3.6-9s1-6.3 3.6-9Z"],
  eye: ["M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12Z", "M12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z"],
  box: ["m12 3 8 4.2v9.6L12 21l-8-4.2V7.2L12 3Zm0 9 8-4.8M12 12v9m0-9L4 7.2"],
  truck: ["M3 6.5h10.5v10H3v-10Zm10.5 3.5h4l3 3.2v3.3h-7V10Z", "M7 19a1.9 1.9 0 1 0 0-3.8A1.9 1.9 0 0 0 7 19Zm10 0a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8Z"],
  out: ["M14 5h5v5m0-5-8 8M10 5H6.5C5.7 5 5 5.7 5 6.5v11c0 .8.7 1.5 1.5 1.5h11c.8 0 1.5-.7 1.5-1.5V14"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5.2l3.4 2"],
  bell: ["M12 3.5a5.5 5.5 0 0 0-5.5 5.5c0 5-2 6.5-2 6.5h15s-2-1.5-2-6.5A5.5 5.5 0 0 0 12 3.5ZM10 19a2.2 2.2 0 0 0 4 0"],
  calendar: ["M5 5.5h14v14H5v-14Zm0 4.5h14M8.5 3v4m7-4v4"],
  bag: ["M6 8h12l1 12H5L6 8Zm3 0V7a3 3 0 0 1 6 0v1"],
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon i-${name}`);
  for (const d of PATHS[name]) svg.appendChild(document.createElementNS(SVG, "path")).setAttribute("d", d);
  return svg;
}

// make("a", { class: "x", href: "…", on: { click } }, "text", child, null)
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [kind, listener] of Object.entries(value)) element.addEventListener(kind, listener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

// Writes only changes, to keep focus, selection and screen readers in place.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

// The URL if it is http or https, else "".
export function webAddress(text) {
  try {
    const address = new URL(text);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : "";
  } catch {
    return "";
  }
}
