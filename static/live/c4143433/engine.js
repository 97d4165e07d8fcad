// LiteRT.js: loads it once, and runs .tflite files. Used within the worker.

const LITERT = new URL("../../litert/2.5.3/", import.meta.url);
const CLOSE = 0.01, RUNS = 5; // between the GPU's outputs and the processor's; by which speed is measured
let litert; // a promise

// The bytes of a gzipped file. Streamlit would compress a plain one anew at every request.
export async function unpacked(url) {
  const response = await fetch(url).catch(() => { throw new Error("A download failed. Check the connection, then try again."); });
  if (!response.ok) throw new Error(`${url} could not be loaded (${response.status}).`);
  return new Uint8Array(await new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

async function start() {
  const core = await import(new URL("core.js", LITERT));
  const name = (await core.supportsFeature("relaxedSimd")) ? "litert_wasm_internal" : "litert_wasm_compat_internal";
  const wasmBinary = await unpacked(new URL(`${name}.wasm.gz`, LITERT));
  self.Module = { wasmBinary, printErr: console.debug }; // it writes plain information as errors
  await core.loadLiteRt(new URL(`${name}.js`, LITERT).href);
  return core;
}

// The network on the GPU, if there is one that runs it faster and to the same numbers, else on the processor:
// {run, shape, outputs, end}. run takes a typed array and returns the first output's values.
export async function network(bytes) {
  const cpu = await compiled(bytes, "wasm");
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (!adapter || adapter.info.isFallbackAdapter) return cpu; // the fallback is the processor
  const gpu = await compiled(bytes, "webgpu").catch(() => null); // null: it lacks an operator
  if (!(gpu && (await isBetter(gpu, cpu).catch(() => false)))) return gpu?.end(), cpu;
  const run = (values) => gpu.run(values).catch(() => cpu.run(values)); // a GPU may be lost at any time
  return { ...cpu, run, end: () => [gpu, cpu].forEach((one) => one.end()) };
}

export async function compiled(bytes, accelerator) {
  const core = await (litert ??= start().catch((error) => ((litert = undefined), Promise.reject(error)))); // to be tried again
  const model = await core.loadAndCompile(bytes, { accelerator });
  const { shape, dtype } = model.getInputDetails()[0];
  const run = async (values) => {
    const input = new core.Tensor(values, shape), given = accelerator === "wasm" ? input : await input.moveTo(accelerator);
    const [first, ...others] = await model.run(given);
    const output = accelerator === "wasm" ? first : await first.moveTo("wasm"), result = output.toTypedArray().slice();
    for (const tensor of [given, output, ...others]) tensor.delete();
    return result;
  };
  const outputs = model.getOutputDetails().map((output) => [...output.shape]);
  return { run, shape: [...shape], dtype, outputs, end: () => model.delete() };
}

async function isBetter(gpu, cpu) {
  const size = cpu.shape.reduce((product, length) => product * length);
  const probe = new (cpu.dtype === "uint8" ? Uint8Array : Float32Array)(size).map((_, i) => i % 256);
  const expected = await cpu.run(probe), found = await gpu.run(probe); // the first runs also prepare
  if (!expected.every((value, i) => Math.abs(value - found[i]) <= CLOSE)) return false; // nor where it found no number
  const times = [];
  for (const one of [gpu, cpu]) {
    const started = performance.now();
    for (let i = 0; i < RUNS; i++) await one.run(probe);
    times.push(performance.now() - started);
  }
  return times[0] < times[1];
}
