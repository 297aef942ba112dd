// Loads the shop after the video: browsers have few connections, and the video comes first. If the video fails to
// load, the shop still does.
const HEAD_START_MS = 150; // for the video to request its session
const PARTS = ["dom", "storage", "translations", "formats", "market", "room", "impressions", "hearts", "offer", "products", "coupon", "banners", "local-time", "calendar-file", "reminders", "notifications", "date-cards", "dates", "shop"];

import("./watch.js")
  .catch(() => {})
  .then(() => setTimeout(() => PARTS.forEach((part) => import(`./${part}.js`)), HEAD_START_MS));
