// LiteRT.js: loads it once, and runs .tflite files. Used within the worker.

const LITERT = new URL("../../litert/2.5.3/", import.meta.url);
let litert; // a promise

// The bytes of a gzipped file. Streamlit would compress a plain one anew at every request.
export async function unpacked(url) {
  const response = await fetch(url);
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

// A function that runs the network on a typed array, and returns its outputs as [{shape, data}].
export async function network(bytes) {
  const core = await (litert ??= start());
  const model = await core.loadAndCompile(bytes, { accelerator: "wasm" });
  const shape = model.getInputDetails()[0].shape;
  const shapes = model.getOutputDetails().map((output) => [...output.shape]);
  const run = async (values) => {
    const input = new core.Tensor(values, shape);
    const outputs = await model.run(input);
    const results = outputs.map((output, i) => ({ shape: shapes[i], data: output.toTypedArray().slice() }));
    for (const tensor of [input, ...outputs]) tensor.delete();
    return results;
  };
  return { run, shape: [...shape], shapes, end: () => model.delete() };
}
