// Shows reminders where a page may not show them itself; a tap leads to the page. It hears of nothing else.
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = event.notification.data;
  const back = clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
    const open = pages.find((page) => page.url === address);
    return open ? open.focus() : clients.openWindow(address);
  });
  event.waitUntil(back);
});
