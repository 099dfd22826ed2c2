// Buttons that copy a text of the page: <button data-copy="id of the text" data-copied="Copied">.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (navigator.clipboard === undefined) continue; // no secure context: the text can be selected
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => {
      button.textContent = words;
    }, 2000);
  });
}
