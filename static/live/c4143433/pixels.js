let canvas, context, buffer = new Uint8Array(); // one for all frames: new ones were collected too late

// An image's pixels in RGBA, until the next call. A canvas is only for what cannot convert: Chromium keeps much memory for it.
export async function pixels(image) {
  const { width, height } = image.visibleRect ?? image;
  try {
    if (buffer.length !== 4 * width * height) buffer = new Uint8Array(4 * width * height);
    await image.copyTo(buffer, { format: "RGBA" });
    return { data: buffer, width, height };
  } catch {
    context ??= (canvas = new OffscreenCanvas(width, height)).getContext("2d", { willReadFrequently: true });
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.clearRect(0, 0, width, height); // what shows through a transparent photo
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    image.close();
  }
}
