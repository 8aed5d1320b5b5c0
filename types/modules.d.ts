/** A WebAssembly module that the bundler imports; workerd forbids compiling one from bytes. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
