// Fetches the shop beside the picture, never in its way: a page counts as loaded without it, and its files come all at once.
for (const part of ["dom", "memory", "said", "money", "market", "room", "seen", "hearts", "offer", "products", "coupon", "notes", "shop"]) {
  import(`./${part}.js`);
}
