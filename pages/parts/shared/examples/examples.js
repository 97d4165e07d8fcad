// Example photos as buttons; and images pasted from the clipboard are handed to the page's uploader.
// data: {chosen, examples: [{file, title, source, image}]}; trigger out: example = file.

function paste(event) {
  const images = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  const uploader = document.querySelector('[data-testid="stFileUploader"] input[type="file"]');
  if (!images.length || !uploader) return;
  const files = new DataTransfer();
  for (const file of images) files.items.add(file);
  uploader.files = files.files;
  uploader.dispatchEvent(new Event("change", { bubbles: true }));
  event.preventDefault();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".examples");
  root.replaceChildren(...data.examples.map(({ file, title, source, image }) => {
    const button = document.createElement("button");
    const picture = Object.assign(document.createElement("img"), { src: image, alt: "" });
    button.append(picture, title);
    Object.assign(button, { type: "button", title: source, ariaPressed: String(file === data.chosen) });
    button.onclick = () => setTriggerValue("example", file);
    return button;
  }));
  document.addEventListener("paste", paste);
  return () => document.removeEventListener("paste", paste);
}
