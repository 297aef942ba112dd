// Fetches the shop beside the picture, never in its way: a browser has few connections, and the picture's come first. If the picture
// cannot even begin, the shop still does.
const HEAD_START_MS = 150; // in which the picture asks the relay for its session
const PARTS = ["dom", "memory", "said", "money", "market", "room", "seen", "hearts", "offer", "products", "coupon", "notes", "when", "ics", "reserve", "remind", "date-parts", "dates", "shop"];

import("./watch.js")
  .catch(() => {})
  .then(() => setTimeout(() => PARTS.forEach((part) => import(`./${part}.js`)), HEAD_START_MS));
