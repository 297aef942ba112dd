// The list of streams and which are on air, refreshed while the page is visible.
import { localise, word } from "./words.js";

localise();

async function refresh() {
  try {
    const status = await (await fetch("/api/status", { cache: "no-store" })).json();
    document.title = status.title;
    document.querySelector("h1").textContent = status.title;
    for (const stream of status.streams) {
      const link = document.querySelector(`a[data-stream="${CSS.escape(stream.name)}"]`);
      if (!link) continue;
      const note = link.querySelector("small") ?? link.appendChild(document.createElement("small"));
      note.textContent = word(stream.live ? "live" : "off");
      link.classList.toggle("on", stream.live);
    }
  } catch {
    for (const note of document.querySelectorAll("small")) note.textContent = word("offline");
  }
}

refresh();
setInterval(() => document.hidden || refresh(), 3000);
