import { keepCompiled } from "./compile-cache.ts";

keepCompiled();
const { runService } = await import("./run-service.ts");
await runService();
