export { createStream, hashKey, type RandomStream } from "./stream.ts";
