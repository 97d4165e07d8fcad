// The visitor's camera: started on request, and what to do where it does not start.

const WANTED = { video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } }, audio: false };
const ABSENT = "No camera found. Connect one, then press Start again.";
const IN_USE = "The camera is in use by another program. Close that program, then press Start again.";
const REASONS = {
  NotFoundError: ABSENT,
  OverconstrainedError: ABSENT,
  NotReadableError: IN_USE,
  AbortError: IN_USE,
  NotAllowedError: "Camera access is blocked. Allow it with the camera icon in the address bar, then press Start again.",
};
const EMBEDDED = "The page that embeds this app does not let it use the camera. Open the app in a tab of its own.";
const INSECURE = "Browsers only allow the camera on https:// or localhost. Open the app at such an address.";

// Shows the camera in the video element; throws an Error whose message is for the visitor. Returns a function that stops it.
export async function start(video, lost) {
  if (!navigator.mediaDevices) throw new Error(INSECURE);
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
  } catch (error) {
    const policy = document.permissionsPolicy ?? document.featurePolicy;
    const embedded = policy ? !policy.allowsFeature("camera") : self !== top && error.name === "NotAllowedError";
    throw new Error(embedded ? EMBEDDED : (REASONS[error.name] ?? `The camera could not be started: ${error.message}`));
  }
  for (const track of stream.getTracks()) track.onended = lost; // not called by stop
  const stop = () => (stream.getTracks().forEach((track) => track.stop()), (video.srcObject = null));
  video.srcObject = stream;
  await video.play().catch((error) => (stop(), Promise.reject(error))); // the page was left meanwhile
  return stop;
}

// Calls `take` for every new frame until the returned function is called.
export function follow(video, take) {
  let on = true;
  const next = video.requestVideoFrameCallback ? (call) => video.requestVideoFrameCallback(call) : requestAnimationFrame;
  const each = () => {
    if (!on) return;
    take();
    next(each);
  };
  next(each);
  return () => (on = false);
}

// The video's present frame as it is shown, to be handed to the worker.
export async function frame(video) {
  const made = self.VideoFrame && new VideoFrame(video);
  const { width, height } = made?.visibleRect ?? {};
  if (width === video.videoWidth && height === video.videoHeight && !made.rotation && !made.flip) return made;
  made?.close();
  return createImageBitmap(video); // also turns the frames of phones
}
