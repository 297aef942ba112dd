// Shows notifications on phones. A tap opens the page.
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = event.notification.data;
  const back = clients.matchAll({ type: "window", includeUncontrolled: true }).then((pages) => {
    const open = pages.find((page) => page.url === address);
    return open ? open.focus() : clients.openWindow(address);
  });
  event.waitUntil(back);
});
