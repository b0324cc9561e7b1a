// The part of an address behind # never reaches the server: a form that leads back to a page takes it along.

for (const form of document.querySelectorAll("form[data-keep-fragment]")) {
  if (location.hash) form.action = form.action.replace(/#.*$/, "") + location.hash;
}
